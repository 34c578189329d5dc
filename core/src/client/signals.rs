//! Records of servers: where they come in, and the handshakes that ask for them.

use crate::client::Client;
use crate::client::action::{Action, Namespace, Operation};
use crate::client::journal::Subject;
use crate::client::timeout::Kind;
use crate::reason::Reason;
use crate::signal::merge::Scope;
use crate::signal::record::Record;
use crate::stats::bump;
use crate::time::Instant;

impl Client {
    pub(super) fn receive(
        &mut self,
        namespace: Option<Namespace>,
        operation: Option<Operation>,
        record: &Record,
        now: Instant,
    ) {
        let known = namespace.is_none_or(|number| self.namespaces.knows(number.0))
            && operation.is_none_or(|number| self.operations.knows(number.0));
        if !known {
            bump(&mut self.journal.stats.signals_foreign);
            return;
        }
        let scope = Scope {
            namespace: namespace.map(|number| number.0),
            operation: namespace.and(operation).map(|number| number.0),
        };
        let received = self.signals.receive(scope, record, now);
        self.journal.note(received.verdict, Subject::none(), record.version, now);
        if received.clamped > 0 {
            let stats = &mut self.journal.stats;
            stats.signals_clamped = stats.signals_clamped.saturating_add(u64::from(received.clamped));
            self.journal.note(Reason::SignalClamped, Subject::none(), u64::from(received.clamped), now);
        }
        if received.version_reset {
            self.journal.note(Reason::SignalVersionReset, Subject::none(), record.version, now);
        }
    }

    /// The first admitted call of a namespace asks for its signals, if handshakes are on.
    pub(super) fn first_use(&mut self, _namespace: u32, _now: Instant) {}

    pub(super) fn handshake_timer(&mut self, _namespace: u32, _now: Instant) {}
}
