//! Every field of the configuration document: a page of all, and a short table of each section for other pages.

use crate::table::{Table, code, codes};
use hedgerow::config::{Field, FieldKind, Scope, fields};
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Configuration

One JSON document, the same in every language. Every field may be missing. Unknown names, values of another type or out
of range, and fields that contradict each other are refused with path, value and range; nothing is silently replaced.
Durations are whole microseconds. The machine-readable form is the [JSON Schema](../config.schema.json).

Fields that *may stand in a class* may be repeated under `operations.<op>`, `namespaces.<ns>` and
`namespaces.<ns>.operations.<op>`. The most specific one that is given wins, field by field: namespace and operation
together, namespace, operation, top.

";

/// The page of all fields.
pub(crate) fn page() -> String {
    let mut out = String::from(INTRODUCTION);
    let mut section = "";
    for field in fields() {
        let own = name_of_section(field);
        if own != section {
            section = own;
            let _ = writeln!(out, "## {}\n", title(own));
        }
        out.push_str(&entry(field));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// A table for each section, to be included in pages one folder below the root of the book.
pub(crate) fn parts() -> Vec<(&'static str, String)> {
    let mut parts: Vec<(&str, Table)> = Vec::new();
    for field in fields() {
        let section = name_of_section(field);
        if parts.last().is_none_or(|(name, _)| *name != section) {
            parts.push((section, Table::new(&["field", "default", ""])));
        }
        let link = format!("[`{}`](../reference/configuration.md#{})", field.path, anchor(field.path));
        let row = [link, default(field), field.about().meaning.to_owned()];
        if let Some((_, table)) = parts.last_mut() {
            table.row(row);
        }
    }
    parts.into_iter().map(|(name, table)| (name, table.text())).collect()
}

/// The first name of the path; the fields of the document itself and the adaptive limits go by names of their own.
fn name_of_section(field: &Field) -> &'static str {
    match field.path.split_once('.') {
        None if field.path == "breaker" => "breaker",
        None => "document",
        Some(("limits", rest)) if rest.starts_with("adaptive") => "adaptive",
        Some((section, _)) => section,
    }
}

fn title(section: &str) -> String {
    match section {
        "document" => "The document".into(),
        "adaptive" => "`limits.adaptive`".into(),
        section => code(section),
    }
}

/// The anchor of a heading, as mdBook and most viewers of Markdown make it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || *c == '_' || *c == '-');
    kept.collect::<String>().to_lowercase()
}

fn entry(field: &Field) -> String {
    let about = field.about();
    let mut out = format!("### `{}`\n\n{}\n\n- Takes {}.\n", field.path, about.meaning, takes(field));
    let mut add = |line: String| {
        let _ = writeln!(out, "- {line}");
    };
    add(format!("Default: {}.", default(field)));
    if !about.null.is_empty() {
        add(format!("`null`: {}.", about.null));
    }
    for condition in field.used_when {
        let other = format!("[`{0}`](#{1})", condition.path, anchor(condition.path));
        add(format!(
            "Only where {other} is {}; elsewhere it is refused unless it is `null`.",
            codes_or(condition.words)
        ));
    }
    add(scope(field.scope).into());
    if about.source != "ours" {
        add(format!("Source: {}.", about.source));
    }
    out + "\n"
}

fn default(field: &Field) -> String {
    let default = code(&field.default_text());
    if field.by_preset {
        format!("{default}, or what [`retry.preset`](../reference/presets.md) fills in")
    } else {
        default
    }
}

fn takes(field: &Field) -> String {
    let unit = field.about().unit;
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let range = match field.kind {
        FieldKind::Word(words) => codes_or(words),
        FieldKind::Bool | FieldKind::Text { .. } | FieldKind::Section => field.range(),
        _ => code(&field.range()),
    };
    format!("{}{range}{unit}", kind(field.kind))
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool | FieldKind::Word(_) | FieldKind::Text { .. } | FieldKind::Section => "",
        FieldKind::Ratio { .. } => "a decimal, kept to six places, ",
        FieldKind::Thousandths { .. } => "a decimal, ",
        _ => "a whole number, ",
    }
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Class => "May stand at the top and in a class.",
        Scope::Operation => "Stands under `operations.<op>` only.",
        _ => "Stands at the top only: one value for the whole client.",
    }
}

fn codes_or(words: &[&str]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} or {}", codes(most.iter().copied()), code(last)),
        words => codes(words.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_an_entry_of_its_own_and_a_row() {
        let (page, parts) = (page(), parts());
        for field in fields() {
            assert_eq!(page.matches(&format!("### `{}`\n", field.path)).count(), 1, "{}", field.path);
            let link = format!("#{})", anchor(field.path));
            assert_eq!(parts.iter().filter(|(_, text)| text.contains(&link)).count(), 1, "{}", field.path);
        }
    }
}
