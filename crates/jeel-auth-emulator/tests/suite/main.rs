//! Tests of the emulator over real sockets, byte by byte.

// `cfg(test)` is always true here. It lets clippy accept panics in helpers.
#[cfg(test)]
mod client;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod https;
#[cfg(test)]
mod observation;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod program;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod rate_limit;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod tokens;
