//! The supermarket model: one queue for each server, each arrival joins the shortest of a few that it draws.
//!
//! Arrivals are Poisson at λ·n, service is exponential of mean 1 (one second here, so that rounding to microseconds is
//! far below any tolerance). The limit of infinitely many servers has a closed form: the mean time in the system is
//! `Σ λ^((dⁱ − d)/(d − 1))` over i ≥ 1, and `1/(1 − λ)` for d = 1. Source: Mitzenmacher, "The Power of Two Choices in
//! Randomized Load Balancing" (1996).

use super::farm::{Farm, Layout};
use super::{InputError, Inputs, Report, Row, Session};
use crate::sample::{Arrivals, Model, Rates};
use crate::stream::{AttemptDraws, Purpose};
use hedgerow::{BalancePolicy, BalanceSettings, Stream};

/// The mean service, one second.
const MEAN_US: f64 = 1e6;

/// One set of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Supermarket {
    /// Servers.
    pub servers: u64,
    /// Load of one server, below 1.
    pub lambda: f64,
    /// Queues drawn by an arrival.
    pub d: u8,
    /// Whether one queue may be drawn twice.
    pub replacement: bool,
    /// Arrivals and ends together.
    pub events: u64,
    /// Share of the run that is not measured.
    pub warmup: f64,
}

impl Supermarket {
    /// The mean time in the system, in units of the mean service; the pick is the core's.
    pub fn mean_time(&self, seed: u64) -> f64 {
        let mut running = Running::new(*self, seed);
        running.advance(self.events / 2);
        running.mean_time()
    }
}

/// A market under way.
#[derive(Debug)]
pub struct Running {
    farm: Farm,
    gaps: Stream,
    arrivals: Arrivals,
    services: AttemptDraws,
    /// Calls whose time is not measured.
    ignored: u64,
    calls: u64,
    now: u64,
    spent: u128,
}

impl Running {
    /// An empty market at time 0.
    pub fn new(market: Supermarket, seed: u64) -> Self {
        let balance = shortest_of(market.d, market.replacement);
        let rate = market.lambda * market.servers as f64;
        Self {
            farm: Farm::new(&Layout::plain(market.servers as usize, balance), seed),
            gaps: Purpose::Arrivals.stream(seed, 0),
            arrivals: Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none())),
            services: Purpose::Service.base(seed),
            ignored: ((market.events / 2) as f64 * market.warmup) as u64,
            calls: 0,
            now: 0,
            spent: 0,
        }
    }

    /// Lets up to so many calls arrive; answers how many did.
    pub fn advance(&mut self, calls: u64) -> u64 {
        let (before, work) = (self.calls, Model::exp(MEAN_US));
        for call in before..before.saturating_add(calls) {
            let Some(at) = self.arrivals.next(call, self.now, &mut self.gaps) else { break };
            self.now = at;
            self.farm.advance(at);
            let Some(server) = self.farm.choose(0, 0, at) else { break };
            let end = self.farm.serve(0, server, work.sample(&mut self.services.of(call, 0)), at);
            if call >= self.ignored {
                self.spent += u128::from(end - at);
            }
            self.calls += 1;
        }
        self.calls - before
    }

    /// The mean time of the measured calls, in units of the mean service.
    pub fn mean_time(&self) -> f64 {
        self.spent as f64 / MEAN_US / self.calls.saturating_sub(self.ignored).max(1) as f64
    }
}

/// The least in flight of `d` drawn servers; one drawn server is a random one.
pub(super) fn shortest_of(d: u8, replacement: bool) -> BalanceSettings {
    let policy = if d <= 1 { BalancePolicy::Random } else { BalancePolicy::LeastRequest };
    BalanceSettings { policy, n: 1, choices: d.max(1), replacement, ..BalanceSettings::default() }
}

/// Reads and runs a finite farm; without a word on replacement both ways of drawing are measured.
pub(super) fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let market = Supermarket {
        servers: inputs.whole("n", 1..=100_000)?,
        lambda: inputs.number("lambda_", 0.0..=0.999_999)?,
        d: inputs.whole("d", 1..=10)? as u8,
        replacement: false,
        events: inputs.whole("events", 2..=1_000_000_000_000)?,
        warmup: inputs.number_or("warmup", 0.0..=0.99, 0.2)?,
    };
    let arms = match inputs.flag("replacement")? {
        Some(replacement) => vec![("", replacement)],
        None => vec![("without_replacement", false), ("with_replacement", true)],
    };
    inputs.finish()?;
    let mut rows = Vec::new();
    for (arm, replacement) in arms {
        let mean = Supermarket { replacement, ..market }.mean_time(session.seed);
        session.finished("run");
        rows.push(Row::new(arm).with("mean_time", mean));
    }
    Ok(Report::of(rows))
}

/// The closed form for infinitely many servers.
pub(super) fn theory(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let lambda = inputs.number("lambda_", 0.0..=0.999_999)?;
    let d = inputs.whole("d", 1..=64)?;
    inputs.finish()?;
    Ok(Report::of(vec![Row::model("").with("mean_time", mean_time_of_many(lambda, d))]))
}

fn mean_time_of_many(lambda: f64, d: u64) -> f64 {
    if d == 1 {
        return 1.0 / (1.0 - lambda);
    }
    let (mut sum, mut exponent) = (0.0, 0.0);
    loop {
        // Exponents are 0, d, d + d², …; a load of 0 leaves the first term alone.
        let term = if exponent == 0.0 { 1.0 } else { libm::exp(exponent * libm::log(lambda)) };
        if term < 1e-18 {
            return sum;
        }
        sum += term;
        exponent = exponent * d as f64 + d as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_queue_alone_waits_as_theory_says() {
        let single =
            Supermarket { servers: 1, lambda: 0.5, d: 1, replacement: false, events: 400_000, warmup: 0.2 };
        // 160 000 measured calls; their mean time varies by about 1.2 % (correlated), the band is four deviations.
        let mean = single.mean_time(1);
        assert!((mean / 2.0 - 1.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn the_closed_form_is_met() {
        for (lambda, d, mean) in
            [(0.9, 2, 2.614_057), (0.99, 2, 5.431_997), (0.5, 8, 1.003_906), (0.0, 2, 1.0)]
        {
            assert!((mean_time_of_many(lambda, d) - mean).abs() < 1e-6);
        }
    }
}
