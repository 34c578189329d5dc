//! One server: slots, a queue, and what faults do to it.
//!
//! A request waits until a slot is free and the server takes work. A pause freezes what is in service, and what was
//! left is done later; a stall lets it end and takes nothing new; a crash loses everything. Counts nest, so that faults
//! that overlap end one by one. A server knows flights by number and asks the world for what they hold.

use std::collections::VecDeque;

use super::gauge::Gauge;
use super::spec::{Discipline, WHOLE_PPM};
use hedgerow::signal::meter::{Meter, MeterSettings};

/// Speed factors never multiply beyond this.
const SLOWEST_PPM: u64 = 1_000_000 * WHOLE_PPM as u64;

/// A fault that answers at once with an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastFailure {
    pub(crate) share_ppm: u32,
    pub(crate) after_us: u64,
}

/// One server of a world.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Flights in service.
    pub(crate) running: Vec<u32>,
    /// Flights waiting, oldest first.
    pub(crate) queue: VecDeque<u32>,
    pub(crate) pauses: u32,
    pub(crate) stalls: u32,
    pub(crate) crashes: u32,
    /// Deploys in force: nobody listens, and what was taken is finished.
    pub(crate) downs: u32,
    /// Factors of slowness in force, in millionths.
    slowness: Vec<u64>,
    pub(crate) fast_failures: Vec<FastFailure>,
    /// What is left of the limit, of each fault that lowers it, in millionths.
    pub(crate) limits_ppm: Vec<u32>,
    /// How busy it is; read only where servers tell of it, as the meter is.
    pub(crate) gauge: Gauge,
    pub(crate) meter: Meter,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            running: Vec::new(),
            queue: VecDeque::new(),
            pauses: 0,
            stalls: 0,
            crashes: 0,
            downs: 0,
            slowness: Vec::new(),
            fast_failures: Vec::new(),
            limits_ppm: Vec::new(),
            gauge: Gauge::default(),
            meter: Meter::new(MeterSettings::default()),
        }
    }
}

impl Server {
    /// Whether waiting requests go into service.
    pub(crate) const fn takes_work(&self) -> bool {
        self.pauses == 0 && self.stalls == 0 && self.crashes == 0
    }

    /// Whether its process does not exist.
    pub(crate) const fn is_gone(&self) -> bool {
        self.crashes > 0 || self.downs > 0
    }

    pub(crate) fn next_waiting(&mut self, discipline: Discipline) -> Option<u32> {
        match discipline {
            Discipline::Fifo => self.queue.pop_front(),
            Discipline::Lifo => self.queue.pop_back(),
        }
    }

    pub(crate) fn slow_down(&mut self, factor_ppm: u64) {
        self.slowness.push(factor_ppm);
    }

    pub(crate) fn speed_up(&mut self, factor_ppm: u64) {
        if let Some(at) = self.slowness.iter().position(|one| *one == factor_ppm) {
            self.slowness.swap_remove(at);
        }
    }

    /// What a service time becomes here.
    pub(crate) fn slowed(&self, service: u64) -> u64 {
        if self.slowness.is_empty() {
            return service;
        }
        let whole = u64::from(WHOLE_PPM);
        let product = |all: u64, one: &u64| {
            let next = u128::from(all) * u128::from(*one) / u128::from(whole);
            u64::try_from(next).unwrap_or(u64::MAX).min(SLOWEST_PPM)
        };
        let factor = self.slowness.iter().fold(whole, product);
        let slowed = u128::from(service) * u128::from(factor) / u128::from(whole);
        u64::try_from(slowed).unwrap_or(u64::MAX)
    }

    /// Whether one more request is over the limit: that of the queue, or what a fault leaves of it.
    pub(crate) fn refuses(&self, slots: u32, queue_cap: Option<u32>) -> bool {
        if queue_cap.is_some_and(|cap| {
            self.queue.len() >= cap as usize && self.running.len() as u64 >= u64::from(slots)
        }) {
            return true;
        }
        let limit = u64::from(slots) + u64::from(queue_cap.unwrap_or(0));
        let held = self.running.len() as u64 + self.queue.len() as u64;
        self.limits_ppm.iter().any(|left| held >= limit * u64::from(*left) / u64::from(WHOLE_PPM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_and_end_one_by_one() {
        let mut server = Server::default();
        server.slow_down(10_000_000);
        server.slow_down(2_500_000);
        assert_eq!(server.slowed(100), 2500);
        server.speed_up(10_000_000);
        assert_eq!(server.slowed(100), 250);
        for _ in 0..4 {
            server.slow_down(1_000_000_000);
        }
        assert_eq!(server.slowed(3), 3_000_000, "at most a million times slower");
    }

    #[test]
    fn a_lowered_limit_refuses_beyond_its_share() {
        let mut server = Server::default();
        assert!(!server.refuses(4, None));
        server.limits_ppm.push(500_000);
        server.queue.push_back(1);
        assert!(!server.refuses(4, None));
        server.queue.push_back(2);
        assert!(server.refuses(4, None));
    }
}
