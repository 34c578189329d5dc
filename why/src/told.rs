//! Stories in words and as documents.

use core::fmt::Write;

use hedgerow::client::explain::{Levels, PlanLine};
use hedgerow::retry::budget::TOKEN;
use hedgerow::trace::{Event, StartEvent};
use hedgerow::{Config, Instant, Reason};
use serde_json::{Value, json};

use crate::span;
use crate::story::{Moment, Story, What};

const KINDS: [&str; 3] = ["primary", "hedge", "retry"];

impl Story {
    /// The timeline for people; times count from the start of the call.
    pub fn to_text(&self, config: Option<&Config>) -> String {
        let mut text = format!("Call {} (cookie {})\n", self.call, self.cookie);
        for (place, line) in (1..).zip(&self.plan) {
            // Writing to a text cannot fail, here and below.
            let _ = writeln!(text, "{:>14}  {}", if place == 1 { "plan" } else { "" }, candidate(line));
        }
        for moment in &self.moments {
            if let Some(what) = moment.to_text(self.began, config) {
                let _ = writeln!(text, "{:>14}  {what}", since(self.began, moment.at));
            }
        }
        text
    }

    /// The timeline as a document; times are µs of the trace's own clock.
    pub fn to_json(&self) -> Value {
        let plan = self.plan.iter().map(|line| {
            let factors: Vec<_> = line.factors.iter().map(|factor| factor.slug()).collect();
            json!({"endpoint": line.name, "score": line.score, "in_flight": line.in_flight, "factors": factors})
        });
        json!({
            "call": self.call,
            "cookie": self.cookie,
            "began_us": self.began.as_micros(),
            "plan": plan.collect::<Vec<_>>(),
            "moments": self.moments.iter().map(Moment::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Moment {
    /// `None` for an input that only gave the occasion.
    fn to_text(&self, began: Instant, config: Option<&Config>) -> Option<String> {
        match &self.what {
            What::Input(event) => self.input(event, began, config),
            What::Decision { reason, value, levels } => {
                let seen = levels.as_ref().map_or_else(String::new, saw);
                Some(format!("{}{seen}", self.decision(*reason, *value, began)))
            }
        }
    }

    fn input(&self, event: &Event, began: Instant, config: Option<&Config>) -> Option<String> {
        let attempt = self.attempt.unwrap_or(0);
        match event {
            Event::Start(start) => Some(start_text(start, began, config)),
            Event::Response(..) => Some(format!("<- answer of attempt {attempt}")),
            Event::Failure(_, failure) => {
                let after = failure.pushback.retry_after;
                let hint = after.map_or_else(String::new, |after| {
                    format!(", retry after {}", span::shown(after.as_micros()))
                });
                let never = if failure.pushback.never { ", never again" } else { "" };
                Some(format!("<- attempt {attempt} failed: {}{hint}{never}", failure.class.slug()))
            }
            Event::Cancelled(_) => Some(format!("<- attempt {attempt} is over without an answer")),
            Event::Cancel(_) => Some("<- the caller gives up".to_owned()),
            _ => None,
        }
    }

    fn decision(&self, reason: Reason, value: u64, began: Instant) -> String {
        let attempt = self.attempt.unwrap_or(0);
        let endpoint = self.endpoint.as_deref().unwrap_or("no endpoint");
        let why = format!("{}: {}", reason.slug(), reason.text());
        match reason.code() {
            30..40 => {
                let kind = KINDS.get(value as usize).copied().unwrap_or_default();
                format!("-> send attempt {attempt} ({kind}) to {endpoint}. {why}")
            }
            80..100 => format!("== complete after {}. {why}", span::shown(value)),
            100..120 => format!("-> cancel attempt {attempt} at {endpoint}. {why}"),
            _ if value > 0 && waits(reason) => {
                format!("   {why} Due at {}", since(began, Instant::from_micros(value)))
            }
            _ => format!("   {why}"),
        }
    }

    fn to_json(&self) -> Value {
        let mut json = json!({"at_us": self.at.as_micros(), "record": self.record});
        match &self.what {
            What::Input(event) => json["input"] = kind(event).into(),
            What::Decision { reason, value, levels } => {
                json["code"] = reason.code().into();
                json["reason"] = reason.slug().into();
                json["value"] = (*value).into();
                json["levels"] = levels.as_ref().map_or(Value::Null, levels_json);
            }
        }
        if let Some(attempt) = self.attempt {
            json["attempt"] = attempt.into();
        }
        if let Some(endpoint) = &self.endpoint {
            json["endpoint"] = endpoint.as_str().into();
        }
        json
    }
}

const fn waits(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::RetryScheduled | Reason::HedgeRearmed | Reason::HedgePostponed | Reason::HedgeWaiting
    )
}

/// The word of an input, as the lines of a trace write it.
pub(crate) const fn kind(event: &Event) -> &'static str {
    match event {
        Event::Namespace(_) => "namespace",
        Event::Operation(_) => "operation",
        Event::Start(_) => "start",
        Event::Response(..) => "response",
        Event::Failure(..) => "failure",
        Event::Cancelled(_) => "cancelled",
        Event::Signal(..) => "signal",
        Event::Topology(_) => "topology",
        Event::Stall(_) => "stall",
        Event::Timeout => "timeout",
        Event::Cancel(_) => "cancel",
        Event::Drain(_) => "drain",
        Event::Clock(_) => "clock",
        Event::Lease(_) => "lease",
        _ => "input",
    }
}

fn start_text(start: &StartEvent, began: Instant, config: Option<&Config>) -> String {
    let operation = start.arguments.operation.0;
    let named = config.and_then(|config| config.operations.get((operation as usize).checked_sub(1)?));
    let operation = match (operation, named) {
        (0, _) => "no operation".to_owned(),
        (_, Some(named)) => format!("operation {}", named.name),
        (number, None) => format!("operation number {number}"),
    };
    let deadline = start.arguments.deadline;
    let deadline = deadline.map_or_else(String::new, |at| format!(", deadline at {}", since(began, at)));
    format!("<- start: {operation}, {} replicas named{deadline}", start.replicas.len())
}

fn candidate(line: &PlanLine) -> String {
    let name = if line.name.is_empty() { "an endpoint that is gone" } else { &line.name };
    let factors: Vec<_> = line.factors.iter().map(|factor| factor.slug()).collect();
    let factors = if factors.is_empty() { String::new() } else { format!(": {}", factors.join(", ")) };
    format!("{name}, score {}, {} in flight{factors}", line.score, line.in_flight)
}

fn saw(levels: &Levels) -> String {
    let thousandths = levels.budget / (TOKEN / 1000);
    format!(
        " [average {}, delay {}, budget {}.{:03} tokens, {} of {} hedges]",
        span::shown(levels.average.as_micros()),
        span::shown(levels.delay.as_micros()),
        thousandths / 1000,
        thousandths % 1000,
        levels.hedges,
        levels.hedge_limit
    )
}

fn levels_json(levels: &Levels) -> Value {
    json!({"average_us": levels.average.as_micros(), "delay_us": levels.delay.as_micros(),
        "budget": levels.budget, "hedges": levels.hedges, "hedge_limit": levels.hedge_limit})
}

fn since(began: Instant, at: Instant) -> String {
    if at < began {
        return format!("-{}", span::shown(began.since(at).as_micros()));
    }
    format!("+{}", span::shown(at.since(began).as_micros()))
}
