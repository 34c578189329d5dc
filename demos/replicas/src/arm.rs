//! An arm: one way of calling the replicas, measured beside the others.

use crate::hedged::Hedged;
use crate::plain::Plain;
use crate::rescue::Rescue;
use crate::schedule::Planned;
use std::time::Duration;

/// The arms that run in this process.
#[derive(Debug)]
pub enum Arm {
    /// Round robin, one timeout, immediate retries.
    Plain(Plain),
    /// Through hedgerow.
    Hedgerow(Hedged),
}

/// What one call cost, as the arm itself saw it; latency is measured outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Called {
    /// A short slug of the error, none on success.
    pub error: Option<String>,
    /// Copies sent before the first had answered.
    pub hedges: u32,
    /// Copies sent after one had failed.
    pub retries: u32,
    /// Time that the arm itself put down to stalls of its own process; none if it does not look for them.
    pub lost: Option<Duration>,
    /// How the call was rescued, if another attempt than the first answered it and the arm can tell.
    pub rescue: Option<Box<Rescue>>,
}

impl Arm {
    /// The arm's name: a row of the table, and the prefix of its logical writes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain",
            Self::Hedgerow(_) => "hedgerow",
        }
    }

    /// Makes one call; `id` is the identity of the logical call.
    pub async fn call(&self, planned: &Planned, id: &str) -> Called {
        match self {
            Self::Plain(plain) => plain.call(planned, id).await,
            Self::Hedgerow(hedged) => hedged.call(planned, id).await,
        }
    }
}

/// The value that a call writes: it names its key and its write, and has a usual size.
pub fn value(key: &str, id: &str) -> String {
    format!("{key} {id} {:·<200}", "")
}
