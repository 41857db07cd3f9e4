//! Checks that a read near expiry does not take the driver's lock, by reading while it is held.

use crate::ours::builder;
use crate::server::token_response;
use crate::world::Failure;
use jeel_auth::core::{Response, SendFailure, TokenRequest};
use jeel_auth::{Blocking, BlockingTransport, Received, TokenSource};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The number of reads while the lock is held.
pub(crate) const READS: u64 = 1000;

/// Returns how many reads near expiry finish while another thread holds the driver's lock.
///
/// The driver reads a response under its lock. The second response here blocks its reader until the
/// reads have finished or the wait for them has timed out.
pub(crate) fn reads_while_locked() -> Result<u64, Failure> {
    let (say_locked, locked) = channel();
    let (release, released) = channel();
    let transport = Holding { sent: AtomicU64::new(0), say_locked, released: hold(released) };
    let builder = builder::<Blocking<Holding>>("http://127.0.0.1:1/oauth2/token")?;
    let source = builder.transport(transport).build()?;
    source.ready()?;
    std::thread::sleep(LIFETIME * 3 / 4);
    source.ready()?; // and starts the renewal
    locked.recv_timeout(LIFETIME)?;
    let answered = Arc::new(AtomicU64::new(0));
    let reading = read(source, Arc::clone(&answered));
    // A reader that needs the lock would never finish.
    let _ = reading.recv_timeout(Duration::from_secs(1));
    let answered = answered.load(SeqCst);
    let _ = release.send(());
    Ok(answered)
}

const LIFETIME: Duration = Duration::from_secs(12);

fn read(source: TokenSource<Blocking<Holding>>, answered: Arc<AtomicU64>) -> Receiver<()> {
    let (done, reading) = channel();
    std::thread::spawn(move || {
        for _ in 0..READS {
            answered.fetch_add(u64::from(source.authorization().is_ok()), SeqCst);
        }
        let _ = done.send(());
    });
    reading
}

type Released = Arc<Mutex<Receiver<()>>>;

fn hold(released: Receiver<()>) -> Released {
    Arc::new(Mutex::new(released))
}

/// Answers each request with a token; from the second on, the response can be held.
#[derive(Debug)]
struct Holding {
    sent: AtomicU64,
    say_locked: Sender<()>,
    released: Released,
}

/// A response that announces when it is read, and then blocks.
struct CurrentToken {
    body: String,
    hold: Option<(Sender<()>, Released)>,
}

impl BlockingTransport for Holding {
    type Received = CurrentToken;

    fn with_defaults() -> Result<Self, String> {
        Err("it needs a test".to_owned())
    }

    fn send(&self, _: &TokenRequest) -> Result<CurrentToken, SendFailure> {
        let number = self.sent.fetch_add(1, SeqCst);
        let hold = (number > 0).then(|| (self.say_locked.clone(), Arc::clone(&self.released)));
        Ok(CurrentToken { body: token_response(number as usize, LIFETIME), hold })
    }
}

impl Received for CurrentToken {
    fn response(&self) -> Response<'_> {
        if let Some((say_locked, released)) = &self.hold {
            let _ = say_locked.send(());
            let released = released.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = released.recv_timeout(LIFETIME);
        }
        Response::new(200, [], self.body.as_bytes())
    }
}
