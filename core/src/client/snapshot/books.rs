//! Names, budgets, pushback, and what servers said.
//!
//! A namespace is named by its place in the list of the snapshot, in which place 0 is the unnamed one, and an operation
//! likewise: the numbers of the restored client may be others. What belongs to a name beyond the capacity is dropped
//! with it.

use alloc::format;
use alloc::vec::Vec;

use crate::client::Client;
use crate::client::class::Names;
use crate::config::{self, ConfigError, Document};
use crate::retry::budget::{Budget, LearnedBudget, LearnedRatio};
use crate::signal::merge::Scope;
use crate::signal::record::Record;
use crate::time::{Instant, MAX_MICROS};
use crate::trace::record_numbers;

use super::MOST_MICROS;
use super::part::{Entries, Part, numbers};

const NAMESPACE: &[&str] = &["name", "pushback_us", "budget"];
const SIGNAL: &[&str] = &["namespace", "operation", "record", "age_us"];
const BUDGET: &[&str] =
    &["mode", "slot_us", "slots_ago", "slots", "debts", "reserve", "carry", "age_us", "tokens"];

/// The numbers that the names of a snapshot have now; `None` for one that found no room.
pub(super) struct Numbers(Vec<Option<u32>>);

impl Numbers {
    pub(super) fn get(&self, place: u64) -> Option<u32> {
        self.0.get(usize::try_from(place).ok()?).copied().flatten()
    }

    /// The greatest place.
    pub(super) fn last(&self) -> u64 {
        (self.0.len() as u64).saturating_sub(1)
    }
}

impl Client {
    pub(super) fn put_books(&self, top: &mut Entries) {
        let at = top.at();
        if let Some(budget) = &self.service_budget {
            top.put("budget", learned_budget(budget, at));
        }
        let spaces = core::iter::once("").chain(self.namespaces.iter());
        top.list(
            "namespaces",
            (0..).zip(spaces).map(|(number, name)| self.namespace_part(number, name, at)).collect(),
        );
        let operations = core::iter::once("").chain(self.operations.iter());
        top.list("operations", operations.map(Document::from).collect());
        top.list(
            "signals",
            self.signals.learned().map(|(scope, record, told)| signal(scope, &record, told, at)).collect(),
        );
        let halvings = self.signals.learned_halvings();
        top.list("halvings", halvings.map(|(of, times)| numbers([of.into(), times.into()])).collect());
    }

    fn namespace_part(&self, number: u32, name: &str, at: Instant) -> Document {
        let mut entries = Entries::new(at);
        entries.text("name", name);
        if let Some(state) = self.classes.namespace(number) {
            entries.left("pushback_us", (state.pushback_until > at).then_some(state.pushback_until));
            if let Some(budget) = &state.budget {
                entries.put("budget", learned_budget(budget, at));
            }
        }
        entries.into()
    }

    /// Names first, then what is said of them.
    pub(super) fn recall_books(&mut self, top: &Part<'_>) -> Result<(), ConfigError> {
        let budget = top.part("budget", BUDGET)?;
        if !budget.is_empty() {
            let learned = read_budget(&budget)?;
            if !self.service_budget.as_mut().is_some_and(|service| service.recall(&learned)) {
                self.dropped();
            }
        }
        let spaces = top.parts("namespaces", NAMESPACE)?;
        let names = spaces.iter().map(|part| Ok(part.text("name")?.unwrap_or_default()));
        let names = names.collect::<Result<Vec<_>, ConfigError>>()?;
        let namespaces = self.intern(&names, |client| (&mut client.namespaces, "namespaces"));
        let names = top.list("operations")?.iter().enumerate().map(|(index, name)| match name {
            Document::Text(name) => Ok(name.as_str()),
            other => Err(top.refused(&format!("operations[{index}]"), other, "a text")),
        });
        let names = names.collect::<Result<Vec<_>, ConfigError>>()?;
        let operations = self.intern(&names, |client| (&mut client.operations, "operations"));
        self.recall_signals(top, &namespaces, &operations)?;
        self.recall_classes(top, &namespaces, &operations)?;
        for (place, part) in (0..).zip(&spaces) {
            self.recall_namespace(part, namespaces.get(place))?;
        }
        Ok(())
    }

