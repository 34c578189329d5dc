//! Properties of the configuration: nothing panics, what validates is in range, overlays resolve as a naive model says.

// Values of a document are floats where they are decimals.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "decimals of a document are floats")]

use hedgerow::config::{
    ClassSettings, Condition, Config, Document, Field, FieldDefault, FieldKind, Scope, fields,
};
use hedgerow::{
    Duration,
    hedge::delay::Strategy as HedgeStrategy,
    retry::{
        backoff::{Base, Cap},
        preset::Preset,
    },
};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use std::cell::Cell;

/// The names that generated documents use: namespaces and operations alike.
const NAMES: [&str; 2] = ["a", "b"];

fn runner(cases: u32) -> TestRunner {
    let rng_seed = RngSeed::Fixed(7);
    TestRunner::new(ProptestConfig {
        cases,
        rng_seed,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

fn any_document() -> impl Strategy<Value = Document> {
    let words = prop::sample::select(vec![
        "retry",
        "hedge",
        "operations",
        "namespaces",
        "a",
        "target",
        "off",
        "max_us",
    ]);
    let names = prop_oneof![words.clone().prop_map(String::from), any_name(), ".{0,3}"];
    let leaf = prop_oneof![
        Just(Document::Null),
        any::<bool>().prop_map(Document::Bool),
        any::<u64>().prop_map(Document::Integer),
        any::<i64>().prop_map(Document::Negative),
        prop::num::f64::ANY.prop_map(Document::Decimal),
        words.prop_map(Document::from),
        ".{0,3}".prop_map(Document::Text),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Document::List),
            6 => prop::collection::vec((names.clone(), inner), 0..6).prop_map(Document::Map),
        ]
    })
}

/// A name from the path of some field.
fn any_name() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(field, part)| {
        let parts: Vec<&str> = field.get(fields()).path.split('.').collect();
        (*part.get(&parts)).to_owned()
    })
}

#[test]
fn no_document_makes_the_reader_panic() {
    runner(3000)
        .run(&any_document(), |document| {
            if let Err(error) = Config::from_document(&document) {
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(error.path.len() < 2000 && error.value.len() < 200, "{error}");
            }
            Ok(())
        })
        .unwrap();
}

/// One field given at one place: field, place (top, operation, namespace, pair), names, and a value to be chosen.
type Choice = (prop::sample::Index, u8, usize, usize, u64);

/// Mostly valid documents: fields in range, at places where they may stand.
fn plausible() -> impl Strategy<Value = Document> {
    let choice = (any::<prop::sample::Index>(), 0..4u8, 0..2usize, 0..2usize, any::<u64>());
    prop::collection::vec(choice, 0..12).prop_map(|choices| {
        let mut document = Document::Map(Vec::new());
        for choice in &choices {
            give(&mut document, choice);
        }
        document
    })
}

fn give(document: &mut Document, (field, place, namespace, operation, number): &Choice) {
    let field = field.get(fields());
    // Seldom, because most of them are refused for want of what they depend on.
    if !field.used_when.is_empty() && !number.is_multiple_of(3) {
        return;
    }
    // Seldom, because most starts lie outside most bounds.
    if field.path.starts_with("limits.adaptive") && !number.is_multiple_of(5) {
        return;
    }
    let (namespace, operation) = (NAMES[*namespace], NAMES[*operation]);
    let prefix = match (field.scope, place) {
        (Scope::Operation, _) | (Scope::Class, 1) => format!("operations.{operation}."),
        (Scope::Class, 2) => format!("namespaces.{namespace}."),
        (Scope::Class, 3) => format!("namespaces.{namespace}.operations.{operation}."),
        _ => String::new(),
    };
    let inner = field.path.strip_prefix("operations.<op>.").unwrap_or(field.path);
    set(document, &format!("{prefix}{inner}"), value(field, *number));
    for Condition { path, words } in field.used_when {
        set(document, &format!("{prefix}{path}"), Document::from(words[*number as usize % words.len()]));
    }
}

