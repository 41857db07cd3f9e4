//! The emulator in another process, so that the search does not find its copies.

use crate::Outcome;
use crate::mark::Marks;
use crate::wiped::Wiped;
use jeel_auth_emulator::{Emulator, Fault, Response};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// An emulator that runs until this is dropped.
#[derive(Debug)]
pub struct Emulated {
    child: Child,
    /// The emulator ends when this input ends.
    input: Option<ChildStdin>,
    pub(crate) token_url: String,
    /// The authority to trust, in DER, if it serves https.
    pub(crate) authority: Option<Vec<u8>>,
}

/// The number of scripted rounds, see [`round`].
const ROUNDS: usize = 100;

/// The number of token requests for which a response with a mark is scripted.
pub(crate) const SCRIPTED: usize = ROUNDS * 7;

impl Emulated {
    /// Starts the command, which must call [`emulate`].
    ///
    /// # Errors
    /// Returns an error if it does not start, or does not print its URL.
    pub fn start(command: &mut Command, marks: &Marks) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().ok_or("no stdin")?;
        let lines = Wiped::new().mark(&marks.secret).text("\n").mark(&marks.token).text("\n");
        // Unbuffered, so that the marks go from wiped memory into the pipe without a copy.
        input.write_all(lines.as_ref())?;
        let output = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        let mut emulated =
            Self { child, input: Some(input), token_url: String::new(), authority: None };
        for line in output.lines() {
            match line?.split_once('=') {
                Some(("authority", numbers)) => emulated.authority = Some(numbers_in(numbers)?),
                Some(("token_url", url)) => {
                    url.clone_into(&mut emulated.token_url);
                    return Ok(emulated);
                }
                _ => {}
            }
        }
        Err("the emulator ended before it printed its URL".into())
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Runs the emulator until standard input ends.
///
/// # Errors
/// Returns an error if it cannot listen, or if the input has no marks.
pub fn emulate(https: bool) -> Outcome {
    let mut lines = io::stdin().lock().lines();
    let mut line = || lines.next().ok_or("the marks are missing");
    let (secret, token) = (line()??, line()??);
    let emulator = Emulator::builder().credentials("school", secret);
    let emulator = if https { emulator.https() } else { emulator }.start()?;
    emulator.script_all((0..ROUNDS).flat_map(|number| round(&format!("{token}-{number}"))));
    let mut output = io::stdout();
    // Starts a new line, because the test harness may have printed on this one.
    writeln!(output)?;
    if let Some(authority) = emulator.ca_der() {
        let numbers: Vec<_> = authority.iter().map(u8::to_string).collect();
        writeln!(output, "authority={}", numbers.join(","))?;
    }
    writeln!(output, "token_url={}", emulator.token_url())?;
    // Waits for the end of the input.
    lines.for_each(drop);
    Ok(())
}

/// One response of each class.
fn round(token: &str) -> [Fault; 7] {
    let issued = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#);
    let refused = r#"{"error":"invalid_client"}"#;
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{issued}");
    [
        Response::json(200, issued).into(),
        Response::json(401, refused).into(),
        Response::json(401, refused).into(),
        Response::new(429).header("Retry-After", "1").into(),
        Response::json(500, format!("<html>{token}")).into(),
        Fault::Raw(cut.into_bytes()),
        Fault::Reset,
    ]
}

fn numbers_in(text: &str) -> Outcome<Vec<u8>> {
    Ok(text.trim().split(',').map(str::parse).collect::<Result<_, _>>()?)
}
