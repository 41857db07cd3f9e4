//! Study 2: many concurrent tasks on an empty cache.

use crate::by_hand;
use crate::goals::Goals;
use crate::holder::{Holder, Ours};
#[cfg(feature = "peers")]
use crate::peers::{Aws, Azure, BehindALock, Google, Yup};
use crate::rounds::Rounds;
use crate::server::Server;
use crate::table::{Table, short, times};
use crate::world::{Failure, runtime};
use http::HeaderValue;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// The counts of a herd.
#[derive(Debug)]
pub(crate) struct Stampede {
    name: &'static str,
    size: usize,
    milliseconds: Rounds,
    /// In the worst round.
    pub(crate) requests: u64,
    pub(crate) errors: u64,
}

/// The results of this study.
#[derive(Debug)]
pub(crate) struct Herd(Vec<Vec<Stampede>>);

const SIZES: [usize; 2] = [1_000, 10_000];
const ROUNDS: usize = 9;
const DELAY: Duration = Duration::from_millis(50);

pub(crate) fn study() -> Result<Herd, Failure> {
    Ok(Herd(SIZES.into_iter().map(herds).collect::<Result<_, _>>()?))
}

/// Runs base and ours in turn, then the peers, some of which take long.
fn herds(size: usize) -> Result<Vec<Stampede>, Failure> {
    let runtime = runtime()?;
    let mut herds = vec![Stampede::new::<Once>(size), Stampede::new::<Ours>(size)];
    for _ in 0..ROUNDS {
        if let [once, ours] = &mut herds[..] {
            once.add(stampede::<Once>(&runtime, size)?);
            ours.add(stampede::<Ours>(&runtime, size)?);
        }
    }
    #[cfg(feature = "peers")]
    {
        herds.push(peer::<Google>(&runtime, size)?);
        herds.push(peer::<Azure>(&runtime, size)?);
        herds.push(peer::<Yup>(&runtime, size)?);
        herds.push(peer::<Aws>(&runtime, size)?);
        herds.push(peer::<BehindALock>(&runtime, size)?);
    }
    Ok(herds)
}

#[cfg(feature = "peers")]
fn peer<H: Holder>(runtime: &Runtime, size: usize) -> Result<Stampede, Failure> {
    let mut herd = Stampede::new::<H>(size);
    for _ in 0..3 {
        herd.add(stampede::<H>(runtime, size)?);
    }
    Ok(herd)
}

/// Runs one herd on our cache. The checks use it.
pub(crate) fn ours(size: usize) -> Result<Stampede, Failure> {
    let mut herd = Stampede::new::<Ours>(size);
    herd.add(stampede::<Ours>(&runtime()?, size)?);
    Ok(herd)
}

/// The milliseconds until all calls ended, the requests, and the errors.
fn stampede<H: Holder>(runtime: &Runtime, size: usize) -> Result<(f64, u64, u64), Failure> {
    let server = Server::start(DELAY, Duration::from_secs(3600))?;
    runtime.block_on(async {
        let holder = Arc::new(H::new(&server).await?);
        let start = Instant::now();
        let tasks = (0..size).map(|_| {
            let holder = Arc::clone(&holder);
            tokio::spawn(async move { holder.header().await.is_err() })
        });
        let mut errors = 0;
        for task in tasks.collect::<Vec<_>>() {
            errors += u64::from(task.await?);
        }
        Ok((start.elapsed().as_secs_f64() * 1000.0, server.requests(), errors))
    })
}

/// The lower bound: one cell and one call.
struct Once {
    cell: OnceCell<HeaderValue>,
    client: reqwest::Client,
    url: String,
}

impl Holder for Once {
    const NAME: &'static str = "base: `OnceCell` and one reqwest call";
    const ROLLOVER: Duration = Duration::ZERO;
    const OUTAGE: (Duration, Duration) = (Duration::ZERO, Duration::ZERO);

    async fn new(server: &Server) -> Result<Self, Failure> {
        let client = jeel_auth_reqwest::client_builder()?.build()?;
        Ok(Self { cell: OnceCell::new(), client, url: server.url() })
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        let fetch = async || {
            let (token, _) = by_hand::fetch(&self.client, &self.url).await?;
            Ok::<_, Failure>(HeaderValue::try_from(format!("Bearer {token}"))?)
        };
        Ok(self.cell.get_or_try_init(fetch).await?.clone())
    }
}

impl Stampede {
    fn new<H: Holder>(size: usize) -> Self {
        let milliseconds = Rounds::default();
        Self { name: H::NAME, size, milliseconds, requests: 0, errors: 0 }
    }

    fn add(&mut self, (milliseconds, requests, errors): (f64, u64, u64)) {
        self.milliseconds.push(milliseconds);
        self.requests = self.requests.max(requests);
        self.errors = self.errors.max(errors);
    }
}

impl Herd {
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        let mut goals = Goals::new();
        for herds in &self.0 {
            let Some(base) = herds.first() else { continue };
            let what = format!("{} tasks, the server takes 50 ms", base.size);
            let headings =
                [&what[..], "token requests", "errors", "ms until all have it", "to base"];
            let mut table = Table::new(&headings);
            for herd in herds {
                table.row([
                    herd.name.to_owned(),
                    herd.requests.to_string(),
                    herd.errors.to_string(),
                    short(herd.milliseconds.median()),
                    times(herd.milliseconds.median() / base.milliseconds.median()),
                ]);
            }
            text.push_str(&format!("{table}\n"));
            if let [once, ours, ..] = &herds[..] {
                let ratio = ours.milliseconds.ratio_to(&once.milliseconds);
                goals.exactly(&format!("herd of {}: requests", ours.size), 1, ours.requests);
                goals.at_most(&format!("herd of {}: time to base", ours.size), 1.1, ratio, "×");
            }
        }
        format!("{text}{goals}\n")
    }
}
