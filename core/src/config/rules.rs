//! Rules between fields, checked on every class that a document can resolve to.
//!
//! A rule that several places break together is reported where the most specific of its fields was given, and of
//! fields from one place at the one that is bound by the other. A setting that another setting leaves without effect
//! is judged where it is given, by what is seen there: a namespace may leave `fixed` and keep the top's delay behind,
//! but nobody may give a delay where the strategy has no use for it.

use super::{
    error::{self, ConfigError},
    field::{Field, Scope, list},
    fill::preset,
    layer::{Layer, Layers, Origin, Value, View},
    read::{Given, Place},
    table::Key,
};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// The default limit of hedges while as many calls are allowed, from the published 50 of 1000.
const HEDGES: u64 = 50;

/// Checks what was given, before and after the presets filled it. O(namespaces × operations that give something).
pub(super) fn check(explicit: &Layers, filled: &Given) -> Result<(), ConfigError> {
    let top = Class { names: filled, number: (0, 0), view: filled.layers.view(0, 0) };
    top.check_names()?;
    for (number, layer) in explicit.each() {
        Class { names: filled, number, view: filled.layers.view(number.0, number.1) }.check_used(layer)?;
    }
    top.check_client()?;
    for number in classes(&filled.layers) {
        Class { names: filled, number, view: filled.layers.view(number.0, number.1) }.check_class()?;
    }
    Ok(())
}

/// The classes that may differ from all others.
fn classes(layers: &Layers) -> Vec<(u32, u32)> {
    let operations = giving(&layers.operations);
    let mut classes = Vec::new();
    for namespace in giving(&layers.namespaces) {
        for operation in &operations {
            classes.push((namespace, *operation));
        }
    }
    for (pair, _) in &layers.pairs {
        classes.push(*pair);
    }
    classes
}

/// Numbers of the layers that give a class anything, behind that of none.
fn giving(layers: &[Layer]) -> Vec<u32> {
    let mut numbers = vec![0];
    for (number, layer) in (1..).zip(layers) {
        if layer.iter().any(|(key, _)| key.field().scope == Scope::Class) {
            numbers.push(number);
        }
    }
    numbers
}

/// The limit of hedges that a class sees.
pub(super) fn hedges(view: &View<'_>) -> u64 {
    let calls = view.number(Key::LimitCalls).unwrap_or(0);
    view.number(Key::LimitHedges).unwrap_or(HEDGES.min(calls))
}

/// One class and the document as it sees it.
pub(super) struct Class<'a> {
    names: &'a Given,
    number: (u32, u32),
    pub(super) view: View<'a>,
}

