//! The JSON Schema of the configuration document, draft 2020-12.
//!
//! It says what one value may be and which names there are, for editors and for validators of other languages. What
//! holds between fields of different maps, such as a target that is at most the max, no schema can say; the core's
//! reader has the last word. So a document that the core accepts is valid here, and one that is valid here may still
//! be refused there. Left out on purpose: the three decimals of a number of thousandths, because validators divide
//! floats, and lengths of texts in bytes, which are given in characters.

use crate::tree::Section;
use hedgerow::config::{Condition, Document, Field, FieldDefault, FieldKind, MAX_NAME, Scope, fields};

/// Where the schema is put: beside the book, from where the npm package takes it, and into the wheel.
pub(crate) const COPIES: [&str; 2] =
    ["docs/src/config.schema.json", "bindings-python/python/hedgerow/config.schema.json"];

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

const ABOUT: &str = "Every field may be missing and then has its default. Durations are whole microseconds. Rules between \
    fields are checked by the library: `hedgerow check` tells all faults of a document.";

type Entries = Vec<(String, Document)>;

/// The schema as indented JSON.
pub(crate) fn text() -> String {
    serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
}

fn schema() -> Document {
    let class = Section::of(&[Scope::Class]);
    let client = Section::of(&[Scope::Client]);
    let mut properties = own(&client);
    for (name, section) in &class.sections {
        properties.push(((*name).into(), at_the_top(name, section)));
    }
    properties.push((
        "operations".into(),
        named("operation", "capacity.operations", "Exceptions for operations, by name."),
    ));
    properties.push((
        "namespaces".into(),
        named("namespace", "capacity.namespaces", "Exceptions for namespaces, by name."),
    ));
    let head = [
        ("$schema", DIALECT.into()),
        ("title", "Configuration of a hedgerow client".into()),
        ("description", ABOUT.into()),
    ];
    let mut schema = entries(head);
    schema.extend(closed(properties));
    schema.push(("$defs".into(), definitions(&class)));
    Document::Map(schema)
}

/// What several places of the document share.
fn definitions(class: &Section) -> Document {
    let sections = class.sections.iter();
    let mut all: Entries = sections.map(|(name, section)| ((*name).into(), object(section, false))).collect();
    let shared = || class.sections.iter().map(|(name, _)| ((*name).to_owned(), reference(name)));
    let describe = |about: &str, properties: Entries| {
        let mut definition = entries([("description", about.into())]);
        definition.extend(closed(properties));
        Document::Map(definition)
    };
    all.push((
        "class".into(),
        describe("What may be configured for every class of calls.", shared().collect()),
    ));
    let mut operation = own(&Section::of(&[Scope::Operation]));
    operation.extend(shared());
    all.push(("operation".into(), describe("What may be configured for an operation.", operation)));
    let inner = named("class", "capacity.operations", "Exceptions for operations of the namespace, by name.");
    let namespace = shared().chain([("operations".into(), inner)]).collect();
    all.push(("namespace".into(), describe("What may be configured for a namespace.", namespace)));
    Document::Map(all)
}

/// A map of one class at the top, where a missing word is known to be its default.
fn at_the_top(name: &str, section: &Section) -> Document {
    match closer(section) {
        None => reference(name),
        Some(more) => map([("allOf", Document::List(vec![reference(name), more]))]),
    }
}

/// What holds of a map at the top beyond what holds of it anywhere.
fn closer(section: &Section) -> Option<Document> {
    let mut rules = conditions(section, |condition, other| knows(condition, other).then_some(true));
    let below =
        section.sections.iter().filter_map(|(name, section)| Some(((*name).to_owned(), closer(section)?)));
    let below: Entries = below.collect();
    if !below.is_empty() {
        rules.push(map([("properties", Document::Map(below))]));
    }
    if rules.len() > 1 {
        return Some(map([("allOf", Document::List(rules))]));
    }
    rules.pop()
}

/// A map with the fields of a section and no others.
fn object(section: &Section, top: bool) -> Document {
    let mut object = closed(own(section));
    let rules = conditions(section, |condition, other| Some(top && knows(condition, other)));
    if !rules.is_empty() {
        object.push(("allOf".into(), Document::List(rules)));
    }
    Document::Map(object)
}

/// The fields of a section and the maps below it, as properties.
fn own(section: &Section) -> Entries {
    let mut properties = Entries::new();
    for (name, field) in &section.fields {
        let below = section.below(name).map(|below| object(below, field.scope == Scope::Client));
        properties.push(((*name).into(), property(field, below)));
    }
    let is_field = |name: &str| section.fields.iter().any(|(known, _)| *known == name);
    for (name, below) in section.sections.iter().filter(|(name, _)| !is_field(name)) {
        let is_client = below.fields.iter().all(|(_, field)| field.scope == Scope::Client);
        properties.push(((*name).into(), object(below, is_client)));
    }
    properties
}

fn property(field: &Field, below: Option<Document>) -> Document {
    let mut property = entries([("description", describe(field).as_str().into())]);
    let takes_null = field.nullable || !field.used_when.is_empty();
    match (values(field, below), takes_null) {
        (only, false) => property.extend(only),
        (only, true) => {
            let null = map([("type", "null".into())]);
            property.push(("anyOf".into(), Document::List(vec![Document::Map(only), null])));
        }
    }
    property.push(("default".into(), default(field)));
    Document::Map(property)
}

