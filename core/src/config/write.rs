//! The canonical document of a configuration: every field at the top, keys in byte order, overlays as given.
//!
//! Reading it back gives the same configuration. A field that another one leaves without effect is `null`, and what a
//! preset filled in an overlay without effect is left out, because the preset stands beside it.

use super::{
    Config, decimal,
    document::Document,
    field::{Kind, Scope},
    json::{self, Fnv},
    layer::{Layer, Value, View},
    order::ordered,
    table::Key,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};

const OPERATION: &str = "operations.<op>.";

type Entries = Vec<(String, Document)>;

impl Config {
    /// The canonical document: every field present, keys in byte order; reading it gives this configuration again.
    ///
    /// ```
    /// use hedgerow::config::{Config, Document};
    /// let document = Config::default().to_document();
    /// let limits = document.get("limits").unwrap();
    /// assert_eq!(limits.get("calls"), Some(&Document::Integer(1000)));
    /// assert_eq!(Config::from_document(&document).unwrap(), Config::default());
    /// ```
    pub fn to_document(&self) -> Document {
        let mut top = self.top_entries();
        let operations = (1u32..)
            .zip(&self.operations)
            .map(|(number, operation)| (operation.name.clone(), sorted(self.operation_entries(number))));
        top.push(("operations".into(), Document::Map(operations.collect())));
        let namespaces = (1u32..)
            .zip(&self.namespaces)
            .map(|(number, name)| (name.clone(), sorted(self.namespace_entries(number))));
        top.push(("namespaces".into(), Document::Map(namespaces.collect())));
        sorted(top)
    }

    /// The canonical document as compact ASCII JSON.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json::write(&mut out, &self.to_document());
        out
    }

    /// FNV-1a with 64 bits of [`Self::to_json`]; binds a trace to its configuration.
    pub fn canonical_hash(&self) -> u64 {
        Fnv::new().with(self.to_json().as_bytes()).value()
    }

    fn top_entries(&self) -> Entries {
        let view = self.layers.view(0, 0);
        let mut entries = Entries::new();
        for key in Key::ALL.iter().copied().filter(|key| key.field().scope != Scope::Operation) {
            if !is_below_null(&view, key) {
                let unused = view.unmet(key.field()).is_some();
                let value = if unused { Document::Null } else { document(key, view.get(key)) };
                put(&mut entries, key.field().path, value);
            }
        }
        entries
    }

    fn operation_entries(&self, number: u32) -> Entries {
        let view = self.layers.view(0, number);
        let mut entries = Entries::new();
        if let Some(layer) = self.layers.operations.get(number as usize - 1) {
            put_layer(&mut entries, layer, &view);
        }
        for key in [Key::Idempotency, Key::Priority] {
            put(&mut entries, short(key.field().path), document(key, view.get(key)));
        }
        entries
    }

    fn namespace_entries(&self, number: u32) -> Entries {
        let mut entries = Entries::new();
        if let Some(layer) = self.layers.namespaces.get(number as usize - 1) {
            put_layer(&mut entries, layer, &self.layers.view(number, 0));
        }
        let pairs = self.layers.pairs.iter().filter(|((namespace, _), _)| *namespace == number);
        let mut operations = Entries::new();
        for ((_, operation), layer) in pairs {
            let mut inner = Entries::new();
            put_layer(&mut inner, layer, &self.layers.view(number, *operation));
            if let Some(operation) = self.operations.get(*operation as usize - 1) {
                operations.push((operation.name.clone(), Document::Map(inner)));
            }
        }
        entries.push(("operations".into(), Document::Map(operations)));
        entries
    }
}

/// Puts the fields of an overlay, but those numbers of its preset that have no effect in it.
fn put_layer(entries: &mut Entries, layer: &Layer, view: &View<'_>) {
    for (key, value) in layer.iter().filter(|(key, _)| key.field().scope == Scope::Class) {
        if *value == Value::Null || view.unmet(key.field()).is_none() {
            put(entries, key.field().path, document(key, value));
        }
    }
}

fn short(path: &str) -> &str {
    path.strip_prefix(OPERATION).unwrap_or(path)
}

/// Whether a field stands in a section that is `null`.
fn is_below_null(view: &View<'_>, key: Key) -> bool {
    Key::ALL.iter().any(|section| {
        let inner = key.field().path.strip_prefix(section.field().path);
        section.field().kind == Kind::Section
            && inner.is_some_and(|rest| rest.starts_with('.'))
            && !view.is_on(*section)
    })
}

fn document(key: Key, value: &Value) -> Document {
    let field = key.field();
    match (value, field.kind) {
        (Value::Null, _) => Document::Null,
        (Value::Bool(_), Kind::Section) => Document::Map(Vec::new()),
        (Value::Bool(value), _) => Document::Bool(*value),
        (Value::Number(value), Kind::Ratio { .. }) => Document::Decimal(decimal::of_ppm(*value)),
        (Value::Number(value), Kind::Thousandths { .. }) => {
            Document::Decimal(decimal::of_thousandths(*value))
        }
        (Value::Number(value), _) => Document::Integer(*value),
        (Value::Word(_), _) => Document::Text(value.word(field).unwrap_or_default().to_string()),
        (Value::Text(text), _) => Document::Text(text.clone()),
    }
}

/// Puts a value at a path of dots, making the maps on the way.
fn put(entries: &mut Entries, path: &str, value: Document) {
    let Some((first, rest)) = path.split_once('.') else {
        return entries.push((path.into(), value));
    };
    let at = entries.iter().position(|(name, _)| name == first).unwrap_or_else(|| {
        entries.push((first.into(), Document::Map(Vec::new())));
        entries.len() - 1
    });
    if let Some((_, Document::Map(inner))) = entries.get_mut(at) {
        put(inner, rest, value);
    }
}

/// A map with its keys in byte order, and those of the maps in it.
fn sorted(mut entries: Entries) -> Document {
    let places: Vec<usize> =
        ordered(entries.iter().map(|(name, _)| name.as_str())).iter().map(|(_, at)| *at).collect();
    let inner = |at| match core::mem::replace(entries.get_mut(at)?, (String::new(), Document::Null)) {
        (name, Document::Map(entries)) => Some((name, sorted(entries))),
        other => Some(other),
    };
    Document::Map(places.into_iter().filter_map(inner).collect())
}
