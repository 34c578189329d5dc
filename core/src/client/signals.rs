//! Records of servers: where they come in, and the handshakes that ask for them.

use crate::client::Client;
use crate::client::action::{Action, Namespace, Operation};
use crate::client::class::Names;
use crate::client::journal::Subject;
use crate::client::timeout::Kind;
use crate::reason::Reason;
use crate::signal::map::Entry;
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
        if namespace.is_none() && operation.is_some() {
            // One operation of every namespace is not a scope, and to widen it would let a record say more than it did.
            self.journal.note(Reason::SignalInvalid, Subject::none(), record.version, now);
            return;
        }
        let scope = Scope {
            namespace: namespace.map(|number| number.0),
            operation: operation.map(|number| number.0),
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
        if received.verdict != Reason::SignalInvalid {
            self.restart_handshakes(namespace, now);
            self.serve_all_waiting(now);
        }
    }

    /// The scope that a record names. A name that nobody interned here is one that nobody knows: it takes no place.
    pub(super) fn scope_of(&self, entry: &Entry) -> (Option<Namespace>, Option<Operation>) {
        let number = |names: &Names, name: &str| names.number(name).unwrap_or(u32::MAX);
        let namespace = entry.namespace.as_deref().map(|name| Namespace(number(&self.namespaces, name)));
        let operation = entry.operation.as_deref().map(|name| Operation(number(&self.operations, name)));
        (namespace, operation)
    }

    /// The first admitted call of a namespace asks for its signals, if handshakes are on.
    pub(super) fn first_use(&mut self, namespace: u32, now: Instant) {
        let begun = self.classes.namespace(namespace).is_none_or(|state| state.handshake.is_some());
        if self.config.signal.handshake && !begun {
            self.ask_for_signals(namespace, Reason::HandshakeStart, now);
        }
    }

    /// Refresh time is over: the hedge limit of a silent namespace is halved, and the server is asked again.
    pub(super) fn handshake_timer(&mut self, namespace: u32, now: Instant) {
        let halvings = self.signals.halvings(namespace);
        let refresh = self.signals.on_refresh(namespace, now);
        if refresh.halvings > halvings {
            bump(&mut self.journal.stats.hedges_halved);
        }
        self.ask_for_signals(namespace, refresh.reason, now);
    }

    fn ask_for_signals(&mut self, namespace: u32, reason: Reason, now: Instant) {
        self.arm_handshake(namespace, now);
        self.actions.push_back(Action::Handshake { namespace: Namespace(namespace), reason });
        self.journal.action(reason, Subject::none(), u64::from(namespace), now);
    }

    fn arm_handshake(&mut self, namespace: u32, now: Instant) {
        let due = now + self.signals.refresh_delay(&mut self.streams.refresh);
        let Some(state) = self.classes.namespace_mut(namespace) else { return };
        if let Some(timer) = state.handshake {
            self.wheel.cancel(timer);
        }
        state.handshake = Some(self.wheel.insert(due, Kind::Handshake.namespace(namespace)));
    }

    /// Any record for a namespace restarts its refresh time.
    fn restart_handshakes(&mut self, namespace: Option<Namespace>, now: Instant) {
        let waiting = |client: &Self, number| {
            client.classes.namespace(number).is_some_and(|state| state.handshake.is_some())
        };
        match namespace {
            Some(Namespace(number)) if waiting(self, number) => self.arm_handshake(number, now),
            Some(_) => {}
            None => {
                for number in 0..self.classes.namespaces() {
                    if waiting(self, number) {
                        self.arm_handshake(number, now);
                    }
                }
            }
        }
    }
}
