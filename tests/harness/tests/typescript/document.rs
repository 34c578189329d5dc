//! The configuration document as TypeScript interfaces, one property a field.

use hedgerow::config::{Field, FieldKind, Scope, fields};
use std::fmt::Write;

/// Sections by name, in the order of the table.
#[derive(Default)]
struct Section {
    fields: Vec<(String, &'static Field)>,
    sections: Vec<(String, Section)>,
}

impl Section {
    fn of(scopes: &[Scope]) -> Self {
        let mut root = Self::default();
        for field in fields().iter().filter(|field| scopes.contains(&field.scope)) {
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

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        for (name, field) in &self.fields {
            let below = self.sections.iter().find(|(section, _)| section == name);
            let kind = match below {
                Some((_, section)) => format!("{} | null", section.inline(depth)),
                _ => kind(field),
            };
            let _ = writeln!(out, "{indent}/** {} */\n{indent}readonly {name}?: {kind};", about(field));
        }
        let named = |name: &str| self.fields.iter().any(|(field, _)| field == name);
        for (name, section) in self.sections.iter().filter(|(name, _)| !named(name)) {
            let _ = writeln!(out, "{indent}readonly {name}?: {};", section.inline(depth));
        }
    }

    fn inline(&self, depth: usize) -> String {
        let mut out = String::from("{\n");
        self.write(&mut out, depth + 1);
        out + &"  ".repeat(depth) + "}"
    }
}

/// The interfaces of the document.
pub(crate) fn render() -> String {
    let mut out = String::new();
    interface(
        &mut out,
        "What may be configured for every class of calls.",
        "ClassConfig",
        &Section::of(&[Scope::Class]),
        "",
    );
    let operation = Section::of(&[Scope::Operation]);
    interface(
        &mut out,
        "What may be configured for an operation.",
        "OperationConfig extends ClassConfig",
        &operation,
        "",
    );
    let operations = "  /** Exceptions for its operations, by name. */\n  readonly operations?: Readonly<Record<string, ClassConfig>>;\n";
    interface(
        &mut out,
        "What may be configured for a namespace.",
        "NamespaceConfig extends ClassConfig",
        &Section::default(),
        operations,
    );
    let maps = "  /** Exceptions for operations, by name. */\n  readonly operations?: Readonly<Record<string, OperationConfig>>;\n  \
                /** Exceptions for namespaces, by name. */\n  readonly namespaces?: Readonly<Record<string, NamespaceConfig>>;\n";
    interface(
        &mut out,
        "The configuration document: every field has a default, so all may be missing.",
        "Config extends ClassConfig",
        &Section::of(&[Scope::Client]),
        maps,
    );
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn interface(out: &mut String, about: &str, head: &str, section: &Section, more: &str) {
    let _ = writeln!(out, "/** {about} */\nexport interface {head} {{");
    section.write(out, 1);
    let _ = writeln!(out, "{more}}}\n");
}

fn kind(field: &Field) -> String {
    let kind = match field.kind {
        FieldKind::Bool => "boolean".into(),
        FieldKind::DurationOr { word, .. } => format!("number | '{word}'"),
        FieldKind::Word(words) => union(words),
        FieldKind::Text { .. } => "string".into(),
        FieldKind::Section => "Record<string, unknown>".into(),
        _ => "number".to_owned(),
    };
    if field.nullable { format!("{kind} | null") } else { kind }
}

fn union(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ")
}

/// What an editor shows beside the field.
fn about(field: &Field) -> String {
    let about = field.about();
    let unit = if about.unit.is_empty() { String::new() } else { format!(" {}", about.unit) };
    let null = if about.null.is_empty() { String::new() } else { format!(" `null`: {}.", about.null) };
    format!("{} Default {}; {}{unit}.{null}", about.meaning, field.default_text(), field.range())
}
