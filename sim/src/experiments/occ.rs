//! Clients that contend for one row: each reads it, writes it back, and begins anew when another was faster.
//!
//! A write succeeds when nobody has written since its read. Every hop between client and server takes |N(10 ms, 2 ms)|,
//! four hops to a try, and before try k + 1 a client waits as the core's backoff says for k failed tries. Counted are the
//! writes that reach the server and the time at which the last client is done. Source: aws-samples/
//! aws-arch-backoff-simulator, with base 5 ms, cap 2 s and `min(cap, 5·2^k)` counted from k = 1.

use crate::heap::{Class, Heap};
use crate::sample::Model;
use crate::stream::{Purpose, client_seed};
use hedgerow::retry::backoff::{BackoffSettings, Base, Cap, Jitter, Kind};
use hedgerow::{Duration, FailureClass, Preset, Stream, StreamKind};

const CAP: Duration = Duration::from_secs(2);
/// The published base; the published series starts at its double.
const BASE: Duration = Duration::from_millis(5);
const FIRST: Duration = Duration::from_millis(10);

/// The ways of waiting, as the source names them.
pub(super) const BACKOFFS: [&str; 5] = ["none", "exponential", "decorrelated", "equal", "full"];

/// The core's settings for a way of waiting.
pub(super) fn backoff(name: &str) -> BackoffSettings {
    let (kind, base, jitter) = match name {
        "none" => (Kind::Constant, Duration::ZERO, Jitter::None),
        "exponential" => (Kind::Exponential, FIRST, Jitter::None),
        "decorrelated" => (Kind::Exponential, BASE, Jitter::Decorrelated),
        "equal" => (Kind::Exponential, FIRST, Jitter::Equal),
        _ => (Kind::Exponential, FIRST, Jitter::Full),
    };
    let own = Preset::Netflix.backoff();
    BackoffSettings {
        kind,
        base: Base::Fixed(base),
        overloaded_base: None,
        factor_milli: 2000,
        cap: Cap::Fixed(CAP),
        jitter,
        ..own
    }
}

/// What happened in one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contest {
    /// Writes that reached the server.
    pub(super) calls: u64,
    /// When the last client heard of its success, in µs.
    pub(super) end_us: u64,
}

#[derive(Clone, Copy, Debug)]
enum Message {
    Read,
    Seen { version: u64 },
    Write { version: u64 },
    Written { ok: bool },
}

struct Client {
    hops: Stream,
    draws: Stream,
    failed: u32,
    wait: Duration,
}

/// Runs one contest.
pub(super) fn contest(clients: u64, backoff: &BackoffSettings, seed: u64) -> Contest {
    let hop = Model::NormalAbs { mean: 10_000.0, sd: 2000.0 };
    let mut all: Vec<_> = (0..clients).map(|client| Client::new(seed, client)).collect();
    let mut heap = Heap::new();
    for (number, client) in all.iter_mut().enumerate() {
        heap.push(hop.sample(&mut client.hops), Class::Request, (number, Message::Read));
    }
    let (mut row, mut contest) = (0, Contest::default());
    while let Some((now, _, (number, message))) = heap.pop() {
        let client = &mut all[number];
        let (wait, class, next) = match message {
            Message::Read => (0, Class::Reply, Message::Seen { version: row }),
            Message::Seen { version } => (0, Class::Request, Message::Write { version }),
            Message::Write { version } => {
                let ok = version == row;
                row += u64::from(ok);
                contest.calls += 1;
                (0, Class::Reply, Message::Written { ok })
            }
            Message::Written { ok: false } => (client.back_off(backoff), Class::Request, Message::Read),
            Message::Written { ok: true } => {
                contest.end_us = now;
                continue;
            }
        };
        heap.push(now + wait + hop.sample(&mut client.hops), class, (number, next));
    }
    contest
}

impl Client {
    fn new(seed: u64, client: u64) -> Self {
        Self {
            hops: Purpose::Link.stream(seed, client),
            draws: Stream::derive(&client_seed(seed, client), StreamKind::Backoff, 0),
            failed: 0,
            wait: Duration::ZERO,
        }
    }

    /// The wait after one more failed try, in µs.
    fn back_off(&mut self, backoff: &BackoffSettings) -> u64 {
        self.failed += 1;
        let (class, wait) = (FailureClass::Transient, &mut self.wait);
        backoff.delay(self.failed, None, CAP, class, wait, &mut self.draws).as_micros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_writes_once() {
        let alone = contest(1, &backoff("full"), 1);
        assert_eq!(alone.calls, 1);
        assert!((20_000..=60_000).contains(&alone.end_us), "four hops of 10 ms: {alone:?}");
    }

    #[test]
    fn everybody_gets_to_write_in_the_end() {
        for name in BACKOFFS {
            let run = contest(10, &backoff(name), 1);
            assert!(run.calls >= 10, "{name}: {run:?}");
        }
    }

    #[test]
    fn the_series_is_the_published_one() {
        let bounds = |name, k| backoff(name).bounds(k, None, CAP, FailureClass::Transient, Duration::ZERO);
        let ms = Duration::from_millis;
        assert_eq!((bounds("full", 1), bounds("full", 9)), ((ms(0), ms(10)), (ms(0), ms(2000))));
        assert_eq!((bounds("equal", 2), bounds("exponential", 3)), ((ms(10), ms(20)), (ms(40), ms(40))));
        assert_eq!((bounds("decorrelated", 1), bounds("none", 5)), ((ms(5), ms(15)), (ms(0), ms(0))));
    }
}
