//! When calls arrive: by chance at a rate, evenly spaced, as recorded, or when a client has finished thinking.
//!
//! A rate may change over time: points of (time, rate), linear between them. Chance then is a Poisson process whose
//! rate is the greatest of the list, thinned (Lewis and Shedler, 1979): each candidate stays with the probability that
//! the rate of its moment has to the greatest. A constant rate needs no second word.

use super::model::{Model, ModelError, within};
use super::{unit, whole};
use crate::stream::Draws;

const MICROS: f64 = 1e6;

/// Rates in calls per second at points of time in microseconds, linear between them and level outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates(Vec<(u64, f64)>);

impl Rates {
    /// One rate for all time; 0 lets nothing arrive.
    pub fn constant(per_second: f64) -> Result<Self, ModelError> {
        Self::new(vec![(0, per_second)])
    }

    /// No arrivals at any time.
    pub fn none() -> Self {
        Self(vec![(0, 0.0)])
    }

    /// Takes points with rising times; a rate is 0 or more.
    pub fn new(points: Vec<(u64, f64)>) -> Result<Self, ModelError> {
        if points.is_empty() || points.windows(2).any(|pair| matches!(pair, [a, b] if b.0 <= a.0)) {
            return Err(ModelError("rate: want one point or more, with rising times".to_owned()));
        }
        for &(_, rate) in &points {
            within("rate", rate, 0.0, "0 or more")?;
        }
        Ok(Self(points))
    }

    /// The rate at a time.
    pub fn at(&self, us: u64) -> f64 {
        let above = self.0.partition_point(|point| point.0 <= us);
        match (above.checked_sub(1).and_then(|below| self.0.get(below)), self.0.get(above)) {
            (Some(&(from, lo)), Some(&(to, hi))) => lo + (hi - lo) * (us - from) as f64 / (to - from) as f64,
            (Some(point), None) | (None, Some(point)) => point.1,
            (None, None) => 0.0,
        }
    }

    fn greatest(&self) -> f64 {
        self.0.iter().map(|point| point.1).fold(0.0, f64::max)
    }

    fn last_change(&self) -> u64 {
        self.0.last().map_or(0, |point| point.0)
    }
}

/// A process of arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Independent arrivals at a rate.
    Poisson(Rates),
    /// One every so many microseconds, the first after one gap.
    Constant {
        /// The gap; 0 lets nothing arrive.
        gap_us: u64,
    },
    /// A fixed number of clients, each of which calls again after it has thought.
    Closed {
        /// How many clients.
        clients: u32,
        /// How long one thinks.
        think: Model,
    },
    /// As recorded: rising times in microseconds.
    Replay(Vec<u64>),
}

impl Arrivals {
    /// The time of arrival number `count` (from 0), given the one before it; `None` when there is none.
    ///
    /// Of a closed loop, `before` is when this client's last call ended.
    pub fn next(&self, count: u64, before: u64, draws: &mut impl Draws) -> Option<u64> {
        match self {
            Self::Poisson(rates) => poisson(rates, before, draws),
            Self::Constant { gap_us } => (*gap_us > 0).then(|| before.saturating_add(*gap_us)),
            Self::Closed { think, .. } => Some(before.saturating_add(think.sample(draws))),
            Self::Replay(times) => times.get(usize::try_from(count).ok()?).map(|&at| at.max(before)),
        }
    }
}

fn poisson(rates: &Rates, before: u64, draws: &mut impl Draws) -> Option<u64> {
    let greatest = rates.greatest();
    if greatest <= 0.0 {
        return None;
    }
    let gap = Model::exp(MICROS / greatest);
    let mut at = before;
    loop {
        at = at.saturating_add(whole(gap.at(unit(draws.draw()))));
        let rate = rates.at(at);
        // A level rate is the greatest wherever it is, and costs no word to keep.
        if rate >= greatest || unit(draws.draw()) * greatest < rate {
            return Some(at);
        }
        if (rate <= 0.0 && at >= rates.last_change()) || at == u64::MAX {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Purpose;

    fn times(arrivals: &Arrivals, until: u64) -> Vec<u64> {
        let mut draws = Purpose::Arrivals.stream(1, 0);
        let (mut all, mut at) = (Vec::new(), 0);
        while let Some(next) = arrivals.next(all.len() as u64, at, &mut draws).filter(|&next| next < until) {
            at = next;
            all.push(at);
        }
        all
    }

    #[test]
    fn a_constant_rate_gives_its_number_of_arrivals() {
        let poisson = Arrivals::Poisson(Rates::constant(1000.0).unwrap());
        // Four deviations of a count of 100 000 are 1265.
        assert!(times(&poisson, 100_000_000).len().abs_diff(100_000) <= 1265);
        assert_eq!(times(&Arrivals::Constant { gap_us: 250 }, 1001), [250, 500, 750, 1000]);
    }

    #[test]
    fn a_rate_that_rises_is_followed() {
        let points = vec![(0, 0.0), (10_000_000, 1000.0)];
        let rates = Rates::new(points).unwrap();
        assert!((rates.at(2_500_000) - 250.0).abs() < 1e-9 && (rates.at(u64::MAX) - 1000.0).abs() < 1e-9);
        let all = times(&Arrivals::Poisson(rates), 10_000_000);
        // 5000 in all, a quarter of them in the first half; bands of four deviations.
        assert!(all.len().abs_diff(5000) <= 283, "{}", all.len());
        assert!(all.iter().filter(|&&at| at < 5_000_000).count().abs_diff(1250) <= 141);
    }

    #[test]
    fn nothing_arrives_at_rate_zero_or_after_the_rate_has_fallen_to_it() {
        assert_eq!(times(&Arrivals::Poisson(Rates::none()), u64::MAX), Vec::<u64>::new());
        assert_eq!(times(&Arrivals::Constant { gap_us: 0 }, u64::MAX), Vec::<u64>::new());
        let ends = Rates::new(vec![(0, 1000.0), (1_000_000, 1000.0), (1_000_001, 0.0)]).unwrap();
        assert!(times(&Arrivals::Poisson(ends), u64::MAX).iter().all(|&at| at <= 1_000_001));
    }

    #[test]
    fn a_record_is_repeated_and_a_closed_loop_thinks() {
        assert_eq!(times(&Arrivals::Replay(vec![3, 5, 5]), 100), [3, 5, 5]);
        let closed = Arrivals::Closed { clients: 1, think: Model::Const(10.0) };
        assert_eq!(times(&closed, 35), [10, 20, 30]);
    }

    #[test]
    fn a_rate_below_zero_or_without_order_is_refused() {
        assert_eq!(Rates::constant(-1.0).unwrap_err().to_string(), "rate: -1, want 0 or more");
        Rates::new(vec![(5, 1.0), (5, 2.0)]).unwrap_err();
        Rates::new(Vec::new()).unwrap_err();
    }
}
