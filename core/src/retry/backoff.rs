//! Backoff: how long to wait before a retry.
//!
//! A nominal delay grows with the number of the retry, is capped, and is spread by a random draw so that clients that
//! failed together do not return together. Sources: the AWS architecture blog and its simulator for the jitters (with
//! 100 contending clients *full* jitter needs about 796 calls, *equal* 812, *decorrelated* 1002, none 1860); gRPC
//! proposal A6 for the proportional one; *anchored*, the default, is our reading of Netflix's sentence that the first
//! retry is relevant to the latency target: it is never instant and never later than the target.
//!
//! State: none here; a call carries its own [`Series`](super::series::Series). Inputs: the number of the retry, the call's target and
//! max, the class just seen, one stream. It never looks at time left or at a budget, and never draws more than once.

use super::outcome::FailureClass;
use crate::{
    rng::Stream,
    time::{Duration, MAX_MICROS},
};

/// How the nominal delay grows from retry to retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Always the base.
    Constant,
    /// The base, plus one step more for each retry after the first.
    Linear,
    /// The base, times the factor for each retry after the first. The default.
    #[default]
    Exponential,
}

/// How the capped nominal delay `n` is spread; ranges are inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// `n`, no draw.
    None,
    /// 0 to `n`.
    Full,
    /// Half of `n` to `n`.
    Equal,
    /// `n` minus to `n` plus its proportion.
    Proportional,
    /// The base to three times the last delay, capped; ignores kind and order.
    Decorrelated,
    /// Half the base to the base for the first retry, 0 to `n` for later ones. The default.
    #[default]
    Anchored,
}

/// Whether the cap or the jitter comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Jitter on the capped delay, so that proportional jitter may pass the cap, as gRPC does. The default.
    #[default]
    CapFirst,
    /// The cap on the jittered delay, as AWS 2.0 does.
    JitterFirst,
}

/// `retry.backoff.base_us`: the word `target` or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base {
    /// The class's latency target at the start of the call. The default.
    #[default]
    Target,
    /// This long.
    Fixed(Duration),
}

/// `retry.backoff.cap_us`: the word `max` or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cap {
    /// The class's max at the start of the call. The default.
    #[default]
    Max,
    /// This long.
    Fixed(Duration),
}

/// `retry.backoff.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BackoffSettings {
    /// How the nominal delay grows.
    pub kind: Kind,
    /// Where it starts.
    pub base: Base,
    /// Where it starts after an `overloaded` failure, if elsewhere (AWS 2.1).
    pub overloaded_base: Option<Duration>,
    /// What `linear` adds for each retry; the base when absent.
    pub step: Option<Duration>,
    /// What `exponential` multiplies by, in thousandths, ≥ 1000.
    pub factor_milli: u32,
    /// Where it ends.
    pub cap: Cap,
    /// How it is spread.
    pub jitter: Jitter,
    /// Whether cap or jitter comes first.
    pub order: Order,
    /// The width of `proportional` on either side, in thousandths, 0..=1000.
    pub proportion_milli: u32,
    /// The base while [`Base::Target`] is asked for and no target is known.
    pub unknown_target: Duration,
}

impl BackoffSettings {
    /// Draws the delay before retry `k`, 1 being the first.
    ///
    /// `target` and `max` are the class's effective values at the call's start, `class` is the failure just seen, `prev`
    /// the call's last decorrelated delay (zero at first), which this sets. At most one draw; none when the
    /// range holds one value. O(k), and k is at most ten in a client.
    ///
    /// ```
    /// use hedgerow::{Duration, retry::{outcome::FailureClass, preset::Preset}, rng::Stream};
    /// let (target, max) = (Some(Duration::from_millis(10)), Duration::from_millis(500));
    /// let mut middle = Stream::from_fractions(vec![1 << 31]);
    /// let mut prev = Duration::ZERO;
    /// let delay = Preset::Netflix.backoff().delay(1, target, max, FailureClass::Transient, &mut prev, &mut middle);
    /// assert_eq!(delay, Duration::from_micros(7500));
    /// ```
    pub fn delay(
        &self,
        k: u32,
        target: Option<Duration>,
        max: Duration,
        class: FailureClass,
        prev: &mut Duration,
        rng: &mut Stream,
    ) -> Duration {
        let (base, cap) = (self.base(target, class), self.cap(max));
        let (least, greatest) = self.span(k, base, cap, *prev);
        let delay = self.last_cap(rng.range(least, greatest), cap);
        if self.jitter == Jitter::Decorrelated {
            *prev = delay;
        }
        delay
    }

    /// The least and the greatest delay that [`Self::delay`] can answer, both included, without drawing.
    pub fn bounds(
        &self,
        k: u32,
        target: Option<Duration>,
        max: Duration,
        class: FailureClass,
        prev: Duration,
    ) -> (Duration, Duration) {
        let (base, cap) = (self.base(target, class), self.cap(max));
        let (least, greatest) = self.span(k, base, cap, prev);
        (self.last_cap(least, cap), self.last_cap(greatest.max(least), cap))
    }

    fn base(&self, target: Option<Duration>, class: FailureClass) -> u64 {
        let base = match (self.base, self.overloaded_base) {
            (_, Some(base)) if class == FailureClass::Overloaded => base,
            (Base::Fixed(base), _) => base,
            (Base::Target, _) => target.unwrap_or(self.unknown_target),
        };
        base.as_micros().min(MAX_MICROS)
    }

