//! STUB (helper C): pushback normal form, Retry-After, gRPC pushback, map form parsers; how a hint changes a delay.
use crate::{rng::Stream, time::Duration};
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushback {
    pub retry_after: Option<Duration>,
    pub never: bool,
    pub max_retries: Option<u8>,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushbackMode {
    Floor,
    Exact,
    Window,
    Clamp,
    Ignore,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushbackSettings {
    pub mode: PushbackMode,
    pub spread_milli: u32,
    pub window: Duration,
    pub clamp: Duration,
}
impl PushbackSettings {
    /// Combines the own delay with a hint; draws the spread only when the rule says so.
    pub fn apply(&self, own: Duration, hint: Option<Duration>, rng: &mut Stream) -> Duration {
        todo!()
    }
}
