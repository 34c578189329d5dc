//! Settings that are accepted and do nothing, because another setting leaves them without effect.
//!
//! The core refuses a field that its own kind has no use for. What is told here is legal, since it may be meant for a
//! day on which the other setting changes, but as the document stands it is dead. A field is judged by every class
//! that sees it: one class that uses it is enough.

use hedgerow::Config;
use hedgerow::config::{ClassSettings, Document, Idempotency};
use hedgerow::hedge::delay::Strategy;

/// A setting without effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Where it was given.
    pub path: String,
    /// What leaves it without effect.
    pub because: &'static str,
}

/// A class, as the rules below see it.
struct Seen {
    settings: ClassSettings,
    idempotency: Idempotency,
}

/// A section or a field, fields of the section that are meant to switch it, when it is idle, and why.
struct Rule<S> {
    path: &'static str,
    but: &'static [&'static str],
    idle: fn(&S) -> bool,
    because: &'static str,
}

const CLASS_RULES: [Rule<Seen>; 8] = [
    rule("hedge", &["strategy"], is_unhedged, "hedge.strategy is off"),
    rule("hedge", &["max", "strategy"], |seen| seen.settings.hedge.max == 0, "hedge.max is 0"),
    rule(
        "hedge",
        &["max", "strategy"],
        |seen| matches!(seen.idempotency, Idempotency::None | Idempotency::Retry),
        "no operation that sees it is of idempotency natural or token",
    ),
    rule("limits.hedges", &[], |seen| is_unhedged(seen) || seen.settings.hedge.max == 0, "nothing is hedged"),
    rule(
        "limits.hedges_per_endpoint",
        &[],
        |seen| is_unhedged(seen) || seen.settings.hedge.max == 0,
        "nothing is hedged",
    ),
    rule("retry.backoff", &[], is_unretried, "retry.max_attempts is 1"),
    rule("retry.pushback", &[], is_unretried, "retry.max_attempts is 1"),
    rule(
        "retry",
        &["preset", "resend_not_sent"],
        |seen| seen.idempotency == Idempotency::None && !seen.settings.retry.resend_not_sent,
        "no operation that sees it is idempotent",
    ),
];

const CLIENT_RULES: [Rule<Config>; 7] = [
    rule("balance.weights.other_zone", &[], |config| config.zone.is_none(), "locality.zone is not given"),
    rule("signal.refresh_us", &[], |config| !config.signal.handshake, "signal.handshake is false"),
    rule("signal.jitter", &[], |config| !config.signal.handshake, "signal.handshake is false"),
    rule("trace.buffer", &[], |config| !config.trace.enabled, "trace.enabled is false"),
    rule("timer.max_ext", &[], |config| !config.timer.pause.grace, "timer.grace is false"),
    rule("ejection", &["enabled"], |config| !config.ejection.enabled, "ejection.enabled is false"),
    rule("stall", &["enabled"], |config| !config.stall.enabled, "stall.enabled is false"),
];

const fn rule<S>(
    path: &'static str,
    but: &'static [&'static str],
    idle: fn(&S) -> bool,
    because: &'static str,
) -> Rule<S> {
    Rule { path, but, idle, because }
}

fn is_unhedged(seen: &Seen) -> bool {
    seen.settings.hedge.delay.strategy == Strategy::Off
}

const fn is_unretried(seen: &Seen) -> bool {
    seen.settings.retry.max_attempts <= 1
}

/// What a valid document gives and its configuration does not use. O(places × classes).
///
/// ```
/// use hedgerow_why::check::Checked;
/// let idle = Checked::of(r#"{"trace": {"buffer": 64}}"#).idle;
/// assert_eq!((idle[0].path.as_str(), idle[0].because), ("trace.buffer", "trace.enabled is false"));
/// ```
pub fn idle(document: &Document, config: &Config) -> Vec<Idle> {
    let mut found = Vec::new();
    for rule in CLIENT_RULES.iter().filter(|rule| (rule.idle)(config)) {
        tell(&mut found, "", document, rule);
    }
    for place in places(document, config) {
        let seen = place.classes(config);
        for rule in CLASS_RULES.iter().filter(|rule| seen.iter().all(rule.idle)) {
            tell(&mut found, &place.path, place.document, rule);
        }
    }
    found
}

