//! Messages: what a call is told, and what it answers.

use crate::{attempt::Attempt, misuse::Stopped};
use hedgerow::{
    AttemptId, Duration, Reason, client::action::Outcome, retry::outcome::FailureClass, timer::pause::Cause,
};
use std::sync::Arc;
use tokio::sync::Notify;

/// What a call is told.
pub(crate) enum Message {
    Send(Order),
    Complete(Decision),
    Stopped(Stopped),
}

/// One attempt to launch; the bell rings when it is to stop.
pub(crate) struct Order {
    pub(crate) attempt: Attempt,
    pub(crate) abort: Arc<Notify>,
}

/// How the call ended.
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) wall: Duration,
    pub(crate) live: Duration,
    pub(crate) lost: Duration,
    pub(crate) cause: Option<Cause>,
}

/// How an attempt ended, as it is told to the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Response,
    Failed(FailureClass),
    Cancelled,
}
