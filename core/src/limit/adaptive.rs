//! A limit with its window: what a client or a server asks, and what it tells of each request that ended.
//!
//! Samples of requests that began before an *epoch* are not taken: a pause of this process makes every response time
//! that spans it a lie about the server. A reset raises the epoch and discards the open window; the limit stays.

use super::Sample;
use super::algorithm::{LearnedLimit, Limit, LimitSettings};
use super::window::{Gathered, Window, WindowSettings};
use crate::rng::Stream;
use crate::time::{Duration, Instant};

/// `limits.adaptive`: an algorithm and how its samples are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdaptiveSettings {
    /// What finds the limit.
    pub limit: LimitSettings,
    /// How samples are gathered; `None` steps the algorithm with each.
    pub window: Option<WindowSettings>,
}

/// An adaptive limit; about 200 bytes, every method O(1).
///
/// ```
/// use hedgerow::limit::{AimdSettings, adaptive::{Adaptive, AdaptiveSettings}, algorithm::LimitSettings};
/// use hedgerow::{Duration, Instant, Seed, Stream, StreamKind};
/// let mut rng = Stream::derive(&Seed::new([1; 32]), StreamKind::LimitProbe, 0);
/// let settings = AdaptiveSettings { limit: LimitSettings::Aimd(AimdSettings::DEFAULT), window: None };
/// let mut adaptive = Adaptive::new(settings, &mut rng);
/// let began = adaptive.epoch();
/// adaptive.succeeded(Duration::from_millis(3), 20, began, &mut rng, Instant::from_micros(5_000));
/// assert_eq!(adaptive.limit(), 21);
/// adaptive.reset();
/// adaptive.dropped(20, began, &mut rng, Instant::from_micros(6_000));
/// assert_eq!(adaptive.limit(), 21, "it began before the reset");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Adaptive {
    limit: Limit,
    window: Option<Window>,
    epoch: u32,
}

impl Adaptive {
    /// Starts at the initial limit, in epoch 0.
    pub fn new(settings: AdaptiveSettings, rng: &mut Stream) -> Self {
        Self { limit: Limit::new(settings.limit, rng), window: settings.window.map(Window::new), epoch: 0 }
    }

    /// The limit in force.
    pub const fn limit(&self) -> u32 {
        self.limit.limit()
    }

    /// What the algorithm knows.
    pub const fn algorithm(&self) -> &Limit {
        &self.limit
    }

    /// The epoch that a request begins in; its end names it again.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Raises the epoch and discards the open window; the limit stays.
    pub fn reset(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        if let Some(window) = &mut self.window {
            window.reset();
        }
    }

    /// A request was answered after `rtt`; `in_flight` counted it when it began. What the window made of it, `None` for
    /// an older epoch.
    pub fn succeeded(
        &mut self,
        rtt: Duration,
        in_flight: u32,
        epoch: u32,
        rng: &mut Stream,
        now: Instant,
    ) -> Option<Gathered> {
        self.take(Sample { rtt: Some(rtt), in_flight, dropped: false }, epoch, rng, now)
    }

    /// A request ran out of time or was refused because of load; its response time tells nothing.
    pub fn dropped(
        &mut self,
        in_flight: u32,
        epoch: u32,
        rng: &mut Stream,
        now: Instant,
    ) -> Option<Gathered> {
        self.take(Sample { rtt: None, in_flight, dropped: true }, epoch, rng, now)
    }

    /// What a snapshot keeps: the limit; an open window is discarded, as at every pause of this process.
    pub(crate) const fn learned(&self) -> LearnedLimit {
        self.limit.learned()
    }

    /// Goes on from what a snapshot kept; false when another algorithm learned it.
    pub(crate) fn recall(&mut self, learned: &LearnedLimit) -> bool {
        self.limit.recall(learned)
    }

    fn take(&mut self, sample: Sample, epoch: u32, rng: &mut Stream, now: Instant) -> Option<Gathered> {
        if epoch != self.epoch {
            return None;
        }
        let gathered = match &mut self.window {
            Some(window) => window.add(sample, now),
            None => Gathered::Closed(sample),
        };
        if let Gathered::Closed(sample) = gathered {
            self.limit.step(sample, rng);
        }
        Some(gathered)
    }
}
