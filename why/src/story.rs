//! One call of a trace, as a timeline.
//!
//! What a trace says of a call is in its own records: each input that concerns the call or one of its attempts, and
//! each decision about them. With the configuration under which it was recorded the run can be repeated, and then the
//! names of endpoints are known as well, and, unless `trace.explain_calls` is 0, the plan and what each gate saw.

use hedgerow::client::explain::{Explanation, Levels, PlanLine};
use hedgerow::trace::{Decision, Event, Trace, TraceRecord};
use hedgerow::{CallId, Client, Config, EndpointId, Instant, Reason};

/// Which call is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The call of this id, as decisions name it.
    Id(u64),
    /// The call of this cookie, as its start names it; the last one that has it.
    Cookie(u64),
}

/// One call, from its start to its last trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The id of the call.
    pub call: u64,
    /// The host's own number.
    pub cookie: u64,
    /// When it started.
    pub began: Instant,
    /// The plans, best candidate first; empty without the configuration.
    pub plan: Vec<PlanLine>,
    /// What happened, in order.
    pub moments: Vec<Moment>,
}

/// One input or decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// The number of its record.
    pub record: u64,
    /// What it was.
    pub what: What,
    /// The ordinal of the attempt concerned, from 1.
    pub attempt: Option<usize>,
    /// The endpoint concerned: its name, or its number where no name is known.
    pub endpoint: Option<String>,
}

/// What a moment was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The host handed this in.
    Input(Event),
    /// The client decided this.
    Decision {
        /// What and why.
        reason: Reason,
        /// Kind of a send, wall time of a completion, due time of a wait, else 0.
        value: u64,
        /// What the gate saw, when a gate was asked and the configuration is known.
        levels: Option<Levels>,
    },
}

impl Story {
    /// Finds a call in a trace; `None` when no call of it is meant. O(trace).
    ///
    /// The configuration, if given, must be that of the trace: ask [`TraceHeader::config`] before.
    ///
    /// [`TraceHeader::config`]: hedgerow::trace::TraceHeader
    pub fn of(trace: &Trace, which: Which, config: Option<&Config>) -> Option<Self> {
        let (call, cookie, began) = find(trace, which)?;
        let mut client = config.map(|config| repeat(trace, config));
        let mut teller = Teller { call, attempts: Vec::new(), moments: Vec::new(), now: trace.header().t0 };
        let mut told = None;
        for record in trace.records() {
            if let Some(client) = &mut client {
                record.event.apply(client, record.at);
                while client.poll_action().is_some() {}
                while client.poll_trace().is_some() {}
            }
            if teller.take(&record, client.as_ref()) {
                let seen = client.as_ref().and_then(|client| client.explain(CallId::from_number(call)));
                told = seen.or(told);
            }
        }
        let mut story = Self { call, cookie, began, plan: Vec::new(), moments: teller.moments };
        if let Some(told) = told {
            story.add_levels(&told);
            story.plan = told.plan;
        }
        Some(story)
    }

    /// Gives each decision the levels that the explanation has for it: both stand in the order of events.
    fn add_levels(&mut self, told: &Explanation) {
        let mut events = told.events.iter();
        for moment in &mut self.moments {
            let What::Decision { reason, levels, .. } = &mut moment.what else { continue };
            if let Some(found) =
                events.clone().position(|event| (event.at, event.reason) == (moment.at, *reason))
            {
                *levels = events.nth(found).and_then(|event| event.levels);
            }
        }
    }
}

/// A client at the start of the trace.
fn repeat(trace: &Trace, config: &Config) -> Client {
    Client::new(config.clone(), &trace.header().seed, trace.header().t0)
}

/// The id of a call, its cookie, and when it started.
fn find(trace: &Trace, which: Which) -> Option<(u64, u64, Instant)> {
    let mut found = None;
    let mut now = trace.header().t0;
    for record in trace.records() {
        now = now.max(record.at);
        let Event::Start(start) = &record.event else { continue };
        let Some(call) = record.decisions.iter().map(|decision| decision.call).find(|&call| call != 0) else {
            continue;
        };
        let cookie = start.arguments.cookie;
        if which == Which::Id(call) || which == Which::Cookie(cookie) {
            found = Some((call, cookie, now));
        }
    }
    found
}

/// Collects the moments of one call.
struct Teller {
    call: u64,
    /// By ordinal − 1.
    attempts: Vec<u64>,
    moments: Vec<Moment>,
    now: Instant,
}

