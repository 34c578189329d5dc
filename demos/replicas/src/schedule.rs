//! What will happen and when: the pauses of each server and the calls of the load, both drawn beforehand.
//!
//! Both schedules are pure functions of the seed, so that a run can be repeated and every arm meets the same
//! stalls. Pauses of one kind come as a renewal process: an exponential gap, then the pause. Two kinds that
//! overlap on one server are merged into one longer pause, because a stopped process cannot be stopped more.
//! Calls arrive as a Poisson process and never wait for each other (an open loop).

use crate::random::Random;
use std::time::Duration;

/// One kind of pause: how long, and how far apart on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseKind {
    /// Length of each pause.
    pub length: Duration,
    /// Mean gap between the end of a pause and the start of the next, on one server.
    pub mean_gap: Duration,
}

/// A server is stopped at `start` and continued at `end`, both counted from the start of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Index of the server.
    pub server: usize,
    /// When it is stopped.
    pub start: Duration,
    /// When it is continued; after `start`.
    pub end: Duration,
}

impl Pause {
    /// How long the server stood still.
    pub fn length(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reads a key.
    Get,
    /// Writes a key.
    Put,
}

/// A call of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its number in the load, from 0; the same in every arm.
    pub index: u32,
    /// When it is due, counted from the start of the load.
    pub at: Duration,
    /// Number of the key.
    pub key: u32,
    /// Read or write.
    pub op: Op,
}

/// The shape of the load.
#[derive(Clone, Copy, Debug)]
pub struct LoadShape {
    /// Number of calls.
    pub requests: u32,
    /// Calls per second.
    pub rate: f64,
    /// Number of keys.
    pub keys: u32,
    /// Writes among a hundred calls.
    pub write_percent: u32,
}

const PAUSE_STREAMS: u64 = 1_000;
const LOAD_STREAM: u64 = 1;

/// Draws the pauses of all servers over `span`, sorted by start; pauses of one server never overlap.
pub fn pauses(seed: u64, servers: usize, span: Duration, kinds: &[PauseKind]) -> Vec<Pause> {
    let mut all: Vec<Pause> =
        (0..servers).flat_map(|server| server_pauses(seed, server, span, kinds)).collect();
    all.sort_by_key(|pause| (pause.start, pause.server));
    all
}

fn server_pauses(seed: u64, server: usize, span: Duration, kinds: &[PauseKind]) -> Vec<Pause> {
    let mut drawn = Vec::new();
    for (kind, shape) in kinds.iter().enumerate() {
        let mut random = Random::new(seed, PAUSE_STREAMS + (server * 16 + kind) as u64);
        let mut at = random.exponential(shape.mean_gap);
        while at < span {
            drawn.push(Pause { server, start: at, end: at + shape.length });
            at += shape.length + random.exponential(shape.mean_gap);
        }
    }
    drawn.sort_by_key(|pause| pause.start);
    merged(drawn)
}

fn merged(sorted: Vec<Pause>) -> Vec<Pause> {
    let mut merged: Vec<Pause> = Vec::with_capacity(sorted.len());
    for pause in sorted {
        match merged.last_mut() {
            Some(last) if pause.start <= last.end => last.end = last.end.max(pause.end),
            _ => merged.push(pause),
        }
    }
    merged
}

/// Draws the calls of the load, in the order of their times.
pub fn load(seed: u64, shape: LoadShape) -> Vec<Planned> {
    let mut random = Random::new(seed, LOAD_STREAM);
    let gap = mean_gap(shape.rate);
    let mut at = Duration::ZERO;
    (0..shape.requests)
        .map(|index| {
            at += random.exponential(gap);
            let key = random.below(shape.keys);
            let op = if random.below(100) < shape.write_percent { Op::Put } else { Op::Get };
            Planned { index, at, key, op }
        })
        .collect()
}

/// The mean time between two calls of one arm.
pub fn mean_gap(rate: f64) -> Duration {
    Duration::from_secs_f64(1.0 / rate)
}

/// How far an arm's copy of a call is shifted, so that arms do not hit the servers in the same instant.
///
/// The arms take turns in going first.
pub fn arm_offset(index: u32, arm: usize, arms: usize, gap: Duration) -> Duration {
    let turn = (arm + index as usize) % arms.max(1);
    gap * turn as u32 / arms.max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [PauseKind; 2] = [
        PauseKind { length: Duration::from_millis(24), mean_gap: Duration::from_secs(2) },
        PauseKind { length: Duration::from_millis(500), mean_gap: Duration::from_mins(1) },
    ];
    const SHAPE: LoadShape = LoadShape { requests: 5000, rate: 300.0, keys: 100, write_percent: 20 };

    #[test]
    fn one_seed_gives_one_schedule() {
        let span = Duration::from_mins(10);
        assert_eq!(pauses(5, 6, span, &KINDS), pauses(5, 6, span, &KINDS));
        assert_ne!(pauses(5, 6, span, &KINDS), pauses(6, 6, span, &KINDS));
        assert_eq!(load(5, SHAPE), load(5, SHAPE));
        assert_ne!(load(5, SHAPE), load(6, SHAPE));
    }

    #[test]
    fn pauses_of_one_server_do_not_overlap_and_are_as_frequent_as_asked() {
        let hour = Duration::from_hours(1);
        let all = pauses(11, 6, hour, &KINDS);
        for server in 0..6 {
            let own: Vec<_> = all.iter().filter(|pause| pause.server == server).collect();
            assert!(own.windows(2).all(|pair| pair[0].end < pair[1].start));
            let long = own.iter().filter(|pause| pause.length() >= Duration::from_millis(500)).count();
            assert!((35..=85).contains(&long), "{long} long pauses in an hour");
            assert!((1600..=1950).contains(&own.len()), "{} pauses in an hour", own.len());
        }
    }

    #[test]
    fn overlapping_pauses_become_one() {
        let ms = Duration::from_millis;
        let pause = |start, end| Pause { server: 0, start: ms(start), end: ms(end) };
        let all = merged(vec![pause(0, 500), pause(100, 124), pause(490, 514), pause(600, 624)]);
        assert_eq!(all, [pause(0, 514), pause(600, 624)]);
    }

    #[test]
    fn the_load_has_the_rate_and_mix_asked_for() {
        let calls = load(3, SHAPE);
        assert!(calls.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let rate = calls.len() as f64 / calls[calls.len() - 1].at.as_secs_f64();
        assert!((285.0..315.0).contains(&rate), "{rate} calls a second");
        let writes = calls.iter().filter(|call| call.op == Op::Put).count();
        assert!((900..=1100).contains(&writes), "{writes} writes of 5000");
        assert!(calls.iter().all(|call| call.key < SHAPE.keys));
    }

    #[test]
    fn arms_take_turns_in_going_first() {
        let gap = Duration::from_millis(4);
        assert_eq!(arm_offset(0, 0, 2, gap), Duration::ZERO);
        assert_eq!(arm_offset(0, 1, 2, gap), Duration::from_millis(2));
        assert_eq!(arm_offset(1, 1, 2, gap), Duration::ZERO);
    }
}
