//! What was told of breakers, and which sends that forbids.
//!
//! Notes tell of each opening, probe and closing. Within one input they are handed out after the actions, so an attempt
//! sent by the very input that opened a breaker may have come before; every other one is held to what was told.

use std::collections::BTreeMap;

use hedgerow::client::action::Note;
use hedgerow::{AttemptId, EndpointId, Instant, Reason};

/// What is known of one breaker that is not closed.
#[derive(Debug)]
struct Guard {
    until: Instant,
    probe: Option<AttemptId>,
    /// Whether this input opened it.
    fresh: bool,
}

/// The breakers that are open or half-open.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    open: BTreeMap<EndpointId, Guard>,
}

impl Guards {
    /// What was told before is old from now on.
    pub(crate) fn begin(&mut self) {
        self.open.values_mut().for_each(|guard| guard.fresh = false);
    }

    /// A note was handed out.
    pub(crate) fn noted(&mut self, note: &Note) {
        let Some(endpoint) = note.endpoint else { return };
        match note.reason {
            Reason::Breaker => {
                let until = Instant::from_micros(note.value);
                assert!(until > note.at, "an opened breaker sleeps");
                self.open.insert(endpoint, Guard { until, probe: None, fresh: true });
            }
            Reason::BreakerProbe => {
                let guard = self.open.get_mut(&endpoint).expect("I5: a probe goes where a breaker was open");
                assert!(note.at >= guard.until, "I5: a probe waits for the end of the sleep");
                assert!(guard.probe.is_none(), "I5: one probe at a time");
                guard.probe = note.attempt;
            }
            Reason::BreakerClosed => {
                let closed = self.open.remove(&endpoint).expect("an open breaker closes");
                assert!(closed.probe.is_none(), "the probe has ended");
            }
            _ => {}
        }
    }

    /// An attempt has ended; if it was a probe, the next may go.
    pub(crate) fn ended(&mut self, attempt: AttemptId) {
        for guard in self.open.values_mut().filter(|guard| guard.probe == Some(attempt)) {
            guard.probe = None;
        }
    }

    /// An attempt was sent.
    pub(crate) fn sent(&self, attempt: AttemptId, endpoint: EndpointId) {
        let allowed =
            self.open.get(&endpoint).is_none_or(|guard| guard.fresh || guard.probe == Some(attempt));
        assert!(allowed, "I5: nothing but a probe goes behind a breaker");
    }
}
