//! What the flat form needs of the machine beside its public inputs: refusals in the queue, and two counters.

use crate::client::Client;
use crate::client::action::Action;
use crate::reason::Reason;

impl Client {
    /// Queues the refusal of a start whose caller cannot be answered at once.
    pub(crate) fn reject(&mut self, cookie: u64, reason: Reason) {
        self.actions.push_back(Action::Reject { cookie, reason });
    }

    /// Actions that wait to be drained.
    pub(crate) fn waiting(&self) -> usize {
        self.actions.len()
    }

    /// A failure came with a class that does not exist; it was read as transient.
    pub(crate) fn count_unknown_class(&mut self) {
        self.journal.stats.add_reason(Reason::ClassUnknown);
    }
}
