//! The pictures of the README.

use crate::cached_read::CachedRead;
use crate::plot::{Bar, Plot, Whose};
use crate::renewals::Renewals;
use crate::subjects::Kind;
use crate::table::short;

pub(crate) fn read(study: &CachedRead) -> Plot {
    let bar = |read: &crate::cached_read::Read| Bar {
        label: read.name.trim_start_matches("base: ").to_owned(),
        value: read.alone.median(),
        note: format!("{} ns, {} allocations", short(read.alone.median()), read.allocations),
        whose: match read.kind {
            Kind::Floor | Kind::Base => Whose::Base,
            Kind::Owned | Kind::Borrowed => Whose::Ours,
            Kind::Peer => Whose::Theirs,
        },
    };
    let mut bars: Vec<Bar> = study.reads.iter().map(bar).collect();
    bars.sort_by(|a, b| a.value.total_cmp(&b.value));
    Plot {
        title: "From a valid token to an Authorization value".to_owned(),
        subtitle: "Nanoseconds a call, one thread, logarithmic; less is better.".to_owned(),
        bars,
    }
}

pub(crate) fn rollover(study: &Renewals) -> Plot {
    let bar = |tally: &crate::callers::Tally| {
        let longest = tally.latency.max() as f64 / 1000.0;
        Bar {
            label: tally.name.to_owned(),
            value: longest.max(0.01),
            note: format!("{} ms, {} calls blocked", short(longest), tally.blocked),
            whose: if tally.name.starts_with("jeel") { Whose::Ours } else { Whose::Theirs },
        }
    };
    Plot {
        title: "The longest call while tokens are renewed".to_owned(),
        subtitle: "Milliseconds, logarithmic: 64 tasks ask all the time, the server takes 200 ms."
            .to_owned(),
        bars: study.rollover.iter().map(bar).collect(),
    }
}
