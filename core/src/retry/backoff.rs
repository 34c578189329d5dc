//! STUB (helper C)
use crate::{retry::outcome::FailureClass, rng::Stream, time::Duration};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Constant,
    Linear,
    Exponential,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    None,
    Full,
    Equal,
    Proportional,
    Decorrelated,
    Anchored,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    CapFirst,
    JitterFirst,
}
/// `retry.backoff.base_us`: the word `target` or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Target,
    Fixed(Duration),
}
/// `retry.backoff.cap_us`: the word `max` or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    Max,
    Fixed(Duration),
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffSettings {
    pub kind: Kind,
    pub base: Base,
    /** base after an `overloaded` failure (aws_2_1), if another */
    pub overloaded_base: Option<Duration>,
    pub step: Option<Duration>,
    pub factor_milli: u32,
    pub cap: Cap,
    pub jitter: Jitter,
    pub order: Order,
    pub proportion_milli: u32,
    /** base while `target` is asked for and none is known */
    pub unknown_target: Duration,
}
impl BackoffSettings {
    /// Draws the delay before retry `k` (1 = first). `target`/`max` are the class's effective values at the call's start;
    /// `class` is the failure just seen; `prev` is the call's decorrelated state (zero at first).
    pub fn delay(
        &self,
        k: u32,
        target: Option<Duration>,
        max: Duration,
        class: FailureClass,
        prev: &mut Duration,
        rng: &mut Stream,
    ) -> Duration {
        todo!()
    }
    /// Inclusive bounds of that draw (after the cap), without drawing.
    pub fn bounds(
        &self,
        k: u32,
        target: Option<Duration>,
        max: Duration,
        class: FailureClass,
        prev: Duration,
    ) -> (Duration, Duration) {
        todo!()
    }
}