    fn cap(&self, max: Duration) -> u64 {
        match self.cap {
            Cap::Max => max.as_micros(),
            Cap::Fixed(cap) => cap.as_micros(),
        }
    }

    /// The range that is drawn from, both ends included; a reversed one means its first end.
    fn span(&self, k: u32, base: u64, cap: u64, prev: Duration) -> (u64, u64) {
        if self.jitter == Jitter::Decorrelated {
            let prev = if prev == Duration::ZERO { base } else { prev.as_micros() };
            return (base, base.max(prev.saturating_mul(3)));
        }
        let n = match self.order {
            Order::CapFirst => self.nominal(k, base, cap).min(cap),
            Order::JitterFirst => self.nominal(k, base, u64::MAX),
        };
        match self.jitter {
            Jitter::None | Jitter::Decorrelated => (n, n),
            Jitter::Anchored if k <= 1 => (base / 2, base.min(cap)),
            Jitter::Full | Jitter::Anchored => (0, n),
            Jitter::Equal => (n / 2, n),
            Jitter::Proportional => {
                let width = scale(n, self.proportion_milli.min(1000));
                (n.saturating_sub(width), n.saturating_add(width))
            }
        }
    }

    /// The cap that comes after the jitter, where one does.
    fn last_cap(&self, delay: u64, cap: u64) -> Duration {
        let late = self.order == Order::JitterFirst || self.jitter == Jitter::Decorrelated;
        Duration::from_micros(if late { delay.min(cap) } else { delay })
    }

    /// The delay before cap and jitter, saturating at 2^53 − 1; may stop early once past `enough`.
    fn nominal(&self, k: u32, base: u64, enough: u64) -> u64 {
        let later = k.saturating_sub(1);
        match self.kind {
            Kind::Constant => base,
            Kind::Linear => {
                let step = self.step.map_or(base, Duration::as_micros);
                base.saturating_add(step.saturating_mul(u64::from(later))).min(MAX_MICROS)
            }
            Kind::Exponential => self.power(later, base, enough),
        }
    }

    /// The base times the factor, rounded down each time, as peers that keep the last delay do.
    fn power(&self, times: u32, base: u64, enough: u64) -> u64 {
        let mut n = base;
        for _ in 0..times {
            let next = scale(n, self.factor_milli).min(MAX_MICROS);
            // A value that maps to itself (zero, the largest, a factor of one) stays for ever.
            if next == n || (n >= enough && self.factor_milli >= 1000) {
                break;
            }
            n = next;
        }
        n
    }
}

/// The product with a number of thousandths, rounded down, saturating.
fn scale(n: u64, milli: u32) -> u64 {
    let product = u128::from(n) * u128::from(milli) / 1000;
    u64::try_from(product).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::preset::Preset;

    const MAX: Duration = Duration::from_millis(500);
    const TARGET: Option<Duration> = Some(Duration::from_millis(10));

    fn greatest(settings: &BackoffSettings, k: u32, class: FailureClass) -> u64 {
        settings.bounds(k, TARGET, MAX, class, Duration::ZERO).1.as_micros()
    }

    #[test]
    fn attempt_1025_does_not_overflow() {
        let settings = BackoffSettings {
            order: Order::JitterFirst,
            jitter: Jitter::Proportional,
            ..Preset::Netflix.backoff()
        };
        assert_eq!(settings.nominal(1025, 10_000, u64::MAX), MAX_MICROS);
        assert_eq!(greatest(&settings, u32::MAX, FailureClass::Transient), 500_000);
        let linear = BackoffSettings { kind: Kind::Linear, step: Some(Duration::MAX), ..settings };
        assert_eq!(linear.nominal(u32::MAX, 1, u64::MAX), MAX_MICROS);
    }

    #[test]
    fn the_first_anchored_retry_is_neither_instant_nor_later_than_the_target() {
        let settings = Preset::Netflix.backoff();
        let bounds = |k| settings.bounds(k, TARGET, MAX, FailureClass::Transient, Duration::ZERO);
        assert_eq!(bounds(1), (Duration::from_millis(5), Duration::from_millis(10)));
        assert_eq!(bounds(2), (Duration::ZERO, Duration::from_millis(20)));
        let unknown = settings.bounds(1, None, MAX, FailureClass::Transient, Duration::ZERO);
        assert_eq!(unknown, (Duration::from_millis(25), Duration::from_millis(50)));
    }

    #[test]
    fn the_base_follows_the_class_and_the_exponent_counts_all_retries() {
        let settings = Preset::Aws21.backoff();
        let ladder = [
            greatest(&settings, 1, FailureClass::Overloaded),
            greatest(&settings, 2, FailureClass::Overloaded),
            greatest(&settings, 3, FailureClass::Transient),
        ];
        assert_eq!(ladder, [1_000_000, 2_000_000, 200_000]);
    }

    #[test]
    fn a_capped_series_that_starts_above_its_cap_stays_at_the_cap() {
        let settings = BackoffSettings { jitter: Jitter::None, ..Preset::Aws21.backoff() };
        let capped = BackoffSettings { cap: Cap::Fixed(Duration::from_micros(7)), ..settings };
        assert_eq!(greatest(&capped, 5, FailureClass::Transient), 7);
    }
}