impl Class<'_> {
    fn check_names(&self) -> Result<(), ConfigError> {
        for (path, names, capacity) in [
            ("namespaces", &self.names.namespaces, Key::CapacityNamespaces),
            ("operations", &self.names.operations, Key::CapacityOperations),
        ] {
            let capacity_value = self.view.number(capacity).unwrap_or(0);
            if names.len() as u64 > capacity_value {
                let range = format!("at most {} ({capacity_value})", capacity.field().path);
                return Err(ConfigError::new(path, format!("{} names", names.len()), range));
            }
        }
        Ok(())
    }

    fn check_used(&self, layer: &Layer) -> Result<(), ConfigError> {
        for (key, value) in layer.iter().filter(|(_, value)| **value != Value::Null) {
            if let Some(unmet) = self.view.unmet(key.field()) {
                let path = self.origin_path(self.own_origin(), key);
                let range = format!("null unless {} is {}", unmet.path, list(unmet.words.iter()));
                return Err(ConfigError::new(path, text(key.field(), value), range));
            }
        }
        Ok(())
    }

    fn check_client(&self) -> Result<(), ConfigError> {
        self.check_budget()?;
        self.order(Key::TokenResolution, Key::TokenMaxDrift, Key::TokenMaxDrift)?;
        self.check_accept()?;
        self.order(Key::StallWarn, Key::StallThreshold, Key::StallWarn)?;
        self.order(Key::SignalRefresh, Key::SignalTtl, Key::SignalTtl)?;
        self.order(Key::GuardMinTarget, Key::GuardMaxMax, Key::GuardMinTarget)?;
        self.order(Key::GuardMaxHedges, Key::GuardMaxCalls, Key::GuardMaxHedges)?;
        self.order(Key::GuardTtlMin, Key::GuardTtlMax, Key::GuardTtlMin)
    }

    fn check_budget(&self) -> Result<(), ConfigError> {
        let ratio = self.view.number(Key::BudgetRatio).unwrap_or(0);
        match self.view.get(Key::BudgetMode).word(Key::BudgetMode.field()) {
            Some("ratio") if ratio > 10_000_000 => {
                self.refuse(Key::BudgetRatio, "0..=10 with budget.mode ratio")
            }
            Some("ratio") => self.order(Key::BudgetInitial, Key::BudgetCap, Key::BudgetInitial),
            // Three decimals are kept, and nothing is no ratio.
            Some("grpc") if ratio < 1000 => {
                self.refuse(Key::BudgetRatio, "at least 0.001 with budget.mode grpc")
            }
            Some("grpc") => self.order(Key::BudgetRatio, Key::BudgetMax, Key::BudgetRatio),
            _ => Ok(()),
        }
    }

    /// A server must accept a token for as long as any call may retry it: twice the largest max.
    fn check_accept(&self) -> Result<(), ConfigError> {
        let needed = self.names.layers.largest(Key::ObjectiveMax).saturating_mul(2);
        if self.view.number(Key::TokenAcceptPast).is_some_and(|past| past < needed) {
            let range = format!("at least twice the largest objective.max_us ({needed})");
            return self.refuse(Key::TokenAcceptPast, &range);
        }
        Ok(())
    }

    fn check_class(&self) -> Result<(), ConfigError> {
        self.order(Key::ObjectiveTarget, Key::ObjectiveMax, Key::ObjectiveTarget)?;
        self.order(Key::AttemptTimeout, Key::ObjectiveMax, Key::AttemptTimeout)?;
        self.order(Key::LimitHedges, Key::LimitCalls, Key::LimitHedges)?;
        self.check_hedges_per_endpoint()?;
        self.check_adaptive()?;
        self.check_delay()?;
        self.order(Key::BackoffBase, Key::BackoffCap, Key::BackoffBase)?;
        self.check_attempts()
    }

    fn check_hedges_per_endpoint(&self) -> Result<(), ConfigError> {
        if self.view.get(Key::LimitHedges) != &Value::Null {
            return self.order(Key::LimitHedgesPerEndpoint, Key::LimitHedges, Key::LimitHedgesPerEndpoint);
        }
        let limit = hedges(&self.view);
        if self.view.number(Key::LimitHedgesPerEndpoint).is_some_and(|own| own > limit) {
            return self.refuse(Key::LimitHedgesPerEndpoint, &format!("at most limits.hedges ({limit})"));
        }
        Ok(())
    }

    fn check_delay(&self) -> Result<(), ConfigError> {
        let (strategy, delay) = (self.view.find(Key::HedgeStrategy), self.view.find(Key::HedgeDelay));
        let is_fixed = strategy.0.word(Key::HedgeStrategy.field()) == Some("fixed");
        if !is_fixed || delay.0 != &Value::Null {
            return Ok(());
        }
        let path = self.origin_path(strategy.1.max(delay.1), Key::HedgeDelay);
        Err(ConfigError::new(path, "null", "0..=60000000 with hedge.strategy fixed"))
    }

    fn check_attempts(&self) -> Result<(), ConfigError> {
        let preset = preset(self.view.code(Key::RetryPreset));
        let most = u64::from(preset.most_attempts());
        if self.view.number(Key::RetryMaxAttempts).is_some_and(|attempts| attempts > most) {
            let range = format!("1..={most} with retry.preset {}", preset.slug());
            return self.refuse(Key::RetryMaxAttempts, &range);
        }
        Ok(())
    }

    /// `low ≤ high`, where both are numbers; `bound` is the one to be reported when both come from one place.
    pub(super) fn order(&self, low: Key, high: Key, bound: Key) -> Result<(), ConfigError> {
        let (Some(least), Some(most)) = (self.view.number(low), self.view.number(high)) else {
            return Ok(());
        };
        if least <= most {
            return Ok(());
        }
        let (low_origin, high_origin) = (self.view.find(low).1, self.view.find(high).1);
        let is_low = if low_origin == high_origin { bound == low } else { low_origin > high_origin };
        let (key, side, other, other_origin) =
            if is_low { (low, "at most", high, high_origin) } else { (high, "at least", low, low_origin) };
        let other_value = text(other.field(), self.view.get(other));
        self.refuse(key, &format!("{side} {} ({other_value})", self.origin_path(other_origin, other)))
    }

    pub(super) fn refuse(&self, key: Key, range: &str) -> Result<(), ConfigError> {
        let (value, origin) = self.view.find(key);
        Err(ConfigError::new(self.origin_path(origin, key), text(key.field(), value), range))
    }

    /// Where the most specific layer of this class stands.
    const fn own_origin(&self) -> Origin {
        match self.number {
            (0, 0) => Origin::Top,
            (0, _) => Origin::Operation,
            (_, 0) => Origin::Namespace,
            _ => Origin::Pair,
        }
    }

    fn origin_path(&self, origin: Origin, key: Key) -> String {
        let namespace = named(&self.names.namespaces, self.number.0);
        let operation = named(&self.names.operations, self.number.1);
        let place = match origin {
            Origin::Default | Origin::Top => Place::Top,
            Origin::Operation => Place::Operation(operation),
            Origin::Namespace => Place::Namespace(namespace),
            Origin::Pair => Place::Pair(namespace, operation),
        };
        place.path(key.field().path)
    }
}

fn named(names: &[String], number: u32) -> &str {
    (number as usize).checked_sub(1).and_then(|at| names.get(at)).map_or("", String::as_str)
}

/// A stored value as the document writes it.
fn text(field: &Field, value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => field.number_text(*value),
        Value::Word(_) => format!("\"{}\"", value.word(field).unwrap_or_default()),
        Value::Text(text) => format!("\"{}\"", error::name(text)),
    }
}
