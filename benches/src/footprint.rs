//! Study 5: the cost of a dependency: crates, a clean release build, and the stripped binary.
//!
//! The programs are in the folder `footprint`. Each gets one token.

use crate::goals::Goals;
use crate::table::{Table, short};
use crate::world::Failure;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The figures of one program.
#[derive(Debug)]
struct Footprint {
    name: &'static str,
    crates: usize,
    seconds: f64,
    megabytes: f64,
}

/// The results of this study.
#[derive(Debug)]
pub(crate) struct Footprints(Vec<Footprint>);

/// The HTTP libraries alone, ours, and the alternatives.
const PROGRAMS: [(&str, &str); 10] = [
    ("ureq", "ureq alone"),
    ("jeel-auth-ureq", "jeel-auth-ureq"),
    ("reqwest", "reqwest alone"),
    ("jeel-auth-reqwest", "jeel-auth-reqwest"),
    ("jeel-auth-smol", "jeel-auth-smol"),
    ("jeel-auth-async-std", "jeel-auth-async-std"),
    ("google-cloud-auth", "google-cloud-auth"),
    ("azure-identity", "azure_identity"),
    ("yup-oauth2", "yup-oauth2"),
    ("with-oauth2", "oauth2, with its reqwest"),
];

/// Measures one program after the other. Shows the results after each, because the study takes
/// long.
pub(crate) fn study(
    mut show: impl FnMut(&Footprints) -> Result<(), Failure>,
) -> Result<Footprints, Failure> {
    let programs = Programs {
        manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("footprint/Cargo.toml"),
        target: std::env::temp_dir().join(format!("jeel-auth-footprint-{}", std::process::id())),
    };
    programs.run("fetch", &["--locked"])?;
    let mut measured = Footprints(Vec::new());
    for (program, name) in PROGRAMS {
        measured.0.push(programs.measure(program, name)?);
        show(&measured)?;
    }
    Ok(measured)
}

/// The workspace of the programs, and its target folder.
struct Programs {
    manifest: PathBuf,
    target: PathBuf,
}

impl Programs {
    fn measure(&self, program: &str, name: &'static str) -> Result<Footprint, Failure> {
        let package = format!("footprint-{program}");
        let tree =
            self.run("tree", &["-p", &package, "-e", "no-dev", "--prefix", "none", "--locked"])?;
        // cargo tree marks a crate that it has listed before.
        let crates: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        let start = Instant::now();
        self.run("build", &["-p", &package, "--release", "--locked", "--quiet"])?;
        let seconds = start.elapsed().as_secs_f64();
        let binary = std::fs::metadata(self.target.join("release").join(&package))?;
        std::fs::remove_dir_all(&self.target)?;
        let megabytes = binary.len() as f64 / 1e6;
        // The program is not one of its dependencies.
        Ok(Footprint { name, crates: crates.len() - 1, seconds, megabytes })
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Result<String, Failure> {
        let output = Command::new("cargo")
            .args([command, "--manifest-path"])
            .arg(&self.manifest)
            .args(arguments)
            .env("CARGO_TARGET_DIR", &self.target)
            .stderr(Stdio::inherit())
            .output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?),
            false => Err(format!("cargo {command} {arguments:?}: {}", output.status).into()),
        }
    }
}

impl Footprints {
    pub(crate) fn markdown(&self) -> String {
        let mut table =
            Table::new(&["one token", "crates", "clean release build, s", "stripped binary, MB"]);
        for program in &self.0 {
            table.row([
                program.name.to_owned(),
                program.crates.to_string(),
                short(program.seconds),
                short(program.megabytes),
            ]);
        }
        format!("{table}\n{}\n", self.goals())
    }

    fn goals(&self) -> Goals {
        let mut goals = Goals::new();
        let mut beside = |alone: &Footprint, ours: &Footprint, reach| {
            let more = ours.crates as f64 - alone.crates as f64;
            goals.at_most(
                &format!("{}: crates more than {}", ours.name, alone.name),
                25.0,
                more,
                "",
            );
            let ratio = ours.megabytes / alone.megabytes;
            goals.at_most(&format!("{}: binary to {}", ours.name, alone.name), reach, ratio, "×");
        };
        if let [ureq, on_ureq, reqwest, on_reqwest, ..] = &self.0[..] {
            beside(ureq, on_ureq, 1.25);
            beside(reqwest, on_reqwest, 1.15);
        }
        goals
    }
}
