//! The document docs/speed.md. Each study writes its own section and keeps the others.

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

const INTRODUCTION: &str = "# Benchmarks

`cargo run --release --manifest-path benches/Cargo.toml` writes this document. Each section comes from one
run on one machine. The goal tables state whether each goal is met. Times are medians of rounds in which
all subjects take turns, and ratios are medians of the ratios within a round. On a shared machine, times
and ratios may vary by a third. Requests, errors, blocked calls, allocations and instructions do not vary.
";

pub(crate) const READ: Section = Section {
    heading: "A cached read",
    introduction: "\
The cache has a valid token. The caller gets an owned `Authorization` value or, *borrowed*, a reference to
it during a call. Futures are polled once, without an executor. Callgrind counts the instructions. Under
valgrind, a clock reading is a system call, and instructions in the kernel are not counted for any subject.
Some peers return a token as text or in a map of headers; their read includes building the value.",
};

pub(crate) const HERD: Section = Section {
    heading: "A herd on an empty cache",
    introduction: "\
google-cloud-auth sends its request when it is built, before the measurement starts.",
};

pub(crate) const RENEWALS: Section = Section {
    heading: "Renewals",
    introduction: "\
64 tasks acquire a token a thousand times a second each. A call is *blocked* if it is pending at its first
poll, and *unanswered* if it is still pending at the end of the run. Lifetimes are chosen so that each cache
renews within the run by its own rule, which most do not let users change: 240 s before the expiry
(google-cloud-auth), 300 s (azure_identity), 60 s (yup-oauth2), 5 to 10 s (aws), 30 s (the lock); ours renews
within the last third. The outage begins after the first token, and the run ends before that token expires.
The peers are designed for tokens that live an hour, so they perform badly with a lifetime of 4 s.",
};

pub(crate) const BYTES: Section = Section {
    heading: "Requests and responses",
    introduction: "\
Requests and responses are bytes in memory. Ours includes the state machine, wiping of secrets, parsing of
the token's own times, and checks that the version by hand omits.",
};

pub(crate) const FOOTPRINT: Section = Section {
    heading: "Footprint",
    introduction: "\
A program that gets one token: the crates compiled for it, including procedural macros and build scripts.
The HTTP libraries alone have their default features, including their default TLS.",
};

/// In the order of the document.
const ORDER: [&Section; 5] = [&READ, &HERD, &RENEWALS, &BYTES, &FOOTPRINT];

impl Section {
    /// Replaces the section in the document.
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

/// Writes a picture into the folder of the document.
pub(crate) fn draw(name: &str, plot: &Plot) -> Result<(), Failure> {
    Ok(std::fs::write(docs().join(name), plot.draw())?)
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The date, the machine and the versions.
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

/// The exact versions of the crates that the tables name.
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
