//! What a document gives, layer by layer, and how a class sees it.
//!
//! A layer is the fields given in one place: at the top, under an operation, under a namespace, or under an operation
//! of a namespace. Layers are kept sparse and are never merged; a class looks each field up from the most specific
//! layer to the least, so the precedence is written once, in [`View`].

use super::{
    field::{Condition, Default, Field, Kind},
    table::Key,
};
use alloc::{string::String, vec, vec::Vec};

/// A field's value in its stored unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(u64),
    /// Place in the field's list of words; 0 for the word of a duration.
    Word(u8),
    Text(String),
}

impl Value {
    pub(super) fn default_of(field: &Field) -> Self {
        match field.default {
            Default::Null => Self::Null,
            Default::Bool(value) => Self::Bool(value),
            Default::Number(value) => Self::Number(value),
            Default::Word(word) => Self::Word(code(field.words(), word)),
            Default::Text(text) => Self::Text(text.into()),
        }
    }

    fn as_number(&self) -> Option<u64> {
        match self {
            Self::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The word it is, if it is one.
    pub(super) fn word(&self, field: &Field) -> Option<&'static str> {
        match (self, field.kind) {
            (Self::Word(code), Kind::Word(words)) => words.get(usize::from(*code)).copied(),
            (Self::Word(_), Kind::DurationOr { word, .. }) => Some(word),
            _ => None,
        }
    }
}

/// The place of a word in a list, 0 if it is not there.
fn code(words: &[&str], word: &str) -> u8 {
    words.iter().position(|known| *known == word).unwrap_or(0) as u8
}

/// The fields given in one place, ordered by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layer(Vec<(Key, Value)>);

impl Layer {
    /// Gives a field its value, in place of an earlier one. O(fields given).
    pub(super) fn give(&mut self, key: Key, value: Value) {
        let at = self.0.partition_point(|(known, _)| *known < key);
        match self.0.get_mut(at) {
            Some((known, old)) if *known == key => *old = value,
            _ => self.0.insert(at, (key, value)),
        }
    }

    /// The value given. O(log fields given).
    pub(super) fn get(&self, key: Key) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &Value)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }
}

/// The layers of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) top: Layer,
    /// By number − 1.
    pub(super) operations: Vec<Layer>,
    /// By number − 1.
    pub(super) namespaces: Vec<Layer>,
    /// By (namespace, operation), ascending.
    pub(super) pairs: Vec<((u32, u32), Layer)>,
    /// What the top does not give; all of the top once it is settled. By row.
    pub(super) defaults: Vec<Value>,
}

impl Layers {
    /// What a class sees; a number without a layer, 0 among them, sees only the less specific ones. O(log pairs).
    pub(super) fn view(&self, namespace: u32, operation: u32) -> View<'_> {
        let pair = self.pairs.binary_search_by_key(&(namespace, operation), |(pair, _)| *pair).ok();
        View {
            given: [
                pair.and_then(|at| self.pairs.get(at)).map(|(_, layer)| layer),
                numbered(&self.namespaces, namespace),
                numbered(&self.operations, operation),
                Some(&self.top),
            ],
            defaults: &self.defaults,
        }
    }

    /// Forgets which fields the top and the operations gave and which they left open: from here on only values matter.
    pub(super) fn settle(&mut self) {
        for key in [Key::Idempotency, Key::Priority] {
            let open = |layer: &&mut Layer| layer.get(key).is_none();
            let default = Value::default_of(key.field());
            self.operations.iter_mut().filter(open).for_each(|layer| layer.give(key, default.clone()));
        }
        for (key, value) in core::mem::take(&mut self.top).0 {
            if let Some(settled) = self.defaults.get_mut(key as usize) {
                *settled = value;
            }
        }
    }

    /// Every layer, with the class whose view it is the most specific part of. A list: several walk it, and the code of
    /// four iterators behind one another weighs more in a module that pages download than all that these do.
    #[inline(never)]
    pub(super) fn each(&self) -> Vec<((u32, u32), &Layer)> {
        let mut all = vec![((0, 0), &self.top)];
        for (number, layer) in (1..).zip(&self.operations) {
            all.push(((0, number), layer));
        }
        for (number, layer) in (1..).zip(&self.namespaces) {
            all.push(((number, 0), layer));
        }
        for (pair, layer) in &self.pairs {
            all.push((*pair, layer));
        }
        all
    }

    /// The greatest number that any class sees in this field; 0 where it holds none.
    pub(super) fn largest(&self, key: Key) -> u64 {
        let mut largest = self.view(0, 0).number(key).unwrap_or(0);
        for (_, layer) in self.each() {
            largest = largest.max(layer.get(key).and_then(Value::as_number).unwrap_or(0));
        }
        largest
    }

    /// Changes every layer.
    pub(super) fn change_each(&mut self, change: fn(&mut Layer)) {
        change(&mut self.top);
        self.operations.iter_mut().for_each(change);
        self.namespaces.iter_mut().for_each(change);
        for (_, layer) in &mut self.pairs {
            change(layer);
        }
    }
}

fn numbered(layers: &[Layer], number: u32) -> Option<&Layer> {
    layers.get((number as usize).checked_sub(1)?)
}

/// Where a value that a class sees was given, least specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    Default,
    Top,
    Operation,
    Namespace,
    Pair,
}

/// The document as one class sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// Most specific first.
    given: [Option<&'a Layer>; 4],
    defaults: &'a [Value],
}

impl<'a> View<'a> {
    /// The value of the most specific layer that gives one, else the default, and where it was given.
    pub(super) fn find(&self, key: Key) -> (&'a Value, Origin) {
        const ORIGINS: [Origin; 4] = [Origin::Pair, Origin::Namespace, Origin::Operation, Origin::Top];
        for (layer, origin) in self.given.iter().zip(ORIGINS) {
            if let Some(value) = layer.and_then(|layer| layer.get(key)) {
                return (value, origin);
            }
        }
        (self.defaults.get(key as usize).unwrap_or(&Value::Null), Origin::Default)
    }

    pub(super) fn get(&self, key: Key) -> &'a Value {
        self.find(key).0
    }

    /// The number of a field, `None` for `null` and words.
    pub(super) fn number(&self, key: Key) -> Option<u64> {
        self.get(key).as_number()
    }

    /// The code of a field's word.
    #[inline(never)]
    pub(super) fn code(&self, key: Key) -> u8 {
        match self.get(key) {
            Value::Word(code) => *code,
            _ => 0,
        }
    }

    /// Whether a switch, or a section that may be `null`, is on.
    #[inline(never)]
    pub(super) fn is_on(&self, key: Key) -> bool {
        matches!(self.get(key), Value::Bool(true))
    }

    /// The first condition that keeps a field from having an effect.
    pub(super) fn unmet(&self, field: &Field) -> Option<&'static Condition> {
        field.used_when.iter().find(|condition| {
            let other = Key::ALL.iter().find(|key| key.field().path == condition.path);
            let word = other.and_then(|key| self.get(*key).word(key.field()));
            !word.is_some_and(|word| condition.words.contains(&word))
        })
    }
}
