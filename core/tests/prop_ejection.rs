//! Ejection against a slow model that runs every sweep, and the stall detector against one that counts ticks.

use hedgerow::balance::ejection::{Ejection, EjectionSettings, FailurePercentage, SuccessRate};
use hedgerow::stall::{Stall, StallLevel, StallSettings};
use hedgerow::{Duration, Instant};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeMap;

const INTERVAL: u64 = 100;

#[derive(Clone, Copy, Default)]
struct Server {
    good: i128,
    all: i128,
    in_a_row: u32,
    multiplier: u64,
    ejected_at: Option<u64>,
}

/// Walks through every sweep, one at a time, with the mean and deviation written out.
struct Model {
    settings: EjectionSettings,
    servers: BTreeMap<u32, Server>,
    next: u64,
}

impl Model {
    fn ejected(&self) -> usize {
        self.servers.values().filter(|server| server.ejected_at.is_some()).count()
    }

    fn cap(&self) -> usize {
        match self.settings.max_percent {
            0 => 0,
            percent => (self.servers.len() * usize::from(percent) / 100).max(1),
        }
    }

    fn eject(&mut self, position: u32, at: u64) -> bool {
        let full = self.ejected() + 1 > self.cap();
        match self.servers.get_mut(&position) {
            Some(server) if server.ejected_at.is_none() && !full => {
                server.multiplier += 1;
                server.ejected_at = Some(at);
                true
            }
            _ => false,
        }
    }

    fn advance(&mut self, now: u64) {
        while self.next <= now {
            self.sweep(self.next);
            self.next += INTERVAL;
        }
    }

    fn sweep(&mut self, at: u64) {
        let (base, max) = (self.settings.base.as_micros(), self.settings.max.as_micros());
        for server in self.servers.values_mut() {
            match server.ejected_at {
                Some(since) if at - since >= (base * server.multiplier).min(base.max(max)) => {
                    server.ejected_at = None;
                }
                Some(_) => {}
                None => server.multiplier = server.multiplier.saturating_sub(1),
            }
        }
        for position in self.outliers() {
            self.eject(position, at);
        }
        for server in self.servers.values_mut() {
            (server.good, server.all) = (0, 0);
        }
    }

