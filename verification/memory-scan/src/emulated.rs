//! The emulator in a process of its own, so that its copies are not found in ours.

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
    /// Its end is what the emulator waits for.
    input: Option<ChildStdin>,
    pub(crate) token_url: String,
    /// The authority to trust in DER, if it speaks https.
    pub(crate) authority: Option<Vec<u8>>,
}

/// How many rounds of [`round`] are scripted.
const ROUNDS: usize = 100;

/// The token requests that the emulator has answers with a mark for.
pub(crate) const SCRIPTED: usize = ROUNDS * 7;

impl Emulated {
    /// Starts the command, which must call [`emulate`].
    ///
    /// # Errors
    /// When it does not start, or does not say where it listens.
    pub fn start(command: &mut Command, marks: &Marks) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().ok_or("no stdin")?;
        let lines = Wiped::new().mark(&marks.secret).text("\n").mark(&marks.token).text("\n");
        // Unbuffered: the marks go straight from wiped memory into the pipe.
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
        Err("the emulator ended before it said where it listens".into())
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Is the emulator, until its input ends.
///
/// # Errors
/// When it cannot listen, or nobody told it the marks.
pub fn emulate(https: bool) -> Outcome {
    let mut lines = io::stdin().lock().lines();
    let mut line = || lines.next().ok_or("the marks are missing");
    let (secret, token) = (line()??, line()??);
    let emulator = Emulator::builder().credentials("school", secret);
    let emulator = if https { emulator.https() } else { emulator }.start()?;
    emulator.script_all((0..ROUNDS).flat_map(|number| round(&format!("{token}-{number}"))));
    let mut output = io::stdout();
    // A line of its own, whatever the test harness left on this one.
    writeln!(output)?;
    if let Some(authority) = emulator.ca_der() {
        let numbers: Vec<_> = authority.iter().map(u8::to_string).collect();
        writeln!(output, "authority={}", numbers.join(","))?;
    }
    writeln!(output, "token_url={}", emulator.token_url())?;
    // Nothing more is said; this waits for the end.
    lines.for_each(drop);
    Ok(())
}

/// One of each class of answers.
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
