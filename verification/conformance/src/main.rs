//! Runs every adapter, with every encoding setting, over http and over https with a private
//! authority, against third-party authorization servers.
//!
//! ```text
//! cargo run -p jeel-auth-conformance [-- [--cache FOLDER] [SERVER]...]
//! ```
//!
//! The program installs the servers from Maven Central, npm and PyPI into a cache folder
//! (`target/conformance`) and starts each on loopback. It prints the requests that a recording
//! proxy saw, and the short table of the project's README. It fails if a request differs from the
//! expected one, or if a server cannot be installed or started. It needs JDK 17 or newer, Maven,
//! Node 20 or newer, and Python 3.
//!
//! Each client has its own proxy, which removes TLS and does not change the bytes. The proxies
//! count requests per client, although the clients share a server:
//!
//! ```text
//!  Clients ── CaseRun ── adapter ──http, https──> Proxy ──http──> Process (the server)
//!                                                │
//!                          expected requests <── Journal
//! ```
//!
//! The program does not test decisions, which the tests of `jeel-auth-core` cover, or faults, which
//! the scenarios cover with the emulator. It finds where the emulator differs from real servers.
//! The README of this crate lists the findings.

mod args;
mod case;
mod case_run;
mod clients;
mod exchange;
mod install;
mod process;
mod product;
mod proxy;
mod request;
mod scenarios;
mod servers;
mod summary;
mod table;
mod tls;
mod world;

use args::Args;
use install::{Cache, Outcome};
use product::Product;
use std::error::Error;
use std::io::Write;
use std::thread;
use std::time::Instant;
use summary::summary;
use table::{Row, table};
use tls::Tls;
use tokio::runtime::{Builder, Handle};
use world::World;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse(std::env::args().skip(1))?;
    let cache = Cache::new(args.cache)?;
    let tls = Tls::new()?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let started = Instant::now();
    let installed = install_all(&args.products, &cache);
    report(&format!("installed after {:.0?}", started.elapsed()))?;
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for (product, installed) in args.products.iter().zip(installed) {
        match installed.and_then(|()| matrix(product, runtime.handle(), &tls, &cache)) {
            Ok(of_product) => rows.extend(of_product),
            Err(why) => missing.push(format!("{}: {why}", product.name)),
        }
        report(&format!("{} done after {:.0?}", product.name, started.elapsed()))?;
    }
    report(&table(&rows)?)?;
    report(&summary(&rows)?)?;
    let failed = rows.iter().filter(|row| row.result.is_err()).count();
    report(&format!("{} passed, {} failed", rows.len() - failed, failed + missing.len()))?;
    for why in &missing {
        report(&format!("\nSKIPPED: {why}"))?;
    }
    match (failed, missing.len()) {
        (0, 0) => Ok(()),
        (_, 0) => Err("servers received unexpected requests".into()),
        (_, missing) => Err(format!("{missing} servers could not be installed or started").into()),
    }
}

/// Installs the servers concurrently, because an installation mostly waits for the network.
fn install_all(products: &[Product], cache: &Cache) -> Vec<Outcome> {
    thread::scope(|scope| {
        let install = |product: &Product| {
            let install = product.install;
            scope.spawn(move || install(cache))
        };
        let threads: Vec<_> = products.iter().map(install).collect();
        let died = |_| Err("the installation panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(died)).collect()
    })
}

fn matrix(product: &Product, runtime: &Handle, tls: &Tls, cache: &Cache) -> Outcome<Vec<Row>> {
    let world = World::new(product, runtime.clone(), tls, cache)?;
    Ok(scenarios::run(&world))
}

fn report(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}