/// What a field takes beside `null`.
fn values(field: &Field, below: Option<Document>) -> Entries {
    let number = |kind: &str, min: Document, max: Document| {
        entries([("type", kind.into()), ("minimum", min), ("maximum", max)])
    };
    match field.kind {
        FieldKind::Bool => entries([("type", "boolean".into())]),
        FieldKind::Integer { min, max } | FieldKind::Duration { min, max } => {
            number("integer", min.into(), max.into())
        }
        FieldKind::DurationOr { word, min, max } => {
            let time = Document::Map(number("integer", min.into(), max.into()));
            entries([("anyOf", Document::List(vec![time, map([("const", word.into())])]))])
        }
        FieldKind::Ratio { min, max } => number("number", fraction(min, 1e6), fraction(max, 1e6)),
        FieldKind::Thousandths { min, max } => number("number", fraction(min, 1e3), fraction(max, 1e3)),
        FieldKind::Word(words) => entries([("enum", list(words.iter().copied()))]),
        FieldKind::Text { max_bytes } => {
            entries([("type", "string".into()), ("maxLength", max_bytes.into())])
        }
        FieldKind::Section => match below {
            Some(Document::Map(below)) => below,
            _ => entries([("type", "object".into())]),
        },
        other => panic!("{}: {other:?} has no schema", field.path),
    }
}

fn describe(field: &Field) -> String {
    let about = field.about();
    let mut text = about.meaning.to_owned();
    let mut add = |more: String| text = format!("{text} {more}");
    if !about.unit.is_empty() {
        add(format!("Unit: {}.", about.unit));
    }
    if matches!(field.kind, FieldKind::Thousandths { .. }) {
        add("At most three decimals.".into());
    }
    if !about.null.is_empty() {
        add(format!("null: {}.", about.null));
    }
    if field.by_preset {
        add("When missing, retry.preset fills it; the default is that of the default preset.".into());
    }
    for Condition { path, words } in field.used_when {
        add(format!("Only where {path} is {}.", words.join(" or ")));
    }
    text
}

/// The default as the document writes it.
fn default(field: &Field) -> Document {
    match (field.default, field.kind) {
        (FieldDefault::Bool(value), _) => value.into(),
        (FieldDefault::Number(value), FieldKind::Ratio { .. }) => fraction(value, 1e6),
        (FieldDefault::Number(value), FieldKind::Thousandths { .. }) => fraction(value, 1e3),
        (FieldDefault::Number(value), _) => value.into(),
        (FieldDefault::Word(text) | FieldDefault::Text(text), _) => text.into(),
        _ => Document::Null,
    }
}

/// A number of some part of one, as JSON writes it.
#[allow(clippy::cast_precision_loss, reason = "bounds and defaults have at most fifteen digits")]
fn fraction(value: u64, parts: f64) -> Document {
    Document::number(value as f64 / parts)
}

/// Fields that must be missing or `null` because another one of their map holds none of its words.
///
/// `or_missing` answers whether a rule also acts where that other one is missing, and nothing where it is left out.
fn conditions(section: &Section, or_missing: impl Fn(&Condition, &Field) -> Option<bool>) -> Vec<Document> {
    let mut all: Vec<&Condition> = Vec::new();
    for condition in section.fields.iter().flat_map(|(_, field)| field.used_when) {
        if !all.contains(&condition) {
            all.push(condition);
        }
    }
    let rule = |condition: &Condition| {
        let (name, other) = section.fields.iter().find(|(_, field)| field.path == condition.path)?;
        let unmet = unmet(name, condition, or_missing(condition, other)?);
        let bound = section.fields.iter().filter(|(_, field)| field.used_when.contains(condition));
        let null = |(name, _): &(&str, &Field)| ((*name).to_owned(), map([("type", "null".into())]));
        let idle = map([("properties", Document::Map(bound.map(null).collect()))]);
        Some(map([("if", unmet), ("then", idle)]))
    };
    all.into_iter().filter_map(rule).collect()
}

/// Whether a field that is missing at the top is known to hold none of the words: its default is another one, and no
/// preset fills it.
fn knows(condition: &Condition, other: &Field) -> bool {
    let holds = matches!(other.default, FieldDefault::Word(word) if condition.words.contains(&word));
    !other.by_preset && !holds
}

fn unmet(name: &str, condition: &Condition, or_missing: bool) -> Document {
    let words = map([("enum", list(condition.words.iter().copied()))]);
    let required = ("required", list([name]));
    let holds = |what: Document| ("properties", Document::Map(vec![(name.to_owned(), what)]));
    if or_missing {
        return map([("type", "object".into()), ("not", map([required, holds(words)]))]);
    }
    map([("type", "object".into()), required, holds(map([("not", words)]))])
}

/// A map of named things, as many as its capacity can be.
fn named(definition: &str, capacity: &str, about: &str) -> Document {
    let most = fields().iter().find(|field| field.path == capacity).map(|field| field.kind);
    let Some(FieldKind::Integer { max, .. }) = most else { panic!("{capacity} is no number") };
    let name = map([("minLength", 1u64.into()), ("maxLength", (MAX_NAME as u64).into())]);
    map([
        ("description", about.into()),
        ("type", "object".into()),
        ("maxProperties", max.into()),
        ("propertyNames", name),
        ("additionalProperties", reference(definition)),
    ])
}

fn closed(properties: Entries) -> Entries {
    entries([
        ("type", "object".into()),
        ("properties", Document::Map(properties)),
        ("additionalProperties", false.into()),
    ])
}

fn reference(name: &str) -> Document {
    map([("$ref", format!("#/$defs/{name}").as_str().into())])
}

fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Document {
    Document::List(texts.into_iter().map(Document::from).collect())
}

fn map<const N: usize>(of: [(&str, Document); N]) -> Document {
    Document::map(of)
}

fn entries<const N: usize>(of: [(&str, Document); N]) -> Entries {
    of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
