//! oidc-provider, a certified OpenID provider for Node.

use crate::install::{Cache, Outcome, files, run, text};
use crate::product::{Answers, Awkward, Launch, Lifetime, Product, Refusal};
use std::fs;
use std::process::Command;

pub(super) const OIDC_PROVIDER: Product = Product {
    key: "oidc-provider",
    name: "oidc-provider",
    version: "9.13.3",
    token_path: "/token",
    ready_path: "/.well-known/openid-configuration",
    answers: Answers {
        unread: Some(Refusal::new(400, "invalid_request")),
        wrong_secret: Refusal::new(401, "invalid_client"),
        unknown_client: Refusal::new(401, "invalid_client"),
    },
    // It enforces RFC 6749's grammar for ids and secrets, so it refuses a client with an é.
    awkward: Awkward { id: Awkward::ASCII, secret: Awkward::ASCII },
    lifetimes: &[Lifetime::of(2)],
    install,
    command,
    provision: |_| Ok(()),
    extras: |_| Vec::new(),
};

/// Node looks for packages beside the program, so the program is copied into their folder.
fn install(cache: &Cache) -> Outcome {
    let ours = files("oidc-provider");
    let mut recipe = String::new();
    for name in FILES {
        recipe.push_str(&text(&ours.join(name))?);
    }
    cache.install("oidc-provider", &recipe, |folder| {
        for name in FILES {
            let copied = fs::copy(ours.join(name), folder.join(name));
            copied.map_err(|error| format!("{name}: {error}"))?;
        }
        run(Command::new("npm").args(["ci", "--silent", "--no-audit"]).current_dir(folder))
    })
}

fn command(cache: &Cache, launch: &Launch<'_>) -> Outcome<Command> {
    let mut command = Command::new("node");
    command.arg("server.mjs").current_dir(cache.folder("oidc-provider"));
    command.env("PORT", launch.port.to_string()).env("CLIENTS", launch.clients_json());
    Ok(command)
}

const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.mjs"];
