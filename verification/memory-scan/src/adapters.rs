//! The adapters, which trust the emulator's authority.

use crate::Outcome;
use crate::emulated::{Emulated, SCRIPTED};
use crate::life::{for_tasks, for_threads, tasks, threads};
use crate::mark::Marks;
use crate::texts::Texts;
use jeel_auth::core::{Endpoint, LoopbackHttp};
use jeel_auth_reqwest::Reqwest;
use jeel_auth_smol::{FuturesIo, Smol};
use jeel_auth_ureq::Ureq;
use std::thread;
use std::time::Duration;
use tokio::runtime;

/// An adapter whose memory is searched.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Adapter {
    /// Threads, on ureq.
    Ureq,
    /// tokio, on reqwest.
    Reqwest,
    /// smol, on core's own HTTP/1.1.
    Smol,
}

/// Runs requests with an adapter, drops everything, and returns the number of cycles.
///
/// # Errors
/// Returns an error if the adapter cannot be set up.
pub fn through(
    adapter: Adapter,
    emulated: &Emulated,
    marks: &Marks,
    texts: &Texts,
) -> Outcome<usize> {
    let authority = emulated.authority.as_deref();
    let requests = match adapter {
        Adapter::Ureq => {
            let transport = authority.map_or_else(Ureq::new, Ureq::with_extra_roots)?;
            let builder = for_threads(marks, transport)?.endpoint(endpoint(emulated)?);
            threads(builder.build()?, marks, texts, SCRIPTED)?
        }
        Adapter::Reqwest => {
            let transport = authority.map_or_else(Reqwest::new, Reqwest::with_extra_roots)?;
            let builder = for_tasks(marks, transport)?.endpoint(endpoint(emulated)?);
            let runtime =
                runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(tasks(builder.build()?, marks, texts, SCRIPTED))?
        }
        Adapter::Smol => {
            let transport = authority
                .map_or_else(FuturesIo::<Smol>::new, FuturesIo::<Smol>::with_extra_roots)?;
            let builder = for_tasks(marks, transport)?.endpoint(endpoint(emulated)?);
            smol::block_on(tasks(builder.build()?, marks, texts, SCRIPTED))?
        }
    };
    // A request of the last caller may still be in flight. Libraries do not report its end.
    thread::sleep(Duration::from_secs(1));
    Ok(usize::try_from(requests)?)
}

fn endpoint(emulated: &Emulated) -> Outcome<Endpoint> {
    Ok(Endpoint::parse(&emulated.token_url, LoopbackHttp::Allowed)?)
}
