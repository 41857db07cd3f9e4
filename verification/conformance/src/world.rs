//! A running server of one product, with its clients. It can be stopped and started again.

use crate::case::{Case, cases};
use crate::install::{Cache, Outcome};
use crate::process::{Process, free_port};
use crate::product::{Launch, Login, Product};
use crate::tls::Tls;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
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
    /// Starts the server.
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
        world.launch()?;
        (product.provision)(&world)?;
        world.warm_up()?;
        Ok(world)
    }

    /// Starts the server again, on the same port.
    pub(crate) fn start(&self) -> Outcome {
        self.launch()?;
        self.warm_up()
    }

    fn launch(&self) -> Outcome {
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

    /// Sends some token requests one after another, without a proxy. The first requests to a Java
    /// server take a hundred times longer than later ones, so concurrent ones would time out.
    fn warm_up(&self) -> Outcome {
        let client = self.clients.last().ok_or("no client")?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.as_str()),
        ];
        let url = format!("{}{}", self.url(), self.product.token_path);
        let started = Instant::now();
        for _ in 0..WARMING_REQUESTS {
            let response = ureq::post(&url).send_form(form);
            response.map_err(|error| format!("{} gave no token: {error}", self.product.name))?;
            if started.elapsed() > LONGEST_WARM_UP {
                break;
            }
        }
        Ok(())
    }

    /// All clients.
    pub(crate) fn clients(&self) -> &[Login] {
        &self.clients
    }

    /// Kills the server.
    pub(crate) fn stop(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Its origin, without a proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The client with this name and token lifetime.
    pub(crate) fn client(&self, name: &str, lifetime: u64) -> Login {
        login(self.product, name, lifetime)
    }

    /// The cases in which the server issues a token.
    pub(crate) fn working_cases(&self) -> Vec<Case> {
        let answers = self.product.answers;
        cases().into_iter().filter(|case| answers.issues(case.encoding)).collect()
    }
}

fn login(product: &Product, name: &str, lifetime: u64) -> Login {
    Login::new(product.awkward, name, lifetime)
}

/// The client of the outage scenario.
pub(crate) const OUTAGE: &str = "outage";
/// Clients whose tokens outlive the run.
pub(crate) const LONG: [&str; 4] = ["school", "rotated", "disabled", "ceiling"];
const WARMING_REQUESTS: usize = 40;
const LONGEST_WARM_UP: Duration = Duration::from_secs(20);
