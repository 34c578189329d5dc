//! What the servers of a random world say: mostly what they may, and now and then what no server should.

use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::{MAX_VERSION, Record};
use hedgerow::{Duration, Stream};

use super::document::pick;
use crate::world::saying::{Breadth, Saying, Signal, Words};

/// Longer than any version lives in a world.
const NEVER_AGAIN: u64 = u64::MAX;

/// Draws up to eight things that servers say, and before them one that is right and soon over, so that silence follows
/// or an older version; nothing in one world of four.
pub(super) fn draw(draws: &mut Stream, servers: u32) -> Vec<Saying> {
    if draws.below(4) == 0 {
        return Vec::new();
    }
    let record = Record {
        version: draws.range(10, 20),
        hedges: some(draws, |draws| draws.range(1, 20) as u32),
        ttl: Some(Duration::from_micros(2000)),
        ..Record::default()
    };
    let words = Words::Signal(Signal { record, ..Signal::default() });
    let first = Saying { to_us: draws.range(10_000, 300_000), ..Saying::always(words) };
    let old =
        Words::Signal(Signal { record: Record { version: 1, ..Record::default() }, ..Signal::default() });
    let older = (draws.below(2) == 0).then(|| Saying { from_us: first.to_us, ..Saying::always(old) });
    let further = draws.range(1, 8);
    let all = std::iter::once(first).chain(older);
    all.chain((0..further).map(|_| saying(draws, servers))).collect()
}

/// Every failure asks for some milliseconds.
pub(super) fn wait() -> Saying {
    let hint = Pushback::after(Duration::from_micros(5000));
    Saying::always(Words::Pushback { hint, refuses: false })
}

fn saying(draws: &mut Stream, servers: u32) -> Saying {
    let words = if draws.below(2) == 0 { Words::Signal(signal(draws)) } else { pushback(draws) };
    let server = draws.below(u64::from(servers)) as u32;
    let from_us = draws.range(0, 500_000);
    let length = pick(draws, &[50_000, 500_000, NEVER_AGAIN]);
    Saying {
        server: (draws.below(2) == 0).then_some(server),
        from_us,
        to_us: from_us.saturating_add(length),
        share_ppm: pick(draws, &[1000, 200_000, 1_000_000, 1_000_000]),
        words,
    }
}

fn signal(draws: &mut Stream) -> Signal {
    let breadths = [Breadth::Namespace, Breadth::Operation, Breadth::All, Breadth::Foreign];
    Signal {
        record: record(draws),
        breadth: pick(draws, &breadths),
        renewed_us: pick(draws, &[0, 0, 5000, 100_000]),
        measured: draws.below(3) == 0,
    }
}

/// A field in half of the records.
fn some<T>(draws: &mut Stream, draw: impl FnOnce(&mut Stream) -> T) -> Option<T> {
    let value = draw(draws);
    (draws.below(2) == 0).then_some(value)
}

fn record(draws: &mut Stream) -> Record {
    let time = |draws: &mut Stream, usual: [u64; 3]| {
        let odd = draws.below(12) == 0;
        let (usual, hostile) = (pick(draws, &usual), pick(draws, &[0, 1, u64::MAX]));
        Duration::from_micros(if odd { hostile } else { usual })
    };
    let version = if draws.below(16) == 0 { pick(draws, &[0, MAX_VERSION + 1]) } else { draws.range(1, 20) };
    Record {
        version,
        origin: origin(draws),
        target: some(draws, |draws| time(draws, [1000, 4000, 50_000])),
        max: some(draws, |draws| time(draws, [50_000, 300_000, 2_000_000])),
        calls: some(draws, |draws| pick(draws, &[0, 1, 5, 100, 5000, u32::MAX])),
        hedges: some(draws, |draws| pick(draws, &[0, 1, 5, 20, u32::MAX])),
        util: some(draws, |draws| draws.range(0, 10_050) as u16),
        compute: some(draws, |draws| draws.range(0, 10_000) as u16),
        ttl: some(draws, |draws| time(draws, [1, 2000, 2000])),
        reset: draws.below(8) == 0,
        ..Record::default()
    }
}

/// Mostly none, so that versions are compared.
fn origin(draws: &mut Stream) -> Option<String> {
    match draws.below(12) {
        0 => Some("o".repeat(33)),
        1 | 2 => Some("b".to_owned()),
        _ => None,
    }
}

fn pushback(draws: &mut Stream) -> Words {
    let wait = pick(draws, &[0, 500, 20_000, 300_000, 7_200_000_000, 7_200_000_000]);
    let retry_after = (draws.below(4) > 0).then_some(Duration::from_micros(wait));
    let hint = Pushback {
        retry_after,
        never: draws.below(8) == 0,
        max_retries: some(draws, |draws| pick(draws, &[0, 1, 2, 200])),
    };
    Words::Pushback { hint, refuses: draws.below(3) == 0 }
}