fn value(field: &Field, number: u64) -> Document {
    let pick = |min: u64, max: u64| match number % 5 {
        0 => min,
        1 => max,
        // A span over which fields that bound each other meet.
        2 => (min + number % 64).min(max),
        _ => min + number % (max - min + 1),
    };
    if field.nullable && number % 7 == 6 {
        return Document::Null;
    }
    match field.kind {
        FieldKind::Bool => number.is_multiple_of(2).into(),
        FieldKind::Integer { min, max } | FieldKind::Duration { min, max } => pick(min, max).into(),
        FieldKind::DurationOr { word, .. } if number.is_multiple_of(3) => word.into(),
        FieldKind::DurationOr { min, max, .. } => pick(min, max).into(),
        FieldKind::Ratio { min, max } => (pick(min, max) as f64 / 1e6).into(),
        FieldKind::Thousandths { min, max } => (pick(min, max) as f64 / 1e3).into(),
        FieldKind::Word(words) => words[number as usize % words.len()].into(),
        FieldKind::Section => Document::Map(Vec::new()),
        _ => "x".repeat(number as usize % 70).as_str().into(),
    }
}

fn set(document: &mut Document, path: &str, value: Document) {
    let Document::Map(entries) = document else { return };
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let at = entries.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        entries.push((name.into(), Document::Map(Vec::new())));
        entries.len() - 1
    });
    match rest {
        Some(rest) => set(&mut entries[at].1, rest, value),
        None => entries[at].1 = value,
    }
}

fn find<'a>(document: &'a Document, path: &str) -> Option<&'a Document> {
    path.split('.').try_fold(document, |inner, name| inner.get(name))
}

#[test]
fn what_validates_is_in_range_and_survives_its_canonical_document() {
    let valid = Cell::new(0);
    let check = |document: Document| {
        let Ok(config) = Config::from_document(&document) else { return Ok(()) };
        valid.set(valid.get() + 1);
        let canonical = config.to_document();
        for field in fields() {
            let given = find(&canonical, field.path);
            prop_assert!(given.is_none_or(|value| is_in_range(field, value)), "{}: {given:?}", field.path);
        }
        (0..=2).flat_map(|namespace| (0..=2).map(move |operation| (namespace, operation))).try_for_each(
            |(namespace, operation)| fits_together(&config, &config.class(namespace, operation)),
        )?;
        let again = Config::from_document(&canonical);
        prop_assert_eq!(again.as_ref(), Ok(&config));
        let json: Config = serde_json::from_str(&config.to_json()).unwrap();
        prop_assert_eq!(json.canonical_hash(), config.canonical_hash());
        Ok(())
    };
    runner(3000).run(&plausible(), check).unwrap();
    assert!(valid.get() > 500, "only {} of the generated documents are valid", valid.get());
}

/// The rules between the fields of a class.
fn fits_together(config: &Config, class: &ClassSettings) -> Result<(), TestCaseError> {
    let ClassSettings { objective, limits, hedge, retry } = class;
    prop_assert!(objective.target.is_none_or(|target| target <= objective.max));
    prop_assert!(config.attempt.timeout.is_none_or(|timeout| timeout <= objective.max));
    prop_assert!(limits.hedges <= limits.calls);
    prop_assert!(limits.hedges_per_endpoint.is_none_or(|most| most <= limits.hedges));
    prop_assert_eq!(hedge.delay.delay.is_some(), hedge.delay.strategy == HedgeStrategy::Fixed);
    if let (Base::Fixed(base), Cap::Fixed(cap)) = (retry.backoff.base, retry.backoff.cap) {
        prop_assert!(base <= cap);
    }
    Ok(())
}

/// Whether a value of a canonical document is one that its field takes, by the rows alone.
fn is_in_range(field: &Field, value: &Document) -> bool {
    let scaled =
        |value: f64, scale: f64, min: u64, max: u64| (min..=max).contains(&((value * scale).round() as u64));
    match (field.kind, value) {
        (_, Document::Null) => field.nullable || !field.used_when.is_empty(),
        (FieldKind::Bool, Document::Bool(_)) | (FieldKind::Section, Document::Map(_)) => true,
        (
            FieldKind::Integer { min, max }
            | FieldKind::Duration { min, max }
            | FieldKind::DurationOr { min, max, .. },
            Document::Integer(value),
        ) => (min..=max).contains(value),
        (FieldKind::Ratio { min, max }, Document::Decimal(value)) => scaled(*value, 1e6, min, max),
        (FieldKind::Thousandths { min, max }, Document::Decimal(value)) => scaled(*value, 1e3, min, max),
        (FieldKind::Word(words), Document::Text(text)) => words.contains(&text.as_str()),
        (FieldKind::DurationOr { word, .. }, Document::Text(text)) => text == word,
        (FieldKind::Text { max_bytes }, Document::Text(text)) => text.len() as u64 <= max_bytes,
        _ => false,
    }
}

