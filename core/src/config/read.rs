//! Walks a document against the table of fields.
//!
//! Every name must be known where it stands and every value must be one that its field takes; the first that is not
//! is reported with its path. Maps are walked in byte order of their names, because hosts differ in the order they
//! keep, so a document with several faults gives the same error everywhere.

use super::{
    document::Document,
    error::{self, ConfigError},
    field::{Field, Scope, list},
    layer::{Layer, Layers},
    order::ordered,
    scalar,
    table::Key,
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The longest name of a namespace or an operation, in bytes.
pub const MAX_NAME: usize = 64;

/// What a document gives, and the names it uses, in byte order.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) layers: Layers,
    pub(super) namespaces: Vec<String>,
    pub(super) operations: Vec<String>,
}

type Entries<'a> = Vec<(&'a str, &'a Document)>;

/// Reads a document. O(size of the document × fields).
pub(super) fn read(document: &Document) -> Result<Given, ConfigError> {
    let mut given = Given::default();
    walk(&Place::Top, "", document, &mut given.layers.top)?;
    let operations = named(document, "operations", "operations")?;
    let namespaces = named(document, "namespaces", "namespaces")?;
    let mut inner = Vec::new();
    for (name, namespace) in &namespaces {
        let path = format!("namespaces.{}.operations", error::name(name));
        inner.push(named(namespace, "operations", &path)?);
    }
    given.namespaces = namespaces.iter().map(|(name, _)| name.to_string()).collect();
    given.operations = union(operations.iter().chain(inner.iter().flatten()));
    read_operations(&mut given, &operations)?;
    read_namespaces(&mut given, &namespaces, &inner)?;
    Ok(given)
}

fn read_operations(given: &mut Given, operations: &Entries<'_>) -> Result<(), ConfigError> {
    given.layers.operations.resize(given.operations.len(), Layer::default());
    for (name, operation) in operations {
        let at = given.operations.binary_search_by(|known| known.as_str().cmp(name));
        if let Some(layer) = at.ok().and_then(|at| given.layers.operations.get_mut(at)) {
            walk(&Place::Operation(name), "", operation, layer)?;
        }
    }
    Ok(())
}

fn read_namespaces(
    given: &mut Given,
    namespaces: &Entries<'_>,
    inner: &[Entries<'_>],
) -> Result<(), ConfigError> {
    for (number, ((name, namespace), operations)) in (1u32..).zip(namespaces.iter().zip(inner)) {
        let mut layer = Layer::default();
        walk(&Place::Namespace(name), "", namespace, &mut layer)?;
        given.layers.namespaces.push(layer);
        for (operation, document) in operations {
            let mut layer = Layer::default();
            walk(&Place::Pair(name, operation), "", document, &mut layer)?;
            let at = given.operations.binary_search_by(|known| known.as_str().cmp(operation));
            given.layers.pairs.push(((number, at.unwrap_or(0) as u32 + 1), layer));
        }
    }
    Ok(())
}

/// The entries of a map of named things, in byte order; none when the map is not given.
fn named<'a>(parent: &'a Document, key: &str, path: &str) -> Result<Entries<'a>, ConfigError> {
    let Some(map) = parent.get(key) else { return Ok(Vec::new()) };
    let entries = entries(path, map)?;
    match entries.iter().find(|(name, _)| name.is_empty() || name.len() > MAX_NAME) {
        None => Ok(entries),
        Some((name, _)) => Err(ConfigError::new(
            format!("{path}.{}", error::name(name)),
            format!("a name of {} bytes", name.len()),
            format!("a name of 1..={MAX_NAME} bytes"),
        )),
    }
}

fn union<'a>(entries: impl Iterator<Item = &'a (&'a str, &'a Document)>) -> Vec<String> {
    let mut names = ordered(entries.map(|(name, _)| *name));
    names.dedup_by_key(|(name, _)| *name);
    names.into_iter().map(|(name, _)| name.to_string()).collect()
}

