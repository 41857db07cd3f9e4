//! The document with all tables, docs/speed.md: each study writes its own section and leaves the
//! others alone.

use crate::plot::Plot;
use crate::world::Failure;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One study's part of the document.
#[derive(Debug)]
pub(crate) struct Section {
    heading: &'static str,
    introduction: &'static str,
}

const INTRODUCTION: &str = "# How fast it is, and beside what

Written by `cargo run --release --manifest-path benches/Cargo.toml`, on one machine in one run for each
section; each goal is followed by whether it was met. Times are medians of rounds in which all subjects take turns,
and ratios are medians of the ratios within a round: on a shared machine they may move by a third.
Requests, errors, blocked calls, allocations and instructions do not move.
";

pub(crate) const READ: Section = Section {
    heading: "A cached read",
    introduction: "\
A valid token in hand; the caller ends with an `Authorization` value of its own, or, *borrowed*, looks
at it for the time of a call. Futures are polled once, by no executor. Instructions are callgrind's;
valgrind makes a system call of each look at a clock, and what the kernel does is not counted, for
nobody. Peers give a token as text or in a map of headers; making the value of it belongs to their
read.",
};

pub(crate) const HERD: Section = Section {
    heading: "A herd on an empty cache",
    introduction: "\
google-cloud-auth begins to fetch when it is built, before the clock of this study starts.",
};

pub(crate) const RENEWALS: Section = Section {
    heading: "Renewals",
    introduction: "\
64 tasks, each asking a thousand times a second. *Blocked* is a call that is not answered when first
polled; *unanswered*, one that still is not at the end of the run. Lifetimes are such that each renews
within the run by its own rule, which most cannot be told: 240 s before the end (google-cloud-auth),
300 (azure_identity), 60 (yup-oauth2), 5 to 10 (aws), 30 (the lock); ours within the last third. The
outage begins after the first token, and the run ends while that one is still good. Of tokens that
live 4 s the others can only make a bad job: they were made for tokens of an hour.",
};

pub(crate) const BYTES: Section = Section {
    heading: "Requests and responses",
    introduction: "\
Bytes in memory, both ways. Ours includes the turn of the state machine that asks for the request or
takes the response, wipes what was secret, reads the token's own dates, and checks what the floor does
not.",
};

pub(crate) const FOOTPRINT: Section = Section {
    heading: "Footprint",
    introduction: "\
A program that gets one token: crates compiled for it, procedural macros and build scripts included.
The libraries alone are as their names in a `Cargo.toml` bring them, with their own choice of TLS.",
};

/// In the order of the document.
const ORDER: [&Section; 5] = [&READ, &HERD, &RENEWALS, &BYTES, &FOOTPRINT];

impl Section {
    /// Puts the tables into the document, in place of those that were there.
    pub(crate) fn write(&self, tables: &str) -> Result<(), Failure> {
        let path = docs().join("speed.md");
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let kept = |heading: &str| {
            let mut sections = old.split("\n## ").skip(1);
            sections.find(|section| section.starts_with(heading)).map(str::to_owned)
        };
        let mine = [self.heading, self.introduction, &machine()?, tables].join("\n\n");
        let mut document = INTRODUCTION.to_owned();
        for section in ORDER {
            let is_mine = section.heading == self.heading;
            let text = if is_mine { Some(mine.clone()) } else { kept(section.heading) };
            if let Some(text) = text {
                document.push_str(&format!("\n## {}\n", text.trim_end()));
            }
        }
        Ok(std::fs::write(path, document)?)
    }
}

/// Draws a picture beside the document.
pub(crate) fn draw(name: &str, plot: &Plot) -> Result<(), Failure> {
    Ok(std::fs::write(docs().join(name), plot.draw())?)
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// When, on what, and with which versions.
fn machine() -> Result<String, Failure> {
    let date = said_by("date", &["-u", "+%F"])?;
    let rustc = said_by("rustc", &["--version"])?;
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let versions = versions().join(", ");
    Ok(format!("{date}; {model}, {cores} cores; {rustc}; {versions}."))
}

fn said_by(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The exact versions of whatever the tables name.
fn versions() -> Vec<String> {
    const NAMES: [&str; 14] = [
        "arc-swap",
        "aws-smithy-runtime",
        "azure_identity",
        "bytes",
        "google-cloud-auth",
        "http",
        "httparse",
        "jeel-auth-core",
        "oauth2",
        "reqwest",
        "serde_json",
        "ureq",
        "ureq-proto",
        "yup-oauth2",
    ];
    let value = |line: &str, key: &str| {
        Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned())
    };
    let mut name = String::new();
    let mut versions = Vec::new();
    for line in include_str!("../Cargo.lock").lines() {
        if let Some(found) = value(line, "name") {
            name = found;
        } else if let Some(version) = value(line, "version")
            && NAMES.contains(&&name[..])
        {
            versions.push(format!("{name} {version}"));
        }
    }
    versions
}
