//! Counters and explanations as documents, the form in which they cross a boundary: cold, for people and tests.
//!
//! Times are whole µs and named so; an absent id has no key. What was never counted is left out of the lists.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::client::explain::{ExplainedEvent, Explanation, Levels, PlanLine};
use crate::config::Document;
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::stats::Stats;

impl Stats {
    /// Every counter: the named ones, `reasons` by code, `ended` by class, `arrows` as [from, event, to, count].
    pub fn to_document(&self) -> Document {
        let named = self.named();
        let mut entries: Vec<_> =
            named.iter().map(|(name, count)| (name.to_string(), (*count).into())).collect();
        entries.push(("reasons".into(), Document::Map(self.reason_counts().collect())));
        entries.push(("ended".into(), Document::Map(self.ended_counts().collect())));
        let arrows = self.arrows().map(|row| Document::List(row.map(Document::Integer).into()));
        entries.push(("arrows".into(), Document::List(arrows.collect())));
        Document::Map(entries)
    }

    fn reason_counts(&self) -> impl Iterator<Item = (alloc::string::String, Document)> {
        let counted = Reason::ALL.iter().map(|&reason| (reason.code(), self.count(reason)));
        counted.filter(|(_, count)| *count > 0).map(|(code, count)| (code.to_string(), count.into()))
    }

    fn ended_counts(&self) -> impl Iterator<Item = (alloc::string::String, Document)> {
        let classes = FailureClass::ALL.map(|class| (class.slug(), self.ended(Some(class))));
        let all = core::iter::once(("success", self.ended(None))).chain(classes);
        all.filter(|(_, count)| *count > 0).map(|(slug, count)| (slug.to_string(), count.into()))
    }
}

impl Explanation {
    /// What happened to the call, in the order it happened; reasons are codes.
    pub fn to_document(&self) -> Document {
        Document::map([
            ("call", self.call.number().into()),
            ("finished", self.finished.into()),
            ("truncated", self.truncated.into()),
            ("plan", Document::List(self.plan.iter().map(PlanLine::to_document).collect())),
            ("events", Document::List(self.events.iter().map(ExplainedEvent::to_document).collect())),
        ])
    }
}

impl PlanLine {
    fn to_document(&self) -> Document {
        let factors = self.factors.iter().map(|factor| Document::from(u64::from(factor.code())));
        Document::map([
            ("endpoint", self.endpoint.number().into()),
            ("name", self.name.as_str().into()),
            ("score", self.score.into()),
            ("in_flight", u64::from(self.in_flight).into()),
            ("factors", Document::List(factors.collect())),
        ])
    }
}

impl ExplainedEvent {
    fn to_document(&self) -> Document {
        let mut entries = Vec::new();
        let mut put =
            |name: &str, value: Option<Document>| entries.extend(value.map(|value| (name.into(), value)));
        put("at_us", Some(self.at.as_micros().into()));
        put("reason", Some(u64::from(self.reason.code()).into()));
        put("attempt", self.attempt.map(|attempt| attempt.number().into()));
        put("endpoint", self.endpoint.map(|endpoint| endpoint.number().into()));
        put("name", (!self.name.is_empty()).then(|| self.name.as_str().into()));
        put("value", Some(self.value.into()));
        put("levels", self.levels.map(Levels::to_document));
        Document::Map(entries)
    }
}

impl Levels {
    fn to_document(self) -> Document {
        Document::map([
            ("average_us", self.average.as_micros().into()),
            ("delay_us", self.delay.as_micros().into()),
            ("budget", self.budget.into()),
            ("hedges", u64::from(self.hedges).into()),
            ("hedge_limit", u64::from(self.hedge_limit).into()),
        ])
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