    fn outliers(&self) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(rule) = self.settings.success_rate {
            let judged: Vec<(u32, i128)> = self
                .servers
                .iter()
                .filter(|(_, server)| server.all >= i128::from(rule.min_requests))
                .map(|(&position, server)| (position, server.good * 1_000_000 / server.all))
                .collect();
            let n = judged.len() as i128;
            let sum: i128 = judged.iter().map(|(_, rate)| rate).sum();
            // (mean − s)² · 10⁶ > factor² · variance, both sides times n².
            let variance: i128 = judged.iter().map(|(_, rate)| (sum - n * rate).pow(2)).sum();
            for &(position, rate) in judged.iter().filter(|_| n >= i128::from(rule.min_endpoints)) {
                let gap = sum - n * rate;
                if gap > 0
                    && gap >= n * i128::from(rule.min_gap_ppm)
                    && gap * gap * n * 1_000_000 > i128::from(rule.factor_permille).pow(2) * variance
                {
                    found.push(position);
                }
            }
        }
        if let Some(rule) = self.settings.failure_percentage {
            let judged: Vec<(u32, Server)> = self
                .servers
                .iter()
                .filter(|(_, server)| server.all >= i128::from(rule.min_requests))
                .map(|(&position, &server)| (position, server))
                .collect();
            for &(position, server) in judged.iter().filter(|_| judged.len() >= rule.min_endpoints as usize) {
                if (server.all - server.good) * 100 >= i128::from(rule.threshold) * server.all {
                    found.push(position);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn result(&mut self, position: u32, success: bool, now: u64) -> bool {
        let Some(server) = self.servers.get_mut(&position) else { return false };
        server.all += 1;
        server.good += i128::from(success);
        server.in_a_row = if success { 0 } else { server.in_a_row + 1 };
        if self.settings.consecutive == 0 || server.in_a_row < self.settings.consecutive {
            return false;
        }
        server.in_a_row = 0;
        self.eject(position, now)
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Add(u32),
    Remove(u32),
    Results { position: u32, good: u32, bad: u32 },
    Overload(u32),
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let position = 0_u32..12;
    prop_oneof![
        1 => position.clone().prop_map(Step::Add),
        1 => position.clone().prop_map(Step::Remove),
        8 => (position.clone(), 0_u32..12, 0_u32..6)
            .prop_map(|(position, good, bad)| Step::Results { position, good, bad }),
        1 => position.prop_map(Step::Overload),
        4 => (0_u64..150).prop_map(Step::Wait),
        1 => (0_u64..3000).prop_map(Step::Wait),
    ]
}

fn any_settings() -> impl Strategy<Value = EjectionSettings> {
    let rate = (2_u32..5, 1_u32..8, 0_u32..2500, 0_u32..100_000).prop_map(
        |(min_endpoints, min_requests, factor_permille, min_gap_ppm)| SuccessRate {
            min_endpoints,
            min_requests,
            factor_permille,
            min_gap_ppm,
        },
    );
    let share = (1_u8..=100, 2_u32..5, 1_u32..8).prop_map(|(threshold, min_endpoints, min_requests)| {
        FailurePercentage { threshold, min_endpoints, min_requests }
    });
    let lengths = (1_u64..500, 1_u64..900);
    let tests = (prop::option::of(rate), prop::option::of(share));
    (0_u32..8, lengths, 0_u8..=100, tests, any::<bool>()).prop_map(
        |(consecutive, (base, max), max_percent, (success_rate, failure_percentage), count_overload)| {
            EjectionSettings {
                enabled: true,
                consecutive,
                interval: Duration::from_micros(INTERVAL),
                base: Duration::from_micros(base),
                max: Duration::from_micros(max),
                max_percent,
                success_rate,
                failure_percentage,
                count_overload,
            }
        },
    )
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The system under test and its model, fed alike.
struct Pair {
    ejection: Ejection,
    model: Model,
    now: u64,
}

impl Pair {
    fn new(settings: EjectionSettings) -> Self {
        let mut pair = Self {
            ejection: Ejection::new(settings, Instant::ZERO),
            model: Model { settings, servers: BTreeMap::new(), next: INTERVAL },
            now: 0,
        };
        (0..8).for_each(|position| pair.add(position));
        pair
    }

    fn add(&mut self, position: u32) {
        self.ejection.add(position);
        self.model.servers.entry(position).or_default();
    }

    /// Returns whether anything was ejected, after checking that both agree on it.
    fn result(&mut self, position: u32, success: bool) -> bool {
        let got = self.ejection.on_result(position, success, Instant::from_micros(self.now));
        assert_eq!(got, self.model.result(position, success, self.now));
        got
    }

    fn step(&mut self, step: Step) -> bool {
        match step {
            Step::Add(position) => self.add(position),
            Step::Remove(position) => {
                self.ejection.remove(position);
                self.model.servers.remove(&position);
            }
            Step::Results { position, good, bad } => {
                let results = (0..bad).map(|_| false).chain((0..good).map(|_| true));
                return results.fold(false, |any, success| self.result(position, success) | any);
            }
            Step::Overload(position) if self.model.settings.count_overload => {
                let got = self.ejection.on_overload(position, Instant::from_micros(self.now));
                assert_eq!(got, self.model.result(position, false, self.now));
                return got;
            }
            Step::Overload(position) => {
                assert!(!self.ejection.on_overload(position, Instant::from_micros(self.now)));
            }
            Step::Wait(micros) => {
                self.now += micros;
                self.model.advance(self.now);
                return self.ejection.sweep(Instant::from_micros(self.now)) > 0;
            }
        }
        false
    }

    fn compare(&self) {
        for position in 0..12 {
            let server = self.model.servers.get(&position).copied().unwrap_or_default();
            assert_eq!(self.ejection.is_ejected(position), server.ejected_at.is_some());
            assert_eq!(u64::from(self.ejection.multiplier(position)), server.multiplier);
        }
        assert_eq!(self.ejection.ejected() as usize, self.model.ejected());
        assert_eq!(self.ejection.next_sweep().as_micros(), self.model.next);
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn lazy_sweeps_find_what_every_sweep_finds_and_keep_the_cap(
        settings in any_settings(), steps in vec(any_step(), 1..120),
    ) {
        let mut pair = Pair::new(settings);
        for step in steps {
            let ejected_some = pair.step(step);
            pair.compare();
            prop_assert!(!ejected_some || pair.model.ejected() <= pair.model.cap());
        }
    }

    #[test]
    fn the_debt_is_what_ticks_add_up_to(
        reports in vec((0_u64..300, 0_u64..60), 1..40), weight in 1_u32..7, threshold in 20_u64..80,
    ) {
        let micros = Duration::from_micros;
        let settings = StallSettings {
            enabled: true, weight, threshold: micros(threshold), warn: micros(threshold / 2), slack: micros(0),
        };
        let mut stall = Stall::new(settings, Instant::ZERO);
        let (mut debt, mut covered, mut tripped) = (0_u64, 0_u64, false);
        for (from, length) in reports {
            let to = from + length;
            let level = stall.stall(Instant::from_micros(from), Instant::from_micros(to));
            // Nothing is settled by a report that brings no new stalled tick.
            if from.max(covered) < to {
                for tick in covered..to {
                    debt = if tick < from { debt.saturating_sub(u64::from(weight)) } else { debt + 1 };
                }
                covered = to;
            }
            tripped |= debt > threshold;
            prop_assert_eq!(stall.debt().as_micros(), debt);
            prop_assert_eq!(level == StallLevel::Trip, tripped);
            prop_assert!(tripped || (level == StallLevel::Warn) == (debt > threshold / 2));
            prop_assert_eq!(level, stall.level());
        }
    }
}

#[test]
fn years_of_missed_sweeps_are_settled_at_once() {
    let settings = EjectionSettings { consecutive: 1, ..EjectionSettings::default() };
    let mut ejection = Ejection::new(settings, Instant::ZERO);
    ejection.add(0);
    assert!(ejection.on_result(0, false, Instant::ZERO));
    assert_eq!(ejection.sweep(Instant::from_micros(hedgerow::time::MAX_MICROS)), 0);
    assert_eq!((ejection.is_ejected(0), ejection.multiplier(0)), (false, 0));
    assert_eq!(ejection.sweep(Instant::MAX), 0);
}

#[test]
fn an_endpoint_that_returns_to_the_topology_is_fresh() {
    let settings = EjectionSettings { consecutive: 1, ..EjectionSettings::default() };
    let mut ejection = Ejection::new(settings, Instant::ZERO);
    ejection.add(3);
    assert!(ejection.on_result(3, false, Instant::ZERO));
    ejection.remove(3);
    assert_eq!(ejection.ejected(), 0);
    assert!(!ejection.on_result(3, false, Instant::ZERO));
    ejection.add(3);
    assert_eq!((ejection.is_ejected(3), ejection.multiplier(3)), (false, 0));
}

#[test]
fn ejection_that_is_off_and_overload_that_does_not_count_change_nothing() {
    let off = EjectionSettings { enabled: false, consecutive: 1, ..EjectionSettings::default() };
    let on = EjectionSettings { enabled: true, ..off };
    let now = Instant::ZERO;
    for (settings, ejects) in [(off, false), (on, true)] {
        let mut ejection = Ejection::new(settings, now);
        ejection.add(0);
        assert!(!ejection.on_overload(0, now));
        assert_eq!(ejection.on_result(0, false, now), ejects);
        assert_eq!(ejection.is_ejected(0), ejects);
    }
}
