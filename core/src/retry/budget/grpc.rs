//! The gRPC throttle: retries pause while failures outweigh successes.
//!
//! Source: proposal A6 and its implementations. A failure takes a whole token, a success gives the ratio back; retries
//! and hedges are permitted strictly above half. Milli-tokens, since the proposal keeps three decimals. Asking takes
//! nothing. A new configuration scales what is there, as existing implementations do; A6 leaves it open.

use super::super::outcome::FailureClass;

const TOKEN_MILLI: u32 = 1000;

#[derive(Clone, Debug)]
pub(super) struct GrpcThrottle {
    max: u32,
    ratio: u32,
    tokens: u32,
}

impl GrpcThrottle {
    pub(super) const fn new(max: u32, ratio: u32) -> Self {
        Self { max, ratio, tokens: max }
    }

    pub(super) fn at(self, tokens: u32) -> Self {
        Self { tokens: tokens.min(self.max), ..self }
    }

    pub(super) fn is_permitted(&self) -> bool {
        u64::from(self.tokens) * 2 > u64::from(self.max)
    }

    /// A definite negative answer counts only when the server also said "never".
    pub(super) fn on_failure(&mut self, class: FailureClass, never: bool) {
        if class != FailureClass::Fatal || never {
            self.tokens = self.tokens.saturating_sub(TOKEN_MILLI);
        }
    }

    pub(super) fn on_success(&mut self) {
        self.tokens = self.tokens.saturating_add(self.ratio).min(self.max);
    }

    pub(super) const fn tokens(&self) -> u32 {
        self.tokens
    }

    /// The same share of a new maximum.
    pub(super) fn reconfigured(&self, max: u32, ratio: u32) -> Self {
        let scaled = u64::from(self.tokens) * u64::from(max) / u64::from(self.max.max(1));
        Self { max, ratio, tokens: (scaled as u32).min(max) }
    }
}