    fn intern(&mut self, names: &[&str], of: impl Fn(&mut Self) -> (&mut Names, &'static str)) -> Numbers {
        let numbers = names.iter().map(|name| {
            let (table, kind) = of(self);
            let number = table.intern(kind, name).ok();
            if number.is_none() {
                self.dropped();
            }
            number
        });
        Numbers(numbers.collect())
    }

    fn recall_namespace(&mut self, part: &Part<'_>, number: Option<u32>) -> Result<(), ConfigError> {
        let pushback = part.left("pushback_us")?;
        let budget = part.part("budget", BUDGET)?;
        let budget = if budget.is_empty() { None } else { Some(read_budget(&budget)?) };
        let Some(number) = number.filter(|_| pushback.is_some() || budget.is_some()) else { return Ok(()) };
        let now = self.clock.last();
        let Some(state) = self.classes.namespace_made(number, &self.config, now) else { return Ok(()) };
        state.pushback_until = pushback.unwrap_or(state.pushback_until);
        let kept = budget.is_none_or(|learned| state.budget.as_mut().is_some_and(|own| own.recall(&learned)));
        if !kept {
            self.dropped();
        }
        Ok(())
    }

    fn recall_signals(
        &mut self,
        top: &Part<'_>,
        namespaces: &Numbers,
        operations: &Numbers,
    ) -> Result<(), ConfigError> {
        for part in top.parts("signals", SIGNAL)? {
            let place = part.number("namespace", namespaces.last())?;
            let operation = part.number("operation", operations.last())?;
            let record = part.get("record").map(config::record).transpose();
            let record = record.map_err(|found| at_path(found, &part.path("record")))?;
            let told = part.age("age_us")?;
            let number = |place: Option<u64>, of: &Numbers| place.map(|place| of.get(place));
            let scope = (number(place, namespaces), number(operation, operations));
            let kept = match (scope, record, told) {
                ((Some(None), _) | (_, Some(None)), ..) => false,
                ((namespace, operation), Some(record), Some(told)) => {
                    let scope = Scope { namespace: namespace.flatten(), operation: operation.flatten() };
                    self.signals.recall(scope, &record, told)
                }
                _ => false,
            };
            if !kept {
                self.dropped();
            }
        }
        for (index, pair) in top.list("halvings")?.iter().enumerate() {
            let Some((place, times)) = pair_of(pair) else {
                let range = "the place of a namespace, and how often";
                return Err(top.refused(&format!("halvings[{index}]"), pair, range));
            };
            match namespaces.get(place) {
                Some(number) => self.signals.recall_halvings(number, times),
                None => self.dropped(),
            }
        }
        Ok(())
    }
}

fn pair_of(pair: &Document) -> Option<(u64, u8)> {
    let Document::List(pair) = pair else { return None };
    let [Document::Integer(place), Document::Integer(times)] = pair.as_slice() else { return None };
    Some((*place, u8::try_from(*times).ok()?))
}

/// An error of a record, told where it stands here.
fn at_path(found: ConfigError, path: &str) -> ConfigError {
    let path = if found.path.is_empty() { path.into() } else { format!("{path}.{}", found.path) };
    ConfigError { path, ..found }
}

fn signal(scope: Scope, record: &Record, told: Instant, at: Instant) -> Document {
    let mut entries = Entries::new(at);
    for (name, number) in [("namespace", scope.namespace), ("operation", scope.operation)] {
        if let Some(number) = number {
            entries.number(name, number.into());
        }
    }
    let mut fields = Entries::new(at);
    fields.number("v", record.version);
    if let Some(origin) = &record.origin {
        fields.text("origin", origin);
    }
    for (name, value) in record_numbers(record) {
        if let Some(value) = value {
            fields.number(name, value);
        }
    }
    if let Some(codecs) = &record.compress {
        // An empty list says that none is wanted, which is not the same as no list.
        fields.put("compress", Document::List(codecs.iter().map(|codec| codec.as_str().into()).collect()));
    }
    entries.put("record", fields.into());
    entries.age("age_us", Some(told));
    entries.into()
}

fn learned_budget(budget: &Budget, at: Instant) -> Document {
    let mut entries = Entries::new(at);
    let steps = |newest: u64, width: u64| (at.as_micros() / width.max(1)).saturating_sub(newest);
    match budget.learned() {
        LearnedBudget::Ratio(LearnedRatio { width, newest, amounts, reserve, carry, last }) => {
            entries.text("mode", "ratio");
            entries.number("slot_us", width);
            entries.count("slots_ago", steps(newest, width));
            entries.put("slots", numbers(amounts));
            entries.number("reserve", reserve);
            entries.count("carry", carry);
            entries.age("age_us", Some(last.min(at)));
        }
        LearnedBudget::Grpc(tokens) => {
            entries.text("mode", "grpc");
            entries.number("tokens", tokens.into());
        }
        LearnedBudget::Aws(tokens) => {
            entries.text("mode", "aws");
            entries.number("tokens", tokens.into());
        }
        LearnedBudget::Finagle(width, newest, amounts) => {
            entries.text("mode", "finagle");
            entries.number("slot_us", width);
            entries.count("slots_ago", steps(newest, width));
            entries.put("slots", numbers(amounts.map(|amount| amount.max(0).unsigned_abs().min(MAX_MICROS))));
            entries.put("debts", numbers(amounts.map(|amount| amount.min(0).unsigned_abs().min(MAX_MICROS))));
        }
        LearnedBudget::Off => entries.text("mode", "off"),
    }
    entries.into()
}

fn read_budget(part: &Part<'_>) -> Result<LearnedBudget, ConfigError> {
    let tokens = part.narrow("tokens")?;
    let width = part.count("slot_us", MOST_MICROS)?.max(1);
    let grid = part.at.as_micros() / width;
    let newest = grid - part.count("slots_ago", grid)?;
    Ok(match part.text("mode")? {
        Some("ratio") => LearnedBudget::Ratio(LearnedRatio {
            width,
            newest,
            amounts: part.exactly("slots", u64::MAX)?,
            reserve: part.count("reserve", u64::MAX)?,
            carry: part.count("carry", u64::MAX)?,
            last: part.age("age_us")?.unwrap_or(part.at),
        }),
        Some("grpc") => LearnedBudget::Grpc(tokens),
        Some("aws") => LearnedBudget::Aws(tokens),
        Some("finagle") => {
            let gained: [u64; 10] = part.exactly("slots", MAX_MICROS)?;
            let spent: [u64; 10] = part.exactly("debts", MAX_MICROS)?;
            let mut amounts = [0; 10];
            for (amount, (gained, spent)) in amounts.iter_mut().zip(gained.into_iter().zip(spent)) {
                *amount = gained.cast_signed() - spent.cast_signed();
            }
            LearnedBudget::Finagle(width, newest, amounts)
        }
        Some("off") => LearnedBudget::Off,
        found => {
            let value = found.map_or("none".into(), config::quoted);
            return Err(ConfigError::new(part.path("mode"), value, "ratio, grpc, aws, finagle or off"));
        }
    })
}
