//! Inputs that are made of others: what hosts of every language would write for themselves.

use crate::client::Client;
use crate::client::action::{Namespace, Operation, StallReport};
use crate::id::CallId;
use crate::signal::header::SloField;
use crate::time::Instant;
use crate::token::text::{TextForm, TokenText};

impl Client {
    /// Hands in the response field `Hedgerow-Slo` of an answer to a request of this class; answers the version of its
    /// record, `None` when there is none to read.
    pub fn handle_signal_field(
        &mut self,
        text: &str,
        namespace: Namespace,
        operation: Operation,
        now: Instant,
    ) -> Option<u64> {
        let SloField { breadth, record } = SloField::parse(text).ok()??;
        let scope = breadth.scope(namespace.0, operation.0);
        self.handle_signal(scope.namespace.map(Namespace), scope.operation.map(Operation), &record, now);
        Some(record.version)
    }

    /// Tells that a timer of the host's own which was due at one time fired at another: a pause, when it is later than
    /// `stall.slack_us`.
    pub fn handle_late_tick(&mut self, due: Instant, fired: Instant) {
        if fired.since(due) > self.config.stall.slack {
            self.handle_stall(StallReport::Paused { from: due, to: fired }, fired);
        }
    }

    /// The token of a call that is not forgotten, in the form that headers carry (`token.form`); `None` when it has none.
    pub fn token_text(&self, call: CallId) -> Option<TokenText> {
        let form = if self.config.token.uuid7 { TextForm::Uuid7 } else { TextForm::Hex };
        TokenText::new(self.token(call)?, form).ok()
    }
}
