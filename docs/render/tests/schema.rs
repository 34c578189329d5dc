//! The JSON Schema beside the core's own reader: what the core accepts is valid, and what a field alone makes wrong is
//! invalid.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use hedgerow::Config;
use hedgerow::config::{ConfigError, Document, Field, FieldKind, Scope, fields};
use hedgerow_harness::bytes::Choices;
use hedgerow_harness::documents::document;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::Path, sync::LazyLock};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The schema, compiled; that alone holds it to the rules of its draft.
struct Schema(Schemas, SchemaIndex);

impl Schema {
    fn new() -> Self {
        let schema: Value = serde_json::from_str(&hedgerow_book::schema()).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.set_default_draft(Draft::V2020_12);
        compiler.add_resource("urn:hedgerow:config", schema).unwrap();
        let index = compiler.compile("urn:hedgerow:config", &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn refusal(&self, document: &Value) -> Option<String> {
        self.0.validate(document, self.1).err().map(|error| format!("{error:#}"))
    }

    fn accepts(&self, document: &Value) -> bool {
        self.refusal(document).is_none()
    }

    /// Holds the schema to the reader; answers whether the reader accepted the document.
    fn holds(&self, document: &Value) -> bool {
        let read = read(document);
        match (&read, self.refusal(document)) {
            (Ok(_), Some(refusal)) => panic!("the core accepts {document}, but {refusal}"),
            (Err(error), None) if is_of_one_field(error) => {
                panic!("valid, but the core says {error}: {document}")
            }
            _ => read.is_ok(),
        }
    }
}

fn read(document: &Value) -> Result<Config, ConfigError> {
    let document: Document = serde_json::from_value(document.clone()).unwrap();
    Config::from_document(&document)
}

/// Whether a schema can see what an error tells: a name or a value that is wrong wherever it stands.
fn is_of_one_field(error: &ConfigError) -> bool {
    let field = fields().iter().find(|field| {
        let own = field.path.trim_start_matches("operations.<op>.");
        error.path == own || error.path.ends_with(&format!(".{own}"))
    });
    let is_type = error.range == "a map" || error.value == "unknown field";
    // Three decimals and bytes of a text are left out of the schema on purpose.
    let blurred = |field: &Field| match field.kind {
        FieldKind::Thousandths { .. } => error.value.parse::<f64>().is_ok_and(|value| value.fract() != 0.0),
        FieldKind::Text { .. } => error.value.starts_with('"'),
        _ => false,
    };
    is_type || field.is_some_and(|field| error.range == field.range() && !blurred(field))
}

/// A document with one value at a path of the table, in one of the places where its field may stand.
fn with(path: &str, place: &[&str], value: Value) -> Value {
    let inner = path.trim_start_matches("operations.<op>.").split('.');
    let names: Vec<&str> = place.iter().copied().chain(inner).collect();
    names.iter().rev().fold(value, |value, name| json!({ *name: value }))
}

fn places(field: &Field) -> Vec<Vec<&'static str>> {
    let operation = vec!["operations", "get"];
    match field.scope {
        Scope::Operation => vec![operation],
        Scope::Class => {
            vec![vec![], operation, vec!["namespaces", "ns"], vec!["namespaces", "ns", "operations", "get"]]
        }
        _ => vec![vec![]],
    }
}

#[allow(clippy::cast_precision_loss, reason = "bounds have at most fifteen digits")]
fn number(value: u64, parts: u64) -> Value {
    if value.is_multiple_of(parts) { json!(value / parts) } else { json!(value as f64 / parts as f64) }
}

/// Values of every type, and those at and beyond the ends of the field's range.
fn candidates(field: &Field) -> Vec<Value> {
    let mut all = vec![
        json!(null),
        json!(true),
        json!("word"),
        json!(""),
        json!([]),
        json!({}),
        json!({"no_such": 1}),
        json!(-1),
        json!(0),
        json!(1),
        json!(2.0),
        json!(0.5),
        json!(0.1234),
        json!(1e300),
        json!(u64::MAX),
        json!("x".repeat(65)),
    ];
    all.extend(field.words().iter().map(|word| json!(word)));
    let (ends, parts) = match field.kind {
        FieldKind::Integer { min, max } | FieldKind::Duration { min, max } => ([min, max], 1),
        FieldKind::DurationOr { word, min, max } => {
            all.push(json!(word));
            ([min, max], 1)
        }
        FieldKind::Ratio { min, max } => ([min, max], 1_000_000),
        FieldKind::Thousandths { min, max } => ([min, max], 1000),
        _ => return all,
    };
    let beside = ends.into_iter().flat_map(|end| [end.saturating_sub(1), end, end + 1]);
    all.extend(beside.map(|value| number(value, parts)));
    all
}

#[test]
fn every_value_of_every_field_is_judged_as_the_core_judges_it() {
    let schema = Schema::new();
    let (mut accepted, mut refused) = (0, 0);
    for field in fields() {
        for place in places(field) {
            for value in candidates(field) {
                let document = with(field.path, &place, value);
                if schema.holds(&document) { accepted += 1 } else { refused += 1 }
            }
        }
    }
    assert!(accepted > 1000 && refused > 3000, "{accepted} accepted, {refused} refused");
}

#[test]
fn a_field_without_effect_is_refused_beside_the_word_that_leaves_it_so() {
    let schema = Schema::new();
    let mut seen = 0;
    for field in fields().iter().filter(|field| !field.used_when.is_empty()) {
        for (condition, place) in
            field.used_when.iter().flat_map(|one| places(field).into_iter().map(move |place| (one, place)))
        {
            let other = fields().iter().find(|other| other.path == condition.path).unwrap();
            let idle = other
                .words()
                .iter()
                .find(|word| !condition.words.contains(word))
                .map_or(json!(7), |word| json!(word));
            let value = serde_json::from_str(&field.default_text()).unwrap();
            let value = if value == json!(null) { json!(1) } else { value };
            let mut document = with(field.path, &place, value);
            merge(&mut document, with(condition.path, &place, idle));
            assert!(!schema.accepts(&document), "{document}");
            assert!(read(&document).is_err(), "{document}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// Every map below a value.
fn maps<'a>(value: &'a Value, out: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            out.push(value);
            map.values().for_each(|value| maps(value, out));
        }
        Value::Array(list) => list.iter().for_each(|value| maps(value, out)),
        _ => {}
    }
}

/// Every file of JSON in a folder, by name.
fn files(folder: &str) -> Vec<Value> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[test]
fn every_section_of_the_conformance_data_is_judged_as_the_core_judges_it() {
    let schema = Schema::new();
    let sections: Vec<_> = fields().iter().filter_map(|field| field.path.split('.').next()).collect();
    let (mut accepted, mut refused) = (0, 0);
    for file in files("tests/vectors") {
        let mut all = Vec::new();
        maps(&file, &mut all);
        let parts = all.iter().filter_map(|map| map.as_object()).flatten();
        for (name, part) in parts.filter(|(name, part)| part.is_object() && sections.contains(&name.as_str()))
        {
            if schema.holds(&json!({ name: part })) { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 50 && refused > 10, "{accepted} accepted, {refused} refused");
}

#[test]
fn the_documents_of_the_traces_are_valid() {
    let schema = Schema::new();
    let traces = files("tests/traces");
    assert!(!traces.is_empty() && traces.iter().all(|trace| schema.holds(&trace["config"])));
}

#[test]
fn the_canonical_document_of_every_preset_is_valid() {
    let schema = Schema::new();
    for preset in hedgerow::Preset::ALL {
        let config = read(&json!({"retry": {"preset": preset.slug()}})).unwrap();
        let canonical: Value = serde_json::from_str(&config.to_json()).unwrap();
        assert!(schema.holds(&canonical), "{}", preset.slug());
    }
}

#[test]
fn names_of_operations_and_namespaces_are_bounded() {
    let schema = Schema::new();
    for map in ["operations", "namespaces"] {
        assert!(schema.holds(&json!({ map: { "x".repeat(64): {} } })));
        for name in [String::new(), "x".repeat(65)] {
            let document = json!({ map: { name: {} } });
            assert!(!schema.accepts(&document) && !schema.holds(&document));
        }
        assert!(!schema.accepts(&json!({ map: { "x": null } })) && !schema.accepts(&json!({ map: [] })));
    }
}

/// One for all cases: compiling it takes longer than using it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::new);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_documents_are_judged_as_the_core_judges_them(
        bytes in prop::collection::vec(any::<u8>(), 64),
        (row, place, value) in any::<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>(),
    ) {
        let valid = document(&mut Choices::new(&bytes));
        prop_assert!(SCHEMA.holds(&valid), "the harness makes valid documents: {valid}");
        // The same with one field changed to anything.
        let field = row.get(fields());
        let (places, candidates) = (places(field), candidates(field));
        let mut changed = valid;
        let place: &Vec<&str> = place.get(&places);
        merge(&mut changed, with(field.path, place, value.get(&candidates).clone()));
        SCHEMA.holds(&changed);
    }
}
