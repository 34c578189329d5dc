//! The closed family of algorithms: one estimate, stepped by samples.

use super::gradient2::ExpAverage;
use super::vegas::Vegas;
use super::{AimdSettings, Bounds, Gradient2Settings, PPM, Sample, VegasSettings};
use crate::rng::Stream;

/// Which algorithm finds a limit, with its numbers (`limits.adaptive.algorithm`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSettings {
    /// By loss; for clients.
    Aimd(AimdSettings),
    /// By the ratio of long-term to present response time; for servers.
    Gradient2(Gradient2Settings),
    /// By an estimate of the queue.
    Vegas(VegasSettings),
    /// A constant, at least 1.
    Fixed(u32),
}

/// A limit that follows its samples; a step is O(1) and allocates nothing.
///
/// ```
/// use hedgerow::limit::{AimdSettings, Sample, algorithm::{Limit, LimitSettings}};
/// use hedgerow::{Duration, Seed, Stream, StreamKind};
/// let mut rng = Stream::derive(&Seed::new([1; 32]), StreamKind::LimitProbe, 0);
/// let mut limit = Limit::new(LimitSettings::Aimd(AimdSettings::DEFAULT), &mut rng);
/// let answered = Sample { rtt: Some(Duration::from_millis(10)), in_flight: 20, dropped: false };
/// limit.step(answered, &mut rng);
/// assert_eq!(limit.limit(), 21);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    estimate_u: u64,
    family: Family,
}

#[derive(Clone, Copy, Debug)]
enum Family {
    Aimd(AimdSettings),
    Gradient2(Gradient2Settings, ExpAverage),
    Vegas(Vegas),
    Fixed,
}

/// What a snapshot keeps of a limit: the estimate, and what its algorithm rests it on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LearnedLimit {
    Aimd { estimate_u: u64 },
    Gradient2 { estimate_u: u64, long: (u64, u64, u32) },
    Vegas { estimate_u: u64, rtt0: u64, probe_count: u64, jitter_ppm: u64 },
    Fixed,
}

impl Limit {
    /// Starts at the initial limit; only `vegas` draws.
    pub fn new(settings: LimitSettings, rng: &mut Stream) -> Self {
        let family = match settings {
            LimitSettings::Aimd(settings) => Family::Aimd(settings),
            LimitSettings::Gradient2(settings) => {
                Family::Gradient2(settings, ExpAverage::new(settings.long_window, settings.warmup))
            }
            LimitSettings::Vegas(settings) => Family::Vegas(Vegas::new(settings, rng)),
            LimitSettings::Fixed(_) => Family::Fixed,
        };
        let estimate_u = match &settings {
            LimitSettings::Fixed(limit) => u64::from(*limit) * PPM,
            other => other.bounds().initial_u(),
        };
        Self { estimate_u, family }
    }

    /// Takes a sample; `vegas` draws when it probes.
    pub fn step(&mut self, sample: Sample, rng: &mut Stream) {
        self.estimate_u = match &mut self.family {
            Family::Aimd(settings) => settings.step(self.estimate_u, sample),
            Family::Gradient2(settings, long) => settings.step(long, self.estimate_u, sample),
            Family::Vegas(vegas) => vegas.step(self.estimate_u, sample, rng),
            Family::Fixed => return,
        };
    }

    /// The limit: the whole part of the estimate.
    pub const fn limit(&self) -> u32 {
        (self.estimate_u / PPM) as u32
    }

    /// The estimate in millionths.
    pub const fn estimate_u(&self) -> u64 {
        self.estimate_u
    }

    /// The long average of `gradient2` in 1/65536 µs; 0 with another algorithm.
    pub const fn long_q16(&self) -> u64 {
        match &self.family {
            Family::Gradient2(_, long) => long.q16(),
            _ => 0,
        }
    }

    /// The response time without load of `vegas` in µs; 0 while unknown and with another algorithm.
    pub const fn rtt0_us(&self) -> u64 {
        match &self.family {
            Family::Vegas(vegas) => vegas.rtt0_us(),
            _ => 0,
        }
    }

    /// What a snapshot keeps.
    pub(crate) const fn learned(&self) -> LearnedLimit {
        let estimate_u = self.estimate_u;
        match &self.family {
            Family::Aimd(_) => LearnedLimit::Aimd { estimate_u },
            Family::Gradient2(_, long) => LearnedLimit::Gradient2 { estimate_u, long: long.learned() },
            Family::Vegas(vegas) => {
                let (rtt0, probe_count, jitter_ppm) = vegas.learned();
                LearnedLimit::Vegas { estimate_u, rtt0, probe_count, jitter_ppm }
            }
            Family::Fixed => LearnedLimit::Fixed,
        }
    }

    /// Goes on from what a snapshot kept, within the present bounds; false when another algorithm learned it.
    pub(crate) fn recall(&mut self, learned: &LearnedLimit) -> bool {
        self.estimate_u = match (&mut self.family, learned) {
            (Family::Aimd(settings), LearnedLimit::Aimd { estimate_u }) => {
                settings.bounds.clamp_u(*estimate_u)
            }
            (Family::Gradient2(settings, average), LearnedLimit::Gradient2 { estimate_u, long }) => {
                average.recall(*long);
                settings.bounds.clamp_u(*estimate_u)
            }
            (Family::Vegas(vegas), LearnedLimit::Vegas { estimate_u, rtt0, probe_count, jitter_ppm }) => {
                vegas.recall(*rtt0, *probe_count, *jitter_ppm);
                vegas.bounds().clamp_u(*estimate_u)
            }
            (Family::Fixed, LearnedLimit::Fixed) => self.estimate_u,
            _ => return false,
        };
        true
    }
}

impl LimitSettings {
    /// Where the limit begins and stays; a constant is both of its bounds.
    pub const fn bounds(&self) -> Bounds {
        match self {
            Self::Aimd(settings) => settings.bounds,
            Self::Gradient2(settings) => settings.bounds,
            Self::Vegas(settings) => settings.bounds,
            Self::Fixed(limit) => Bounds { initial: *limit, min: *limit, max: *limit },
        }
    }
}
