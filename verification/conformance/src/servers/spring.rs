//! Spring Authorization Server and a resource server, on Spring Boot.

use crate::install::{Cache, Outcome, files, run, text};
use crate::product::{Answers, Awkward, Launch, Left, Lifetime, Login, Product, Refusal};
use crate::scenarios::{new_key, refusal};
use crate::table::Row;
use crate::world::World;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

pub(super) const SPRING: Product = Product {
    key: "spring",
    name: "Spring Authorization Server",
    // Of Spring Boot 4.1.0.
    version: "7.1.0",
    token_path: "/oauth2/token",
    ready_path: "/.well-known/oauth-authorization-server",
    answers: Answers {
        unread: None,
        wrong_secret: Refusal::new(401, "invalid_client"),
        unknown_client: Refusal::new(401, "invalid_client"),
    },
    // An id outside RFC 6749's grammar gets 400 invalid_request. A secret may be any text.
    awkward: Awkward { id: Awkward::ASCII, secret: Awkward::ALL },
    // `expires_in` counts whole seconds from shortly after the issue, so it is one second less than
    // the lifetime.
    lifetimes: &[Lifetime { seconds: 1, left: Left::None }, Lifetime::of(2)],
    install,
    command: |cache, launch| Ok(command(cache, launch, true)),
    provision: |_| Ok(()),
    extras,
};

pub(super) const SPRING_MULTIPART_OFF: Product = Product {
    key: "spring-multipart-off",
    name: "Spring Authorization Server, multipart off",
    answers: Answers { unread: Some(Refusal { status: 401, code: None }), ..SPRING.answers },
    command: |cache, launch| Ok(command(cache, launch, false)),
    ..SPRING
};

fn extras(world: &World<'_>) -> Vec<Row> {
    let school = world.client("school", 3600);
    let beyond = Login { id: format!("{} é", school.id), ..school };
    let refused = Refusal::new(400, "invalid_request");
    let mut rows = refusal(world, "id with é", &beyond, refused);
    rows.extend(new_key::run(world));
    rows
}

/// Both products are the same program. They are installed concurrently, and the second one finds it
/// built.
fn install(cache: &Cache) -> Outcome {
    static BUILD: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let ours = files("spring");
    let mut recipe = String::new();
    for name in FILES {
        recipe.push_str(&text(&ours.join(name))?);
    }
    cache.install("spring", &recipe, |folder| {
        FILES.iter().try_for_each(|name| copy(&ours.join(name), &folder.join(name)))?;
        run(Command::new("mvn").args(["-q", "-B", "package"]).current_dir(folder))
    })
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let folder = to.parent().unwrap_or(to);
    let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(from, to));
    copied.map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

fn command(cache: &Cache, launch: &Launch<'_>, multipart: bool) -> Command {
    let mut command = Command::new("java");
    command.args(["-Xmx256m", "-jar"]);
    command.arg(cache.folder("spring").join("target/server.jar"));
    command.arg("--server.address=127.0.0.1").arg(format!("--server.port={}", launch.port));
    command.arg(format!("--spring.servlet.multipart.enabled={multipart}"));
    command.env("CLIENTS", launch.clients_json());
    command
}

const FILES: [&str; 2] = ["pom.xml", "src/main/java/conformance/Server.java"];
