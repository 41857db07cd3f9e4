//! The emulator as a client meets it, byte by byte over real sockets.

// `cfg(test)` always holds here; it tells clippy that helpers may panic like the tests they serve.
#[cfg(test)]
mod client;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod https;
#[cfg(test)]
mod observation;
#[cfg(test)]
mod program;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod rate_limit;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tokens;
