//! A check: a cargo command that passes on the tree as it is.

use serde::Deserialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A cargo command, written as `[NAME=VALUE]... SUBCOMMAND [ARGUMENT]...` and divided at white space.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(crate) struct Check {
    /// The command as it was written.
    pub(crate) text: String,
    env: Vec<(String, String)>,
    args: Vec<String>,
}

impl Check {
    /// The command that compiles what the check runs, so that a plant that does not compile is not
    /// taken for one that was caught.
    fn build_args(&self) -> Vec<&str> {
        let args = self.args.iter().map(String::as_str);
        let before_dashes = args.take_while(|arg| *arg != "--");
        let mut build: Vec<&str> = before_dashes.collect();
        match build.first_mut() {
            Some(&mut "test") => build.insert(1, "--no-run"),
            Some(subcommand @ &mut "run") => *subcommand = "build",
            Some(subcommand) => *subcommand = "check",
            None => {}
        }
        build
    }
}

impl TryFrom<String> for Check {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut env = Vec::new();
        let mut args: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) if args.is_empty() => env.push((name.into(), value.into())),
                _ => args.push(word.into()),
            }
        }
        if args.is_empty() || args.iter().any(|arg| arg == "--no-run") {
            return Err(format!("{text:?} runs nothing"));
        }
        Ok(Self { text, env, args })
    }
}

/// Where checks are run, and where their output goes.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) copy: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) log: PathBuf,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Passed,
    Failed,
    /// It was killed at the limit.
    Hung,
}

impl Bench {
    /// Compiles what the check runs. Returns whether that succeeded.
    pub(crate) fn build(&self, check: &Check) -> io::Result<bool> {
        let status = self.command(check, &check.build_args())?.status()?;
        Ok(status.success())
    }

    /// Runs the check for at most `limit`.
    pub(crate) fn run(&self, check: &Check, limit: Duration) -> io::Result<Ended> {
        let args: Vec<&str> = check.args.iter().map(String::as_str).collect();
        let mut command = self.command(check, &args)?;
        in_own_group(&mut command);
        let mut child = command.spawn()?;
        Ok(match wait(&mut child, limit)? {
            Some(status) if status.success() => Ended::Passed,
            Some(_) => Ended::Failed,
            None => Ended::Hung,
        })
    }

    /// A cargo command whose output is appended to the log.
    fn command(&self, check: &Check, args: &[&str]) -> io::Result<Command> {
        let mut log = File::options().append(true).create(true).open(&self.log)?;
        writeln!(log, "$ cargo {}", args.join(" "))?;
        let mut command = Command::new("cargo");
        command
            .args(args)
            .envs(check.env.iter().map(|(name, value)| (name, value)))
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("RUST_BACKTRACE", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .current_dir(&self.copy)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }
}

/// The last lines of the log.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(LINES_SHOWN))
        .map(|l| format!("    {l}\n"))
        .collect()
}

const LINES_SHOWN: usize = 25;

/// Waits for the child. At the limit, kills it and what it started, and returns `None`.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            kill_group(child)?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// cargo does not end the test that it runs when it is killed; a group is killed as a whole.
#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn kill_group(child: &mut Child) -> io::Result<()> {
    // The standard library kills one process only, and the workspace has no unsafe code.
    Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status().map(drop)
}

#[cfg(not(unix))]
fn in_own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) -> io::Result<()> {
    child.kill()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Check, String> {
        Check::try_from(text.to_owned())
    }

    #[test]
    fn variables_come_before_the_subcommand_only() {
        let check = check("A=1 B=x=y test -p core -- --skip=slow").unwrap();
        let env = [("A", "1"), ("B", "x=y")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(check.env, env);
        assert_eq!(check.args, ["test", "-p", "core", "--", "--skip=slow"]);
    }

    #[test]
    fn what_is_compiled_is_what_is_run() {
        let build = |text| check(text).unwrap().build_args().join(" ");
        assert_eq!(build("test -p core --lib x -- --nocapture"), "test --no-run -p core --lib x");
        assert_eq!(build("run -p fleet -- out.svg"), "build -p fleet");
        assert_eq!(build("clippy -p core -- -D warnings"), "check -p core");
    }

    #[test]
    fn a_check_that_runs_nothing_is_refused() {
        assert!(check("").is_err() && check("A=1").is_err() && check("test --no-run").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_hangs_is_killed_with_what_it_started() {
        let mut command = Command::new("sh");
        // The inner one would hold the pipe open for ever.
        command.args(["-c", "sleep 1000000 & wait"]).stdout(Stdio::piped());
        in_own_group(&mut command);
        let mut child = command.spawn().unwrap();
        assert_eq!(wait(&mut child, Duration::from_millis(50)).unwrap(), None);
        let mut rest = Vec::new();
        io::Read::read_to_end(&mut child.stdout.take().unwrap(), &mut rest).unwrap();
    }
}