impl Teller {
    /// Takes what a record says of the call; whether it says anything.
    fn take(&mut self, record: &TraceRecord, client: Option<&Client>) -> bool {
        self.now = self.now.max(record.at);
        for decision in record.decisions.iter().filter(|decision| decision.call == self.call) {
            let is_send =
                (Reason::Primary.code()..=Reason::RetryDue.code()).contains(&decision.reason.code());
            if is_send && !self.attempts.contains(&decision.attempt) {
                self.attempts.push(decision.attempt);
            }
        }
        let own =
            |decision: &&Decision| decision.call == self.call || self.ordinal(decision.attempt).is_some();
        let decisions: Vec<_> = record.decisions.iter().filter(own).copied().collect();
        let attempt = self.named(&record.event);
        let gives_up = matches!(record.event, Event::Cancel(call) if call.number() == self.call);
        if attempt.is_none() && !gives_up && decisions.is_empty() {
            return false;
        }
        let input = What::Input(record.event.clone());
        self.moments.push(Moment {
            at: self.now,
            record: record.index,
            what: input,
            attempt,
            endpoint: None,
        });
        for Decision { reason, attempt, endpoint, value, .. } in decisions {
            let what = What::Decision { reason, value, levels: None };
            let (attempt, endpoint) = (self.ordinal(attempt), name(endpoint, client));
            self.moments.push(Moment { at: self.now, record: record.index, what, attempt, endpoint });
        }
        true
    }

    fn ordinal(&self, attempt: u64) -> Option<usize> {
        self.attempts.iter().position(|known| *known == attempt).map(|at| at + 1)
    }

    /// The ordinal of the attempt that an input names, if it is one of the call's.
    fn named(&self, event: &Event) -> Option<usize> {
        match event {
            Event::Response(attempt, _) | Event::Failure(attempt, _) | Event::Cancelled(attempt) => {
                self.ordinal(attempt.number())
            }
            _ => None,
        }
    }
}

fn name(endpoint: u64, client: Option<&Client>) -> Option<String> {
    if endpoint == 0 {
        return None;
    }
    let name = client.and_then(|client| client.endpoint_name(EndpointId::from_number(endpoint)));
    Some(name.map_or_else(|| format!("endpoint {endpoint}"), ToOwned::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::from_lines;

    fn scripted() -> (Trace, Config) {
        let trace = from_lines(include_str!("../../tests/traces/scripted.trace.jsonl")).unwrap();
        let script: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/traces/scripted.json")).unwrap();
        (trace, serde_json::from_value(script["config"].clone()).unwrap())
    }

    /// Every call of the scenario.
    fn calls(trace: &Trace) -> Vec<u64> {
        let starts = trace.records().filter(|record| matches!(record.event, Event::Start(_)));
        let first = |record: TraceRecord| {
            record.decisions.iter().map(|decision| decision.call).find(|&call| call != 0)
        };
        starts.filter_map(first).collect()
    }

    #[test]
    fn every_decision_about_a_call_is_in_its_story_and_in_no_other() {
        let (trace, config) = scripted();
        let mut told = 0;
        for call in calls(&trace) {
            let story = Story::of(&trace, Which::Id(call), Some(&config)).unwrap();
            assert!(!story.plan.is_empty() && story.moments.windows(2).all(|pair| pair[0].at <= pair[1].at));
            let decided = |moment: &&Moment| matches!(moment.what, What::Decision { .. });
            told += story.moments.iter().filter(decided).count();
            assert_eq!(Story::of(&trace, Which::Cookie(story.cookie), None).unwrap().call, call);
        }
        let calls = calls(&trace);
        let decisions: Vec<_> = trace.records().flat_map(|record| record.decisions).collect();
        let is_sent = |decision: &&Decision| (30..40).contains(&decision.reason.code());
        let sent: Vec<_> = decisions.iter().filter(is_sent).map(|decision| decision.attempt).collect();
        let about = |decision: &&Decision| calls.contains(&decision.call) || sent.contains(&decision.attempt);
        let all = decisions.iter().filter(about).count();
        assert_eq!(told, all);
    }

    #[test]
    fn gates_tell_what_they_saw() {
        let (trace, config) = scripted();
        let mut seen = 0;
        for call in calls(&trace) {
            let story = Story::of(&trace, Which::Id(call), Some(&config)).unwrap();
            for moment in &story.moments {
                if let What::Decision { reason, levels: Some(_), .. } = moment.what {
                    assert!((30..120).contains(&reason.code()), "{reason:?}");
                    seen += 1;
                }
            }
        }
        assert!(seen >= 10, "{seen} gates");
    }

    #[test]
    fn what_is_no_call_has_no_story() {
        let (trace, _) = scripted();
        assert_eq!(Story::of(&trace, Which::Id(1), None), None);
        assert_eq!(Story::of(&trace, Which::Cookie(1), None), None, "its start was denied");
    }
}
