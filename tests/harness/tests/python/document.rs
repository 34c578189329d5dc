//! The configuration document as Python dataclasses, one class a table and one field a row.

use hedgerow::config::{Field, FieldKind, Scope, fields};
use std::collections::BTreeSet;
use std::fmt::Write;

const HEAD: &str = "\"\"\"The tables of the configuration document.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.

A field that is not given stays out of the document, and the core fills it in. Durations are seconds or `timedelta`.
\"\"\"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from hedgerow._table import UNSET, Seconds, Table, Unset
";

/// A table: its rows, and the tables below it, in the order of the core's table.
#[derive(Default)]
struct Section {
    fields: Vec<(String, &'static Field)>,
    sections: Vec<(String, Section)>,
}

impl Section {
    fn of(scope: Scope) -> Self {
        let mut root = Self::default();
        for field in fields().iter().filter(|field| field.scope == scope) {
            root.add(field.path.trim_start_matches("operations.<op>."), field);
        }
        root
    }

    fn add(&mut self, path: &str, field: &'static Field) {
        let Some((head, rest)) = path.split_once('.') else {
            return self.fields.push((path.into(), field));
        };
        let known = self.sections.iter().position(|(name, _)| name == head);
        let at = known.unwrap_or_else(|| {
            self.sections.push((head.into(), Self::default()));
            self.sections.len() - 1
        });
        self.sections[at].1.add(rest, field);
    }

    /// Writes the tables below this one, innermost first, as Python wants its names known.
    fn write_below(&self, out: &mut String, prefix: &str) {
        for (name, section) in &self.sections {
            let path = join(prefix, name);
            section.write_below(out, &path);
            section.write(out, &class_of(&path), "Table", &format!("The table `{path}`."), &[], &path);
        }
    }

    fn write(&self, out: &mut String, class: &str, base: &str, about: &str, maps: &[Map], path: &str) {
        let _ = write!(
            out,
            "\n\n@dataclass(frozen=True, slots=True, kw_only=True)\nclass {class}({base}):\n    \"\"\"{about}\"\"\"\n"
        );
        let durations = self.durations();
        if !durations.is_empty() {
            let _ = writeln!(
                out,
                "\n    _durations: ClassVar[frozenset[str]] = frozenset({{{}}})",
                durations.join(", ")
            );
        }
        self.write_kinds(out, base, maps, path);
        out.push('\n');
        for (name, field) in &self.fields {
            self.write_field(out, name, field, path);
        }
        for (name, _) in
            self.sections.iter().filter(|(name, _)| self.fields.iter().all(|(own, _)| own != name))
        {
            let _ = writeln!(out, "    {name}: {} | Unset = UNSET", class_of(&join(path, name)));
        }
        for map in maps {
            let _ = writeln!(
                out,
                "    {}: Mapping[str, {}] | Unset = UNSET\n    \"\"\"{}\"\"\"",
                map.name, map.class, map.about
            );
        }
    }

    fn durations(&self) -> Vec<String> {
        let timed = self.fields.iter().filter(|(name, _)| name.ends_with("_us"));
        timed.map(|(name, _)| format!("\"{}\"", plain(name))).collect()
    }

    /// Which fields hold tables and which hold tables by name.
    fn write_kinds(&self, out: &mut String, base: &str, maps: &[Map], path: &str) {
        let mut tables: Vec<_> = self
            .sections
            .iter()
            .map(|(name, _)| format!("\"{name}\": {}", class_of(&join(path, name))))
            .collect();
        if base != "Table" && !tables.is_empty() {
            tables.insert(0, format!("**{base}._tables"));
        }
        if !tables.is_empty() {
            let _ =
                writeln!(out, "    _tables: ClassVar[Mapping[str, type[Table]]] = {{{}}}", tables.join(", "));
        }
        let maps: Vec<_> = maps.iter().map(|map| format!("\"{}\": {}", map.name, map.class)).collect();
        if !maps.is_empty() {
            let _ = writeln!(out, "    _maps: ClassVar[Mapping[str, type[Table]]] = {{{}}}", maps.join(", "));
        }
    }

