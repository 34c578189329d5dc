//! Presets: the published retry designs as values, each a complete set of backoff, pushback, attempts and budget.
//!
//! Sources: Netflix's description of its clients (the first retry follows the latency target; the anchored jitter is
//! our reading of it) with the pushback of its prioritized load shedding; gRPC proposal A6; the AWS SDK standard
//! retry mode, versions 2.0 and 2.1; Finagle's `RetryBudget` and requeue filter. A preset fills the fields that a
//! configuration does not give, so the numbers stand here and nowhere else.

use super::{
    backoff::{BackoffSettings, Base, Cap, Jitter, Kind, Order},
    budget::{AwsCosts, BudgetSettings},
    pushback::{PushbackMode, PushbackSettings},
};
use crate::{config::RetrySettings, time::Duration};

/// A published retry design; the word of `retry.preset`.
///
/// ```
/// use hedgerow::retry::preset::Preset;
/// assert_eq!(Preset::from_slug("aws_2_1"), Some(Preset::Aws21));
/// assert_eq!(Preset::default().max_attempts(), 3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Anchored at the latency target, a hint is a floor, ratio budget. The default.
    #[default]
    Netflix,
    /// gRPC proposal A6: ±20 % around a capped exponential, an exact hint, the gRPC throttle.
    GrpcA6,
    /// AWS standard mode 2.0: full jitter before the cap, a hint cut at 20 s, the AWS quota.
    Aws20,
    /// AWS standard mode 2.1: 50 ms (1 s when overloaded), a hint held within 5 s above the own delay, the AWS quota.
    Aws21,
    /// Finagle: retries at once, bounded by its budget alone; hints are ignored.
    Finagle,
}

impl Preset {
    /// Every preset, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Netflix, Self::GrpcA6, Self::Aws20, Self::Aws21, Self::Finagle];

    /// The preset of this word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.slug() == slug)
    }

    /// The word of the configuration document.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Netflix => "netflix",
            Self::GrpcA6 => "grpc_a6",
            Self::Aws20 => "aws_2_0",
            Self::Aws21 => "aws_2_1",
            Self::Finagle => "finagle",
        }
    }

    /// How the delay before a retry is drawn.
    pub const fn backoff(self) -> BackoffSettings {
        match self {
            Self::Netflix => NETFLIX,
            Self::GrpcA6 => BackoffSettings {
                base: Base::Fixed(Duration::from_millis(100)),
                cap: Cap::Fixed(Duration::from_secs(1)),
                jitter: Jitter::Proportional,
                ..NETFLIX
            },
            Self::Aws20 => BackoffSettings {
                base: Base::Fixed(Duration::from_secs(1)),
                cap: Cap::Fixed(Duration::from_secs(20)),
                jitter: Jitter::Full,
                order: Order::JitterFirst,
                ..NETFLIX
            },
            Self::Aws21 => BackoffSettings {
                base: Base::Fixed(Duration::from_millis(50)),
                overloaded_base: Some(Duration::from_secs(1)),
                cap: Cap::Fixed(Duration::from_secs(20)),
                jitter: Jitter::Full,
                ..NETFLIX
            },
            Self::Finagle => BackoffSettings {
                kind: Kind::Constant,
                base: Base::Fixed(Duration::ZERO),
                cap: Cap::Fixed(Duration::ZERO),
                jitter: Jitter::None,
                ..NETFLIX
            },
        }
    }

    /// What a server's hint does to that delay.
    pub const fn pushback(self) -> PushbackSettings {
        let mode = match self {
            Self::Netflix => PushbackMode::Floor,
            Self::GrpcA6 => PushbackMode::Exact,
            Self::Aws20 => PushbackMode::Clamp,
            Self::Aws21 => PushbackMode::Window,
            Self::Finagle => PushbackMode::Ignore,
        };
        PushbackSettings { mode, ..PUSHBACK }
    }

    /// Primary and retries of one call when the configuration gives no number.
    pub const fn max_attempts(self) -> u8 {
        match self {
            Self::Netflix | Self::Aws20 | Self::Aws21 => 3,
            Self::GrpcA6 => 5,
            Self::Finagle => 10,
        }
    }

    /// The most attempts that a configuration may give together with this preset: 5 for gRPC, else 10.
    ///
    /// An adapter that reads a gRPC service config cuts its number to this, as proposal A6 says.
    pub const fn most_attempts(self) -> u8 {
        match self {
            Self::GrpcA6 => 5,
            _ => 10,
        }
    }

    /// Attempts, backoff and pushback together, as a configuration that gives none of them resolves to.
    pub const fn retry(self) -> RetrySettings {
        RetrySettings {
            max_attempts: self.max_attempts(),
            resend_not_sent: false,
            backoff: self.backoff(),
            pushback: self.pushback(),
        }
    }

    /// The budget that goes with the design.
    pub const fn budget(self) -> BudgetSettings {
        match self {
            Self::Netflix => BudgetSettings::RATIO,
            Self::GrpcA6 => BudgetSettings::GRPC,
            Self::Aws20 | Self::Aws21 => BudgetSettings::Aws { capacity: 500, costs: self.aws_costs() },
            Self::Finagle => BudgetSettings::FINAGLE,
        }
    }

    /// What a retry costs when the budget is an AWS quota: 2.0's own, and those of 2.1 with every other preset.
    pub const fn aws_costs(self) -> AwsCosts {
        match self {
            Self::Aws20 => AwsCosts { transient: 5, timeout: 10, overloaded: 5 },
            _ => AwsCosts { transient: 14, timeout: 14, overloaded: 5 },
        }
    }
}

/// The default backoff; the other presets are described by their difference from it.
const NETFLIX: BackoffSettings = BackoffSettings {
    kind: Kind::Exponential,
    base: Base::Target,
    overloaded_base: None,
    step: None,
    factor_milli: 2000,
    cap: Cap::Max,
    jitter: Jitter::Anchored,
    order: Order::CapFirst,
    proportion_milli: 200,
    unknown_target: Duration::from_millis(50),
};

/// The default treatment of a hint; presets differ in the mode.
const PUSHBACK: PushbackSettings = PushbackSettings {
    mode: PushbackMode::Floor,
    spread_milli: 100,
    window: Duration::from_secs(5),
    clamp: Duration::from_secs(20),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_names_one_preset() {
        for preset in Preset::ALL {
            assert_eq!(Preset::from_slug(preset.slug()), Some(preset));
        }
        assert_eq!(Preset::from_slug("Netflix"), None);
    }

    #[test]
    fn no_preset_makes_more_attempts_than_it_allows_to_configure() {
        assert!(Preset::ALL.iter().all(|preset| preset.max_attempts() <= preset.most_attempts()));
    }
}