/// How a field is read from the settings; `None` for `null` and words.
type Read = fn(&ClassSettings) -> Option<u64>;

/// The fields that the model follows.
const FOLLOWED: &[(&str, Read)] = &[
    ("objective.target_us", |class| class.objective.target.map(Duration::as_micros)),
    ("objective.max_us", |class| Some(class.objective.max.as_micros())),
    ("limits.calls", |class| Some(u64::from(class.limits.calls))),
    ("hedge.max", |class| Some(u64::from(class.hedge.max))),
    ("hedge.min_delay_us", |class| Some(class.hedge.delay.min_delay.as_micros())),
    ("retry.max_attempts", |class| Some(u64::from(class.retry.max_attempts))),
    ("retry.backoff.base_us", |class| match class.retry.backoff.base {
        Base::Target => None,
        Base::Fixed(base) => Some(base.as_micros()),
    }),
];

/// What a layer of the document says of a field; the outer `None` is nothing.
#[allow(clippy::option_option, reason = "nothing said differs from `null` said")]
fn said(document: &Document, layer: &str, path: &str) -> Option<Option<u64>> {
    let at = |path: &str| find(document, format!("{layer}{path}").trim_start_matches('.'));
    match at(&format!(".{path}")) {
        Some(Document::Integer(value)) => return Some(Some(*value)),
        Some(_) => return Some(None),
        None => {}
    }
    let Some(Document::Text(slug)) = at(".retry.preset") else { return None };
    let preset = Preset::from_slug(slug)?;
    match path {
        "retry.max_attempts" => Some(Some(u64::from(preset.max_attempts()))),
        "retry.backoff.base_us" => Some(match preset.backoff().base {
            Base::Target => None,
            Base::Fixed(base) => Some(base.as_micros()),
        }),
        _ => None,
    }
}

fn default(path: &str) -> Option<u64> {
    let field = fields().iter().find(|field| field.path == path).unwrap();
    match field.default {
        FieldDefault::Number(value) => Some(value),
        _ => None,
    }
}

#[test]
fn overlays_resolve_as_the_naive_model_says() {
    let overlaid = Cell::new(0);
    let check = |document: Document| {
        let Ok(config) = Config::from_document(&document) else { return Ok(()) };
        let operations: Vec<&str> =
            config.operations.iter().map(|operation| operation.name.as_str()).collect();
        let namespaces: Vec<&str> = config.namespaces.iter().map(String::as_str).collect();
        for (namespace, operation) in
            ["", "a", "b"].into_iter().flat_map(|ns| ["", "a", "b"].map(|op| (ns, op)))
        {
            let class = config.class(number(&namespaces, namespace), number(&operations, operation));
            let layers = [
                format!("namespaces.{namespace}.operations.{operation}"),
                format!("namespaces.{namespace}"),
                format!("operations.{operation}"),
            ];
            for (path, read) in FOLLOWED {
                let overlay = layers.iter().find_map(|layer| said(&document, layer, path));
                overlaid.set(overlaid.get() + u32::from(overlay.is_some()));
                let expected = overlay.or_else(|| said(&document, "", path)).unwrap_or_else(|| default(path));
                prop_assert_eq!(read(&class), expected, "{} of ({}, {})", path, namespace, operation);
            }
        }
        Ok(())
    };
    runner(4000).run(&plausible(), check).unwrap();
    assert!(overlaid.get() > 1000, "only {} values came from overlays", overlaid.get());
}

/// The number of a name, 0 for one that is not there.
fn number(names: &[&str], name: &str) -> u32 {
    names.iter().position(|known| *known == name).map_or(0, |at| at as u32 + 1)
}
