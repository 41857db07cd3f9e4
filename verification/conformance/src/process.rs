//! A server's process. Dropping it kills the process and all its children.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process and its log.
#[derive(Debug)]
pub(crate) struct Process {
    shell: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program and appends its output to a file.
    pub(crate) fn start(program: &Command, log: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        let mut shell = Command::new("sh");
        shell.args(["-c", GUARD, "sh"]).arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = program.get_current_dir() {
            shell.current_dir(folder);
        }
        shell.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file).process_group(0);
        Ok(Self { shell: shell.spawn()?, log: log.to_owned() })
    }

    /// Waits until the server responds to a GET of this URL with success.
    ///
    /// # Errors
    /// Returns the end of the log if the server ends or takes too long.
    pub(crate) fn ready(&mut self, url: &str) -> Result<(), String> {
        let started = Instant::now();
        while ureq::get(url).call().is_err() {
            let ended = self.shell.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || started.elapsed() > LONGEST_START {
                let why = if ended.is_some() { "it ended" } else { "it took too long" };
                return Err(format!("{why}; the end of its log:\n{}", self.tail()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell kills its whole process group, including itself, so the status has no meaning.
        let _status = self.shell.wait();
    }
}

/// A port that is free now.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs the program in the background. Kills the whole process group when standard input ends,
/// which happens whenever the runner ends. Kills the shell when the program ends, so the runner
/// notices.
const GUARD: &str = r#"{ "$@" </dev/null; kill -9 $$; } & read -r _; kill -9 0"#;
const LONGEST_START: Duration = Duration::from_secs(120);
const TAIL: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_server_is_noticed_and_its_log_is_shown() {
        let log = std::env::temp_dir().join(format!("jeel-conformance-{}", std::process::id()));
        let mut program = Command::new("sh");
        program.args(["-c", "echo no such table; exit 1"]);
        let port = free_port().unwrap();
        let mut process = Process::start(&program, &log).unwrap();
        let why = process.ready(&format!("http://127.0.0.1:{port}/")).unwrap_err();
        assert!(why.contains("no such table"), "{why}");
        fs::remove_file(log).unwrap();
    }
}