/// The entries of a map in byte order, each name once.
fn entries<'a>(path: &str, document: &'a Document) -> Result<Entries<'a>, ConfigError> {
    let Document::Map(map) = document else {
        return Err(ConfigError::new(path, error::shown(document), "a map"));
    };
    let ordered = ordered(map.iter().map(|(name, _)| name.as_str()));
    let entries: Entries<'a> =
        ordered.iter().filter_map(|(name, at)| Some((*name, &map.get(*at)?.1))).collect();
    let twice = entries.iter().zip(entries.iter().skip(1)).find(|(one, next)| one.0 == next.0);
    match twice.map(|(one, _)| one.0) {
        None => Ok(entries),
        Some(name) => Err(ConfigError::new(join(path, name), "given twice", "it once")),
    }
}

fn join(path: &str, name: &str) -> String {
    let name = error::name(name);
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

/// Reads the fields below `section` (empty, or ending in a dot) at a place into its layer.
fn walk(place: &Place<'_>, section: &str, document: &Document, layer: &mut Layer) -> Result<(), ConfigError> {
    let path = place.path(section.trim_end_matches('.'));
    for (name, value) in entries(&path, document)? {
        let inner = format!("{section}{name}");
        match place.key(&inner) {
            Some(key) => read_field(place, key, &inner, value, layer)?,
            None if section.is_empty() && place.containers().contains(&name) => {}
            None if place.names(&format!("{inner}.")).next().is_some() => {
                walk(place, &format!("{inner}."), value, layer)?;
            }
            None => return Err(ConfigError::new(join(&path, name), "unknown field", place.known(section))),
        }
    }
    Ok(())
}

fn read_field(
    place: &Place<'_>,
    key: Key,
    inner: &str,
    document: &Document,
    layer: &mut Layer,
) -> Result<(), ConfigError> {
    let field = key.field();
    // A field that depends on another may be null: that is how a document with every field says "not given".
    if document.is_null() && !field.nullable && !field.used_when.is_empty() {
        return Ok(());
    }
    let Some(value) = scalar::read(field, document) else {
        return Err(ConfigError::new(place.path(inner), error::shown(document), field.range()));
    };
    layer.give(key, value);
    if matches!(document, Document::Map(_)) {
        walk(place, &format!("{inner}."), document, layer)?;
    }
    Ok(())
}

/// A place of the document where fields stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Top,
    Operation(&'a str),
    Namespace(&'a str),
    Pair(&'a str, &'a str),
}

const OPERATION: &str = "operations.<op>.";

impl Place<'_> {
    /// The path of what stands at `inner` here.
    pub(super) fn path(&self, inner: &str) -> String {
        let at = match self {
            Self::Top => return inner.into(),
            Self::Operation(operation) => format!("operations.{}", error::name(operation)),
            Self::Namespace(namespace) => format!("namespaces.{}", error::name(namespace)),
            Self::Pair(namespace, operation) => {
                format!("namespaces.{}.operations.{}", error::name(namespace), error::name(operation))
            }
        };
        if inner.is_empty() { at } else { format!("{at}.{inner}") }
    }

    /// The path of a field from here, if it may stand here.
    #[inline(never)]
    fn inner(&self, field: &Field) -> Option<&'static str> {
        match (field.scope, self) {
            (Scope::Class, _) | (Scope::Client, Self::Top) => Some(field.path),
            (Scope::Operation, Self::Operation(_)) => field.path.strip_prefix(OPERATION),
            _ => None,
        }
    }

    fn key(&self, inner: &str) -> Option<Key> {
        Key::ALL.iter().copied().find(|key| self.inner(key.field()) == Some(inner))
    }

    /// The names directly below a section (empty, or ending in a dot).
    fn names(self, section: &str) -> impl Iterator<Item = &'static str> {
        let below = move |key: &Key| self.inner(key.field()).and_then(|inner| inner.strip_prefix(section));
        Key::ALL.iter().filter_map(below).map(|rest| rest.split('.').next().unwrap_or(rest))
    }

    /// Maps of named things that stand here beside the fields.
    const fn containers(&self) -> &'static [&'static str] {
        match self {
            Self::Top => &["namespaces", "operations"],
            Self::Namespace(_) => &["operations"],
            Self::Operation(_) | Self::Pair(..) => &[],
        }
    }

    /// The names that a section knows, as the text of an error.
    fn known(&self, section: &str) -> String {
        let containers = if section.is_empty() { self.containers() } else { &[] };
        let mut names = ordered(self.names(section).chain(containers.iter().copied()));
        names.dedup_by_key(|(name, _)| *name);
        list(names.iter().map(|(name, _)| name))
    }
}
