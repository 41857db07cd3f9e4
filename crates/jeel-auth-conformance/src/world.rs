//! A server of one product, running, with its clients, to be stopped and started again.

use crate::case::{Case, cases};
use crate::install::{Cache, Outcome};
use crate::process::{Process, free_port};
use crate::product::{Launch, Login, Product};
use crate::tls::Tls;
use std::fs;
use std::sync::{Mutex, PoisonError};
use tokio::runtime::Handle;

pub(crate) struct World<'a> {
    pub(crate) product: &'a Product,
    pub(crate) runtime: Handle,
    pub(crate) tls: &'a Tls,
    pub(crate) port: u16,
    cache: &'a Cache,
    clients: Vec<Login>,
    process: Mutex<Option<Process>>,
}

impl<'a> World<'a> {
    /// The server, started.
    pub(crate) fn new(
        product: &'a Product,
        runtime: Handle,
        tls: &'a Tls,
        cache: &'a Cache,
    ) -> Outcome<Self> {
        let port = free_port().map_err(|error| error.to_string())?;
        let process = Mutex::new(None);
        let short = product.lifetimes.iter().map(|lifetime| lifetime.seconds);
        let mut clients: Vec<Login> =
            short.map(|seconds| login(product, &format!("of {seconds} s"), seconds)).collect();
        clients.push(login(product, OUTAGE, 5));
        clients.extend(LONG.map(|name| login(product, name, 3600)));
        let world = Self { product, runtime, tls, port, cache, clients, process };
        world.start()?;
        Ok(world)
    }

    /// Starts the server, on the same port as before.
    pub(crate) fn start(&self) -> Outcome {
        let wrong = |error: std::io::Error| format!("{}: {error}", self.product.name);
        let logs = self.cache.folder("logs");
        fs::create_dir_all(&logs).map_err(wrong)?;
        let launch = Launch { port: self.port, clients: &self.clients };
        let command = (self.product.command)(self.cache, &launch)?;
        let log = logs.join(format!("{}.log", self.product.key));
        let mut process = Process::start(&command, &log).map_err(wrong)?;
        let ready = process.ready(&format!("{}{}", self.url(), self.product.ready_path));
        ready.map_err(|why| format!("{} did not start: {why}", self.product.name))?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        Ok(())
    }

    /// Kills the server.
    pub(crate) fn stop(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Where it is without a proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The client of this name, whose tokens live so long.
    pub(crate) fn client(&self, name: &str, lifetime: u64) -> Login {
        login(self.product, name, lifetime)
    }

    /// The ways to ask that bring a token.
    pub(crate) fn working_cases(&self) -> Vec<Case> {
        let works = |case: &Case| self.is_answered(case);
        cases().into_iter().filter(works).collect()
    }

    fn is_answered(&self, case: &Case) -> bool {
        self.product.answers.unread.is_none() || case.encoding != crate::case::Encoding::Multipart
    }
}

fn login(product: &Product, name: &str, lifetime: u64) -> Login {
    Login::new(product.awkward, name, lifetime)
}

/// The client whose server is stopped.
pub(crate) const OUTAGE: &str = "outage";
/// Clients whose tokens outlive the run.
pub(crate) const LONG: [&str; 4] = ["school", "rotated", "disabled", "ceiling"];