/// Tells each given field of a rule's section once.
fn tell<S>(found: &mut Vec<Idle>, place: &str, document: &Document, rule: &Rule<S>) {
    let given = rule.path.split('.').try_fold(document, |at, name| at.get(name));
    let path = if place.is_empty() { rule.path.to_owned() } else { format!("{place}.{}", rule.path) };
    let paths = match given {
        Some(Document::Map(entries)) => {
            let meant = entries.iter().filter(|(name, _)| !rule.but.contains(&name.as_str()));
            meant.map(|(name, _)| format!("{path}.{name}")).collect()
        }
        Some(Document::Null) | None => Vec::new(),
        Some(_) => vec![path],
    };
    for path in paths {
        if found.iter().all(|idle| idle.path != path) {
            found.push(Idle { path, because: rule.because });
        }
    }
}

/// A place of the document where fields of classes stand; `None` means any.
struct Place<'a> {
    path: String,
    document: &'a Document,
    namespace: Option<u32>,
    operation: Option<u32>,
}

impl Place<'_> {
    fn classes(&self, config: &Config) -> Vec<Seen> {
        let all = |count: usize| (0..=count as u32).collect::<Vec<_>>();
        let namespaces = self.namespace.map_or_else(|| all(config.namespaces.len()), |one| vec![one]);
        let operations = self.operation.map_or_else(|| all(config.operations.len()), |one| vec![one]);
        let seen = |namespace, operation| Seen {
            settings: config.class(namespace, operation),
            idempotency: config.operation(operation).0,
        };
        let crossed =
            namespaces.iter().flat_map(|&namespace| operations.iter().map(move |&op| (namespace, op)));
        crossed.map(|(namespace, operation)| seen(namespace, operation)).collect()
    }
}

fn places<'a>(document: &'a Document, config: &Config) -> Vec<Place<'a>> {
    let operation = |name: &str| {
        config.operations.iter().position(|known| known.name == name).map_or(0, |at| at as u32 + 1)
    };
    let namespace =
        |name: &str| config.namespaces.iter().position(|known| known == name).map_or(0, |at| at as u32 + 1);
    let mut places = vec![Place { path: String::new(), document, namespace: None, operation: None }];
    for (name, inner) in entries(document, "operations") {
        let path = format!("operations.{name}");
        places.push(Place { path, document: inner, namespace: None, operation: Some(operation(name)) });
    }
    for (outer, inner) in entries(document, "namespaces") {
        let number = Some(namespace(outer));
        let path = format!("namespaces.{outer}");
        for (name, document) in entries(inner, "operations") {
            let path = format!("{path}.operations.{name}");
            places.push(Place { path, document, namespace: number, operation: Some(operation(name)) });
        }
        places.push(Place { path, document: inner, namespace: number, operation: None });
    }
    places
}

fn entries<'a>(document: &'a Document, map: &str) -> impl Iterator<Item = (&'a str, &'a Document)> {
    let entries = match document.get(map) {
        Some(Document::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use crate::check::Checked;

    fn told(text: &str) -> Vec<String> {
        let checked = Checked::of(text);
        assert_eq!(checked.faults, []);
        checked.idle.into_iter().map(|idle| format!("{}: {}", idle.path, idle.because)).collect()
    }

    #[test]
    fn one_class_that_uses_a_setting_is_enough() {
        let hedged = r#"{"hedge": {"min_samples": 5}, "operations": {"get": {"idempotency": "natural"}}}"#;
        assert_eq!(told(hedged), Vec::<String>::new());
        let unhedged = hedged.replace("natural", "retry");
        let because = "hedge.min_samples: no operation that sees it is of idempotency natural or token";
        assert_eq!(told(&unhedged), [because]);
    }

    #[test]
    fn a_setting_is_told_where_it_was_given_and_once() {
        let text = r#"{"operations": {"get": {"idempotency": "natural", "hedge": {"max": 0, "after_failure": false}}},
            "namespaces": {"cart": {"operations": {"put": {"retry": {"max_attempts": 1, "backoff": {"jitter": "full"}}}}}}}"#;
        assert_eq!(
            told(text),
            [
                "operations.get.hedge.after_failure: hedge.max is 0",
                "namespaces.cart.operations.put.retry.backoff.jitter: retry.max_attempts is 1",
                "namespaces.cart.operations.put.retry.max_attempts: no operation that sees it is idempotent",
                "namespaces.cart.operations.put.retry.backoff: no operation that sees it is idempotent",
            ]
        );
    }

    #[test]
    fn every_rule_names_a_field_of_the_document() {
        let known = |path: &str| {
            let below = format!("{path}.");
            hedgerow::config::fields()
                .iter()
                .any(|field| field.path == path || field.path.starts_with(&below))
        };
        assert!(super::CLASS_RULES.iter().all(|rule| known(rule.path)));
        assert!(super::CLIENT_RULES.iter().all(|rule| known(rule.path)));
    }
}
