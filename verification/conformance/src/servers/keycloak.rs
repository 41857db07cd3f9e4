//! Keycloak, whose clients the admin API changes while it runs.

mod admin;
mod extras;

use crate::install::{Cache, Outcome, run};
use crate::product::{Answers, Awkward, Launch, Left, Lifetime, Product, Refusal};
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) const KEYCLOAK: Product = Product {
    key: "keycloak",
    name: "Keycloak",
    version: "26.7.3",
    token_path: "/realms/jeel/protocol/openid-connect/token",
    ready_path: "/realms/master",
    answers: Answers {
        unread: Some(UNKNOWN),
        wrong_secret: Refusal::new(401, "unauthorized_client"),
        unknown_client: UNKNOWN,
    },
    awkward: Awkward { id: Awkward::ALL, secret: Awkward::ALL },
    lifetimes: &[Lifetime { seconds: 1, left: Left::NotAlways }, Lifetime::of(2), Lifetime::of(5)],
    install,
    command: |cache, launch| Ok(command(cache, launch)),
    provision: admin::provision,
    extras: extras::run,
};

/// Installs a zip file from Maven Central with Maven, so that the user's Maven settings apply.
fn install(cache: &Cache) -> Outcome {
    cache.install("keycloak", &format!("{ARTIFACT}\n{BUILD}"), |folder| {
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", COPY, &format!("-Dartifact={ARTIFACT}")]);
        // Maven needs a folder to run in, because there is no project.
        run(maven.arg("-DoutputDirectory=.").current_dir(folder))?;
        let zip = format!("{HOME}.zip").replacen("keycloak", "keycloak-quarkus-dist", 1);
        // Python can unzip on every machine. It drops the file mode of kc.sh, which bash ignores.
        run(Command::new("python3").args(["-m", "zipfile", "-e", &zip, "."]).current_dir(folder))?;
        let mut build = kc(&folder.join(HOME));
        run(build.args(["build", BUILD]))
    })
}

fn command(cache: &Cache, launch: &Launch<'_>) -> Command {
    let mut command = kc(&home(cache));
    command.args(["start", "--optimized", "--http-enabled=true", "--http-host=127.0.0.1"]);
    command.arg(format!("--http-port={}", launch.port));
    // Without a cluster, because a cluster opens sockets on other interfaces.
    command.args(["--hostname-strict=false", "--cache=local"]);
    command.env("KC_BOOTSTRAP_ADMIN_USERNAME", admin::NAME);
    command.env("KC_BOOTSTRAP_ADMIN_PASSWORD", admin::PASSWORD);
    command.env("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
    // The optimising compiler does not pay off within two minutes.
    command.env("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
    command
}

fn kc(home: &Path) -> Command {
    let mut command = Command::new("bash");
    command.arg(home.join("bin/kc.sh"));
    command
}

fn home(cache: &Cache) -> PathBuf {
    cache.folder("keycloak").join(HOME)
}

/// The response to an unknown client, and to a body that was not read.
const UNKNOWN: Refusal = Refusal::new(401, "invalid_client");
const ARTIFACT: &str = "org.keycloak:keycloak-quarkus-dist:26.7.3:zip";
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
const HOME: &str = "keycloak-26.7.3";
const BUILD: &str = "--db=dev-file";