    fn write_field(&self, out: &mut String, name: &str, field: &'static Field, path: &str) {
        let below = self.sections.iter().any(|(section, _)| section == name);
        let kind = if below { format!("{} | None", class_of(&join(path, name))) } else { kind(field) };
        let _ =
            writeln!(out, "    {}: {kind} | Unset = UNSET\n    \"\"\"{}\"\"\"", plain(name), about(field));
    }
}

/// A field that holds tables by name.
struct Map {
    name: &'static str,
    class: &'static str,
    about: &'static str,
}

/// The whole file.
pub(crate) fn render() -> String {
    let mut out = String::from(HEAD);
    let [class, operation, client] = [Scope::Class, Scope::Operation, Scope::Client].map(Section::of);
    class.write_below(&mut out, "");
    client.write_below(&mut out, "");
    class.write(
        &mut out,
        "ClassPolicy",
        "Table",
        "What may be configured for every class of calls.",
        &[],
        "",
    );
    operation.write(
        &mut out,
        "Operation",
        "ClassPolicy",
        "What may be configured for an operation.",
        &[],
        "",
    );
    let exceptions =
        Map { name: "operations", class: "ClassPolicy", about: "Exceptions for its operations, by name." };
    Section::default().write(
        &mut out,
        "Namespace",
        "ClassPolicy",
        "What may be configured for a namespace.",
        &[exceptions],
        "",
    );
    let maps = [
        Map { name: "operations", class: "Operation", about: "Exceptions for operations, by name." },
        Map { name: "namespaces", class: "Namespace", about: "Exceptions for namespaces, by name." },
    ];
    client.write(
        &mut out,
        "Policy",
        "ClassPolicy",
        "The whole document: every field may be left out.",
        &maps,
        "",
    );
    out
}

fn kind(field: &Field) -> String {
    let kind = match field.kind {
        FieldKind::Bool => "bool".into(),
        FieldKind::Integer { .. } => "int".into(),
        FieldKind::Duration { .. } => "Seconds".into(),
        FieldKind::DurationOr { word, .. } => format!("Seconds | Literal[\"{word}\"]"),
        FieldKind::Word(words) => union(words),
        FieldKind::Text { .. } => "str".into(),
        FieldKind::Section => "Mapping[str, object]".into(),
        _ => "float".to_owned(),
    };
    if field.nullable { format!("{kind} | None") } else { kind }
}

fn union(words: &[&str]) -> String {
    format!("Literal[{}]", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}

/// What an editor shows beside the field: bounds are those of the document, so durations say their unit.
fn about(field: &Field) -> String {
    let about = field.about();
    let unit = if about.unit.is_empty() { String::new() } else { format!(" {}", about.unit) };
    let null = if about.null.is_empty() { String::new() } else { format!(" `None`: {}.", about.null) };
    let source = if about.source == "ours" { String::new() } else { format!(" Source: {}.", about.source) };
    let default = field.default_text().replace('"', "`");
    let range = field.range().replace('"', "`").replace("null", "None");
    let text = format!(
        "{} Default {}; {range}{unit}.{null}{source}",
        about.meaning,
        default.replace("null", "None")
    );
    text.replace("true or false", "True or False")
}

/// A field's name without its unit: a duration is given in seconds.
fn plain(name: &str) -> &str {
    name.strip_suffix("_us").unwrap_or(name)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// The class of a table: its name, with that of the table around it where another table has the same.
fn class_of(path: &str) -> String {
    let (around, name) = path.rsplit_once('.').unwrap_or(("", path));
    let tables = fields().iter().flat_map(|field| {
        let path = field.path.trim_start_matches("operations.<op>.");
        path.match_indices('.').map(|(end, _)| &path[..end])
    });
    let alike: BTreeSet<_> = tables.filter(|table| table.rsplit('.').next() == Some(name)).collect();
    let around = around.rsplit('.').next().filter(|around| alike.len() > 1 && !around.is_empty());
    around.map(pascal).unwrap_or_default() + &pascal(name)
}

fn pascal(name: &str) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('_').map(part).collect()
}
