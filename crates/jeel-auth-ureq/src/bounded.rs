//! A connection to a proxy that keeps to the time for connecting.

use std::time::Instant;
use ureq::unversioned::transport::time::Duration;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use ureq::{Error, Timeout};

/// A connection that is used no longer than until a deadline, while connecting.
///
/// ureq gives each read of a proxy's response the whole time for connecting. A proxy that sends a byte
/// now and then would hold the attempt for ever.
#[derive(Debug)]
pub(crate) struct Bounded<T> {
    pub(crate) transport: T,
    pub(crate) deadline: Instant,
}

impl<T> Bounded<T> {
    /// The reason names the phase: once connected, the request's own time holds.
    fn shorten(&self, mut timeout: NextTimeout) -> Result<NextTimeout, Error> {
        if timeout.reason == Timeout::Connect {
            timeout.after = timeout.after.min(time_until(self.deadline));
        }
        if timeout.after.is_zero() { Err(Error::Timeout(timeout.reason)) } else { Ok(timeout) }
    }
}

impl<T: Transport> Transport for Bounded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = self.shorten(timeout)?;
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = self.shorten(timeout)?;
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

/// What is left until a deadline, as ureq counts it.
pub(crate) fn time_until(deadline: Instant) -> Duration {
    Duration::Exact(deadline.saturating_duration_since(Instant::now()))
}
