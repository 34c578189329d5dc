//! The token of a call: the caller's own, or one that is minted when the operation's idempotency rests on it.
//!
//! A given token is carried whatever the operation and is not compared with any clock. Minting is the last test of
//! admission, so that no token is spent on a denied call. Its time comes from the lease (`token.tier` `regional`), from
//! the wall time that the host passes with the start, or (`token.clock` `estimated`) from samples of a server's clock:
//! those that the host hands in, and each answer that tells the server's wall time. With tier `global` nothing is
//! minted; the caller brings every token.

use crate::client::Client;
use crate::client::action::{ClockSample, GivenToken, Start};
use crate::client::journal::Subject;
use crate::config::{Idempotency, TokenClock};
use crate::reason::Reason;
use crate::stats::bump;
use crate::time::Instant;
use crate::token::Token;
use crate::token::generator::Minted;

impl Client {
    /// The token that travels with every attempt of this call, if one does.
    pub(super) fn token_for(
        &mut self,
        request: &Start<'_>,
        idempotency: Idempotency,
        now: Instant,
    ) -> Result<Option<Token>, Reason> {
        match request.token {
            Some(GivenToken::Token(token)) => Ok(Some(token)),
            Some(GivenToken::HeldByHost) => Ok(None),
            None if idempotency == Idempotency::Token => {
                let minted = self.mint(request, now)?;
                if minted.clock_behind {
                    self.journal.note(Reason::ClockBehind, Subject::none(), 0, now);
                }
                Ok(Some(minted.token))
            }
            None => Ok(None),
        }
    }

    fn mint(&mut self, request: &Start<'_>, now: Instant) -> Result<Minted, Reason> {
        match self.config.token.clock {
            TokenClock::Wall => self.generator.mint(request.wall, now),
            TokenClock::Estimated => {
                let estimate = self.offset.estimate(now);
                let error = estimate.map(|found| found.error).unwrap_or_default();
                self.generator.mint_estimated(estimate.map(|found| found.wall), error, now)
            }
        }
    }

    /// Keeps a sample of the server's clock, or counts that it is none.
    pub(super) fn read_clock(&mut self, sample: ClockSample) {
        if !self.offset.observe(sample.sent, sample.received, sample.server) {
            bump(&mut self.journal.stats.clock_samples_rejected);
        }
    }
}
