//! Counters and explanations as documents, the form in which they cross a boundary: cold, for people and tests.
//!
//! Times are whole µs and named so; an absent id has no key. What was never counted is left out of the lists.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::client::explain::{ExplainedEvent, Explanation, Levels, PlanLine};
use crate::config::Document;
use crate::id::{AttemptId, EndpointId};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::stats::Stats;

impl Stats {
    /// Every counter: the named ones, `reasons` by code, `ended` by class, `arrows` as [from, event, to, count].
    pub fn to_document(&self) -> Document {
        let mut told = Entries::default();
        for (name, count) in Self::NAMES.iter().zip(self.named()) {
            told.number(name, count);
        }
        told.put("reasons", self.reason_counts());
        told.put("ended", self.ended_counts());
        let arrows = self.arrows().map(|row| Document::List(row.map(Document::Integer).into()));
        told.put("arrows", Document::List(arrows.collect()));
        told.map()
    }

    fn reason_counts(&self) -> Document {
        let mut told = Entries::default();
        for reason in Reason::ALL {
            told.counted(self.count(*reason), || reason.code().to_string());
        }
        told.map()
    }

    fn ended_counts(&self) -> Document {
        let mut told = Entries::default();
        told.counted(self.ended(None), || "success".into());
        for class in FailureClass::ALL {
            told.counted(self.ended(Some(class)), || class.slug().into());
        }
        told.map()
    }
}

impl Explanation {
    /// What happened to the call, in the order it happened; reasons are codes.
    pub fn to_document(&self) -> Document {
        let mut told = Entries::default();
        told.number("call", self.call.number());
        told.put("finished", self.finished.into());
        told.put("truncated", self.truncated.into());
        told.put("plan", Document::List(self.plan.iter().map(PlanLine::to_document).collect()));
        told.put("events", Document::List(self.events.iter().map(ExplainedEvent::to_document).collect()));
        told.map()
    }
}

impl PlanLine {
    fn to_document(&self) -> Document {
        let factors = self.factors.iter().map(|factor| Document::Integer(factor.code().into()));
        let mut told = Entries::default();
        told.number("endpoint", self.endpoint.number());
        told.put("name", self.name.as_str().into());
        told.number("score", self.score);
        told.number("in_flight", self.in_flight.into());
        told.put("factors", Document::List(factors.collect()));
        told.map()
    }
}

impl ExplainedEvent {
    fn to_document(&self) -> Document {
        let mut told = Entries::default();
        told.number("at_us", self.at.as_micros());
        told.number("reason", self.reason.code().into());
        told.maybe("attempt", self.attempt.map(AttemptId::number));
        told.maybe("endpoint", self.endpoint.map(EndpointId::number));
        if !self.name.is_empty() {
            told.put("name", self.name.as_str().into());
        }
        told.number("value", self.value);
        if let Some(levels) = self.levels {
            told.put("levels", levels.to_document());
        }
        told.map()
    }
}

impl Levels {
    fn to_document(self) -> Document {
        let mut told = Entries::default();
        told.number("average_us", self.average.as_micros());
        told.number("delay_us", self.delay.as_micros());
        told.number("budget", self.budget);
        told.number("hedges", self.hedges.into());
        told.number("hedge_limit", self.hedge_limit.into());
        told.map()
    }
}

/// A map in the making. One copy of each of its steps serves all fields: pages download them.
#[derive(Default)]
struct Entries(Vec<(String, Document)>);

impl Entries {
    #[inline(never)]
    fn put(&mut self, name: &str, value: Document) {
        self.0.push((name.into(), value));
    }

    #[inline(never)]
    fn number(&mut self, name: &str, value: u64) {
        self.put(name, Document::Integer(value));
    }

    fn maybe(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.number(name, value);
        }
    }

    /// Puts a count that is not zero.
    fn counted(&mut self, count: u64, name: impl FnOnce() -> String) {
        if count > 0 {
            self.number(&name(), count);
        }
    }

    fn map(self) -> Document {
        Document::Map(self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::client::action::{EndpointSpec, Start, TopologyChange};
    use crate::config::Document;
    use crate::{Client, Config, Instant, Seed};

    fn started() -> (Client, crate::CallId) {
        let mut client = Client::new(Config::default(), &Seed::new([1; 32]), Instant::ZERO);
        let one = EndpointSpec { name: "one".into(), ..EndpointSpec::default() };
        client.handle_topology(&[TopologyChange::Add(one)], Instant::ZERO).unwrap();
        let call = client.start(&Start::default(), Instant::from_micros(7)).unwrap();
        (client, call)
    }

    #[test]
    fn counters_are_told_by_name_code_and_arrow() {
        let (client, _) = started();
        let told = client.stats().to_document();
        assert_eq!(told.get("started"), Some(&Document::Integer(1)));
        assert_eq!(told.get("reasons").and_then(|reasons| reasons.get("30")), Some(&Document::Integer(1)));
        let Some(Document::List(arrows)) = told.get("arrows") else { panic!("{told:?}") };
        assert_eq!(arrows.len(), 1, "one arrow was taken: {arrows:?}");
    }

    #[test]
    fn an_explanation_names_endpoint_time_and_reason() {
        let (client, call) = started();
        let told = client.explain(call).unwrap().to_document();
        let Some(Document::List(plan)) = told.get("plan") else { panic!("{told:?}") };
        assert_eq!(plan[0].get("name"), Some(&"one".into()));
        let Some(Document::List(events)) = told.get("events") else { panic!("{told:?}") };
        let send = events.iter().find(|event| event.get("reason") == Some(&Document::Integer(30))).unwrap();
        assert_eq!(send.get("at_us"), Some(&Document::Integer(7)));
    }
}
