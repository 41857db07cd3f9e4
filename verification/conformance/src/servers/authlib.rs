//! Authlib's authorization server on Flask.

use crate::install::{Cache, Outcome, files, run, text};
use crate::product::{Answers, Awkward, Launch, Lifetime, Product, Refusal};
use std::path::Path;
use std::process::Command;

pub(super) const AUTHLIB: Product = Product {
    key: "authlib",
    name: "Authlib on Flask",
    version: "1.9.10",
    token_path: "/oauth/token",
    ready_path: "/",
    // Flask reads a form in either encoding.
    answers: Answers {
        unread: None,
        wrong_secret: Refusal::new(400, "invalid_client"),
        unknown_client: Refusal::new(400, "invalid_client"),
    },
    awkward: Awkward { id: Awkward::ALL, secret: Awkward::ALL },
    lifetimes: &[Lifetime::of(2)],
    install,
    command,
    provision: |_| Ok(()),
    extras: |_| Vec::new(),
};

fn install(cache: &Cache) -> Outcome {
    let requirements = files("authlib").join("requirements.txt");
    cache.install("authlib", &text(&requirements)?, |folder| {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let mut pip = Command::new(folder.join("bin/pip"));
        run(pip.args(["install", "--quiet", "--requirement"]).arg(&requirements))
    })
}

fn command(cache: &Cache, launch: &Launch<'_>) -> Outcome<Command> {
    let mut command = Command::new(cache.folder("authlib").join(Path::new("bin/python")));
    command.arg(files("authlib").join("app.py"));
    command.env("PORT", launch.port.to_string()).env("CLIENTS", launch.clients_json());
    Ok(command)
}
