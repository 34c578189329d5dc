//! The published retry designs side by side, as the documents that result.

use crate::table::{Table, code};
use hedgerow::config::{Config, Document, Field, fields};
use hedgerow::retry::preset::Preset;

const INTRODUCTION: &str = "\
# Presets

A preset is a published retry design: it fills the backoff, the pushback, the number of attempts and, when it is named at
the top, the budget, as far as the document does not give them. Below is what the document holds with each; `null` is a
field that has no effect there.
";

/// The page of the presets.
pub(crate) fn page() -> String {
    let documents: Vec<_> = Preset::ALL.iter().map(|preset| with(*preset)).collect();
    let mut headings = vec!["field"];
    headings.extend(Preset::ALL.iter().map(|preset| preset.slug()));
    let mut table = Table::new(&headings);
    let shown = |field: &&Field| field.by_preset || field.path.starts_with("budget.");
    for field in fields().iter().filter(shown) {
        let values = documents.iter().map(|document| at(document, field.path));
        table.row(std::iter::once(code(field.path)).chain(values));
    }
    table.row(
        std::iter::once("most attempts that may be configured".to_owned())
            .chain(Preset::ALL.iter().map(|preset| preset.most_attempts().to_string())),
    );
    format!("{INTRODUCTION}\n{}", table.text().trim_end()) + "\n"
}

fn with(preset: Preset) -> Document {
    let retry = Document::map([("preset", preset.slug().into())]);
    let document = Document::map([("retry", retry)]);
    Config::from_document(&document).unwrap_or_else(|error| panic!("{error}")).to_document()
}

/// The value at a path, as the document writes it.
fn at(document: &Document, path: &str) -> String {
    let found = path.split('.').try_fold(document, Document::get);
    found.map_or_else(String::new, |value| code(value.to_json().trim_matches('"')))
}
