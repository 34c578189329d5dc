//! The table of fields as the tree of maps that a document is.

use hedgerow::config::{Field, Scope, fields};

/// What stands before the name of a field that only operations have.
pub(crate) const OPERATION: &str = "operations.<op>.";

/// A map of a document: its own fields and the maps below it, in the order of the table.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) fields: Vec<(&'static str, &'static Field)>,
    pub(crate) sections: Vec<(&'static str, Section)>,
}

impl Section {
    /// The map of the fields of these scopes.
    pub(crate) fn of(scopes: &[Scope]) -> Self {
        let mut root = Self::default();
        for field in fields().iter().filter(|field| scopes.contains(&field.scope)) {
            root.add(field.path.strip_prefix(OPERATION).unwrap_or(field.path), field);
        }
        root
    }

    fn add(&mut self, path: &'static str, field: &'static Field) {
        let Some((head, rest)) = path.split_once('.') else {
            return self.fields.push((path, field));
        };
        let known = self.sections.iter().position(|(name, _)| *name == head);
        let at = known.unwrap_or_else(|| {
            self.sections.push((head, Self::default()));
            self.sections.len() - 1
        });
        self.sections[at].1.add(rest, field);
    }

    /// The map below this one of this name.
    pub(crate) fn below(&self, name: &str) -> Option<&Self> {
        self.sections.iter().find(|(known, _)| *known == name).map(|(_, section)| section)
    }
}
