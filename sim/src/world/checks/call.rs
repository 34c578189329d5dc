//! What one call has done so far, and what it must not do.

use hedgerow::CallId;
use hedgerow::client::action::AttemptKind;
use hedgerow::config::Idempotency;
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::Pushback;
use hedgerow::token::Token;

use super::bounds::Bounds;

/// A call that is not resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    pub(super) core: CallId,
    pub(super) op: u16,
    normal: u32,
    hedges: u32,
    /// Attempts of which the world said that nothing was transmitted.
    unsent: u32,
    /// The token of its first attempt.
    token: Option<Token>,
    /// The end of its own time if its client never pauses.
    pub(super) end_us: u64,
    pub(super) retry_due: Option<u64>,
    /// A server asked for nothing further.
    stopped: bool,
    /// A server asked to wait until then.
    pub(super) not_before: u64,
}

impl Watched {
    pub(super) const fn new(core: CallId, op: u16, now: u64, max_us: u64) -> Self {
        Self {
            core,
            op,
            normal: 0,
            hedges: 0,
            unsent: 0,
            token: None,
            end_us: now.saturating_add(max_us),
            retry_due: None,
            stopped: false,
            not_before: 0,
        }
    }

    pub(super) const fn sends(&self) -> u32 {
        self.normal + self.hedges
    }

    /// It sends an attempt; answers what is wrong with that.
    pub(super) fn send(
        &mut self,
        kind: AttemptKind,
        token: Option<Token>,
        bounds: &Bounds,
    ) -> Option<String> {
        match kind {
            AttemptKind::Hedge => self.hedges += 1,
            AttemptKind::Primary | AttemptKind::Retry => self.normal += 1,
        }
        self.retry_due = None;
        let first = self.sends() == 1;
        let changes = !first && self.token != token;
        self.token = token;
        let transmitted = self.sends() - 1 > self.unsent;
        if changes {
            Some("changes its token".to_owned())
        } else if bounds.idempotency == Idempotency::None && (transmitted || !(first || bounds.resend)) {
            Some("is not idempotent and is sent again".to_owned())
        } else if self.normal > bounds.attempts || self.hedges > bounds.hedges {
            Some(format!("makes {} attempts and {} hedges", self.normal, self.hedges))
        } else {
            self.stopped.then(|| "is sent again after a server asked for nothing further".to_owned())
        }
    }

    /// One of its attempts has failed; what its server asked for holds from now on.
    pub(super) fn fail(&mut self, class: FailureClass, hint: Pushback, bounds: &Bounds, now: u64) {
        let hint = hint.normalized().pushback;
        self.unsent += u32::from(class == FailureClass::NotSent);
        self.stopped |= class == FailureClass::Refused && hint.retry_after.is_none();
        if bounds.hears {
            self.stopped |= hint.never;
            self.not_before = hint.retry_after.map_or(0, |wait| now.saturating_add(wait.as_micros()));
        }
    }
}
