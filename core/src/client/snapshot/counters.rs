//! Counters, in the form in which they are told.

use crate::client::Client;
use crate::client::call::CallState;
use crate::config::{ConfigError, Document};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::stats::{CallEvent, Stats};

use super::part::Part;

const LISTS: [&str; 3] = ["reasons", "ended", "arrows"];

impl Client {
    pub(super) fn recall_counters(&mut self, top: &Part<'_>) -> Result<(), ConfigError> {
        let known: alloc::vec::Vec<_> = Stats::NAMES.into_iter().chain(LISTS).collect();
        let counters = top.part("counters", &known)?;
        let stats = &mut self.journal.stats;
        for name in known.iter().filter(|name| !LISTS.contains(name)) {
            if let Some(count) = stats.named_mut(name) {
                *count = counters.count(name, u64::MAX)?;
            }
        }
        for (name, count) in by_name(&counters, "reasons")? {
            let code = name.parse().ok().and_then(Reason::from_code);
            if !code.is_some_and(|code| stats.set_reason(code, count)) {
                return Err(unknown(&counters, "reasons", name, "codes of reasons"));
            }
        }
        for (name, count) in by_name(&counters, "ended")? {
            let class = FailureClass::ALL.into_iter().find(|class| class.slug() == name);
            if class.is_none() && name != "success" {
                return Err(unknown(&counters, "ended", name, "success or a failure class"));
            }
            stats.set_ended(class, count);
        }
        for (index, arrow) in counters.list("arrows")?.iter().enumerate() {
            let Some((from, event, to, count)) = self::arrow(arrow) else {
                let range = "the numbers of two states, an event and a count";
                return Err(counters.refused(&alloc::format!("arrows[{index}]"), arrow, range));
            };
            stats.set_arrow(from, event, to, count);
        }
        Ok(())
    }
}

/// Names and counts of a map.
fn by_name<'a>(counters: &Part<'a>, name: &str) -> Result<alloc::vec::Vec<(&'a str, u64)>, ConfigError> {
    match counters.get(name) {
        None => Ok(alloc::vec::Vec::new()),
        Some(Document::Map(entries)) => {
            let read = |(key, value): &'a (alloc::string::String, Document)| match value {
                Document::Integer(count) => Ok((key.as_str(), *count)),
                other => Err(counters.refused(&alloc::format!("{name}.{key}"), other, "a whole number")),
            };
            entries.iter().map(read).collect()
        }
        Some(other) => Err(counters.refused(name, other, "a map")),
    }
}

fn unknown(counters: &Part<'_>, list: &str, name: &str, range: &str) -> ConfigError {
    ConfigError::new(counters.path(list), crate::config::quoted(name), range)
}

fn arrow(document: &Document) -> Option<(CallState, CallEvent, CallState, u64)> {
    let Document::List(row) = document else { return None };
    let [Document::Integer(from), Document::Integer(event), Document::Integer(to), Document::Integer(count)] =
        row.as_slice()
    else {
        return None;
    };
    let state = |number: &u64| CallState::ALL.get(usize::try_from(*number).ok()?).copied();
    let event = CallEvent::ALL.get(usize::try_from(*event).ok()?).copied()?;
    Some((state(from)?, event, state(to)?, *count))
}
