//! Study 4: a request from credentials, and a token from a response, as bytes in memory.

use crate::allocations;
use crate::by_hand::{self, BOUNDARY, RESPONSE};
use crate::goals::Goals;
use crate::ours::{CLIENT_ID, CLIENT_SECRET};
use crate::rounds::{Op, Rounds, op, op_on, race};
use crate::table::{Table, short, times};
use crate::world::Failure;
use jeel_auth_core::http1::{Limits, ResponseReader};
use jeel_auth_core::{
    Acquire, Action, BodyEncoding, Cache, Credentials, EncodingChoice, Environment, Moment,
    TokenRequest,
};
use std::time::Duration;

/// Implementations of one task: the version by hand first, ours second.
struct Contest {
    what: &'static str,
    entrants: Vec<(&'static str, Op)>,
}

/// The results of one implementation.
#[derive(Debug)]
struct Way {
    name: &'static str,
    rounds: Rounds,
    allocations: f64,
}

/// The results of this study.
#[derive(Debug)]
pub(crate) struct Bytes(Vec<(&'static str, Vec<Way>)>);

const BODY: &str = "multipart body of three fields";
const RESPONSE_READ: &str = "response: head, body, classified";

pub(crate) fn study() -> Result<Bytes, Failure> {
    let contests = [multipart_body(), request(), response()];
    Ok(Bytes(contests.into_iter().map(|contest| (contest.what, contest.run())).collect()))
}

/// Our allocations: the task, the limit of CI, and the count.
pub(crate) fn allocations_of_ours() -> Vec<(&'static str, f64, f64)> {
    let mut found = Vec::new();
    for (contest, most) in [(multipart_body(), 2.0), (request(), 6.0), (response(), 7.0)] {
        for (_, op) in contest.entrants.iter().filter(|(name, _)| *name == OURS) {
            found.push((contest.what, most, allocations::per_call(op)));
        }
    }
    found
}

const OURS: &str = "jeel-auth-core";

impl Contest {
    fn run(self) -> Vec<Way> {
        let ops: Vec<&Op> = self.entrants.iter().map(|(_, op)| op).collect();
        let rounds = race(&ops, 1, 200);
        let ways = self.entrants.iter().zip(rounds);
        ways.map(|((name, op), rounds)| Way {
            name,
            rounds,
            allocations: allocations::per_call(op),
        })
        .collect()
    }
}

fn multipart_body() -> Contest {
    let by_hand = op(|| by_hand::multipart(std::hint::black_box(BOUNDARY)));
    let ours = op_on(|| asking(BodyEncoding::Multipart), request_of);
    #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "there are none"))]
    let mut entrants = vec![("`extend_from_slice` by hand", by_hand), (OURS, ours)];
    #[cfg(feature = "peers")]
    entrants.extend(crate::peers::multipart());
    Contest { what: BODY, entrants }
}

fn request() -> Contest {
    let by_hand = op(|| {
        let (content_type, body) = by_hand::multipart(std::hint::black_box(BOUNDARY));
        by_hand::request(&content_type, &body)
    });
    let ours = op_on(
        || asking(BodyEncoding::Multipart),
        |cache| {
            let mut bytes = Vec::new();
            if let Some(request) = request_of(cache) {
                request.write_http1(&mut bytes);
            }
            bytes
        },
    );
    let entrants = vec![("`extend_from_slice` by hand", by_hand), (OURS, ours)];
    Contest { what: "the whole request as HTTP/1.1", entrants }
}

fn response() -> Contest {
    let floor =
        op(|| by_hand::read(std::hint::black_box(RESPONSE)).map(|issued| issued.expires_in));
    let ours = op_on(asked, |(cache, request)| take_response(cache, request, RESPONSE));
    let opaque = by_hand::opaque_response();
    let of_opaque = op_on(asked, move |(cache, request)| take_response(cache, request, &opaque));
    #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "there are none"))]
    let mut entrants = vec![
        ("httparse and serde_json", floor),
        (OURS, ours),
        ("jeel-auth-core, opaque token", of_opaque),
    ];
    #[cfg(feature = "peers")]
    entrants.extend(crate::peers::response());
    Contest { what: RESPONSE_READ, entrants }
}

/// A cache with a request in flight.
fn asked() -> (Cache, Option<TokenRequest>) {
    let mut cache = asking(BodyEncoding::Multipart);
    let request = request_of(&mut cache);
    (cache, request)
}

fn take_response(cache: &mut Cache, request: &Option<TokenRequest>, bytes: &[u8]) {
    let mut reader = ResponseReader::new(Limits::default());
    let read = reader.read(std::hint::black_box(bytes));
    let (Ok(_), Some(response), Some(request)) = (read, reader.into_response(), request) else {
        return;
    };
    cache.handle_response(NOW, request.flight(), &response);
}

/// The time of the response.
const NOW: Moment = Moment::new(Duration::from_secs(1000), Duration::from_secs(1_800_000_000));

/// A cache whose next action is to send a request.
fn asking(encoding: BodyEncoding) -> Cache {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET).unwrap_or_else(|_| unreachable!());
    let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, 1)
        .with_encoding(EncodingChoice::Always(encoding));
    let waits = matches!(cache.acquire(NOW, Duration::ZERO), Acquire::Wait(_));
    debug_assert!(waits);
    cache
}

fn request_of(cache: &mut Cache) -> Option<TokenRequest> {
    let Action::Send(request) = cache.poll_action(NOW)?;
    Some(request)
}

impl Bytes {
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        for (what, ways) in &self.0 {
            let mut table = Table::new(&[what, "ns", "to by hand", "allocations"]);
            let Some(floor) = ways.first() else { continue };
            for way in ways {
                table.row([
                    way.name.to_owned(),
                    short(way.rounds.median()),
                    times(way.rounds.ratio_to(&floor.rounds)),
                    short(way.allocations),
                ]);
            }
            text.push_str(&format!("{table}\n"));
        }
        text.push_str(&format!("{}\n", self.goals()));
        text
    }

    fn goals(&self) -> Goals {
        let mut goals = Goals::new();
        for (what, reach, allocations) in [(BODY, 3.0, 2.0), (RESPONSE_READ, 2.0, 3.0)] {
            let ways = self.0.iter().find(|(name, _)| *name == what).map(|(_, ways)| &ways[..]);
            if let Some([floor, ours, ..]) = ways {
                let ratio = ours.rounds.ratio_to(&floor.rounds);
                goals.at_most(&format!("{what}: time to by hand"), reach, ratio, "×");
                goals.at_most(&format!("{what}: allocations"), allocations, ours.allocations, "");
            }
        }
        goals
    }
}
