//! Standard input, whose end ends the program.

use std::io::{self, Read};

/// Returns when standard input ends, so that the emulator ends with the process that started it,
/// even if that process dies.
///
/// Input from a file or `/dev/null` does not depend on that process, for example in a service or a
/// background job. In that case, and if the program is detached, the function does not return; a
/// signal ends the program.
#[expect(clippy::print_stderr, reason = "an end without a message looks like a crash")]
pub(crate) fn wait_for_end(detached: bool) {
    if detached || !is_live() {
        loop {
            std::thread::park();
        }
    }
    let mut ignored = [0; 1024];
    let mut input = io::stdin().lock();
    while input.read(&mut ignored).is_ok_and(|n| n > 0) {}
    eprintln!(
        "jeel-auth-emulator: standard input ended, stopping (--detached keeps the program running)"
    );
}

/// Whether standard input is a pipe, a socket or a terminal.
#[cfg(unix)]
fn is_live() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let input = io::stdin();
    let kind = input.as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
    let is_live = kind.is_ok_and(|kind| kind.file_type().is_fifo() || kind.file_type().is_socket());
    is_live || io::IsTerminal::is_terminal(&input)
}

#[cfg(not(unix))]
fn is_live() -> bool {
    true
}
