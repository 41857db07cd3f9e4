//! The stage for the examples: a local Jeel in place of the real one.

use jeel_auth_emulator::Emulator;
use std::io;
use std::time::Duration;

/// The credentials that the local Jeel knows.
pub const CLIENT_ID: &str = "school-42";
/// The secret that goes with them.
pub const CLIENT_SECRET: &str = "correct horse battery staple";

/// An emulator on an ephemeral loopback port, whose tokens live this long.
///
/// # Errors
/// When it cannot be started.
pub fn local_jeel(lifetime: Duration) -> io::Result<Emulator> {
    Emulator::builder().credentials(CLIENT_ID, CLIENT_SECRET).lifetime(lifetime).start()
}
