//! The emulator that the examples use instead of Jeel.

use jeel_auth_emulator::Emulator;
use std::io;
use std::time::Duration;

/// The client id that the emulator knows.
pub const CLIENT_ID: &str = "school-42";
/// The client secret that the emulator knows.
pub const CLIENT_SECRET: &str = "correct horse battery staple";

/// Starts an emulator on an ephemeral loopback port. Its tokens have this lifetime.
///
/// # Errors
/// Returns an error if the emulator cannot start.
pub fn local_jeel(lifetime: Duration) -> io::Result<Emulator> {
    Emulator::builder().credentials(CLIENT_ID, CLIENT_SECRET).lifetime(lifetime).start()
}
