//! Every call of a trace in a line: where to look before asking for the story of one.

use std::collections::BTreeMap;

use hedgerow::trace::{Decision, Event, Trace};
use hedgerow::{Duration, Instant, Reason};
use serde_json::{Value, json};

use crate::span::shown;

/// What became of one start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLine {
    /// The id of the call, 0 when it was not admitted.
    pub call: u64,
    /// The host's own number.
    pub cookie: u64,
    /// When it started.
    pub began: Instant,
    /// Attempts sent.
    pub attempts: u32,
    /// Why it ended or was not admitted, and how long it took; `None` when the trace ends before.
    pub ended: Option<(Reason, Duration)>,
}

/// Reads every call of a trace, in the order of their starts. O(trace).
///
/// ```
/// use hedgerow_why::{calls::calls, lines::from_lines};
/// let trace = from_lines(include_str!("../../tests/traces/scripted.trace.jsonl")).unwrap();
/// let first = calls(&trace).into_iter().find(|line| line.attempts > 0).unwrap();
/// assert_eq!((first.call, first.cookie, first.ended.unwrap().0.slug()), (16777216, 6, "response"));
/// ```
pub fn calls(trace: &Trace) -> Vec<CallLine> {
    let mut lines = Vec::new();
    let mut by_id = BTreeMap::new();
    let mut now = trace.header().t0;
    for record in trace.records() {
        now = now.max(record.at);
        if let Event::Start(start) = &record.event {
            let id = record.decisions.iter().map(|decision| decision.call).find(|&call| call != 0);
            let cookie = start.arguments.cookie;
            by_id.extend(id.map(|id| (id, lines.len())));
            let denied = record.decisions.first().filter(|_| id.is_none());
            let ended = denied.map(|decision| (decision.reason, Duration::ZERO));
            lines.push(CallLine { call: id.unwrap_or(0), cookie, began: now, attempts: 0, ended });
        }
        for decision in &record.decisions {
            if let Some(line) = by_id.get(&decision.call).and_then(|&at| lines.get_mut(at)) {
                line.take(decision);
            }
        }
    }
    lines
}

impl CallLine {
    fn take(&mut self, decision: &Decision) {
        match decision.reason.code() {
            30..40 => self.attempts += 1,
            // A retry's denial ends the call, two reasons of that range do not.
            60..100 if !matches!(decision.reason, Reason::RetryScheduled | Reason::AttemptTimeoutKept) => {
                self.ended = Some((decision.reason, Duration::from_micros(decision.value)));
            }
            _ => {}
        }
    }

    /// The line for people.
    pub fn to_text(&self) -> String {
        let call = if self.call == 0 { "-".to_owned() } else { self.call.to_string() };
        let (took, reason) = self
            .ended
            .map_or(("-".to_owned(), "not over"), |(reason, wall)| (shown(wall.as_micros()), reason.slug()));
        format!(
            "{call:>18} {:>12} {:>12} {took:>12} {:>8}  {reason}",
            self.cookie,
            shown(self.began.as_micros()),
            self.attempts
        )
    }

    /// The heads of [`Self::to_text`].
    pub fn heads() -> String {
        format!("{:>18} {:>12} {:>12} {:>12} {:>8}  end", "call", "cookie", "began", "took", "attempts")
    }

    /// The line as a document; times are µs.
    pub fn to_json(&self) -> Value {
        json!({
            "call": (self.call != 0).then_some(self.call),
            "cookie": self.cookie,
            "began_us": self.began.as_micros(),
            "attempts": self.attempts,
            "took_us": self.ended.map(|(_, wall)| wall.as_micros()),
            "code": self.ended.map(|(reason, _)| reason.code()),
            "end": self.ended.map(|(reason, _)| reason.slug()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::from_lines;

    #[test]
    fn every_start_has_a_line_and_every_send_is_counted_in_one() {
        let trace = from_lines(include_str!("../../tests/traces/scripted.trace.jsonl")).unwrap();
        let lines = calls(&trace);
        let starts = trace.records().filter(|record| matches!(record.event, Event::Start(_)));
        assert_eq!(lines.len(), starts.count());
        let decisions: Vec<_> = trace.records().flat_map(|record| record.decisions).collect();
        let count = |codes: core::ops::Range<u16>| {
            decisions.iter().filter(|decision| codes.contains(&decision.reason.code())).count()
        };
        assert_eq!(lines.iter().map(|line| line.attempts as usize).sum::<usize>(), count(30..40));
        let denied = lines.iter().filter(|line| line.call == 0).count();
        assert_eq!(denied, count(10..30), "each denial is told");
        assert!(lines.iter().all(|line| line.ended.is_some()), "the script lets every call end");
    }
}
