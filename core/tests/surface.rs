//! The public surface of the crate, compared with the committed `core/surface.json`.
//!
//! Bindings, the reference and the language layers cover this list, so a new type, method, reason or field shows up
//! here first. Sources are parsed, not compiled; what a macro writes is listed by the functions in the macro's text.
//!
//! After a deliberate change: `HEDGEROW_BLESS=1 cargo test -p hedgerow --test surface`

#[path = "surface/crate_tree.rs"]
mod crate_tree;
#[path = "surface/public.rs"]
mod public;

use hedgerow::{Reason, config::fields};
use serde_json::{Value, json};
use std::{env, fs, path::Path};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/surface.json");
const HOW: &str = "HEDGEROW_BLESS=1 cargo test -p hedgerow --test surface";

#[test]
fn the_committed_surface_is_that_of_the_sources() {
    let found = render();
    if env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1") {
        return fs::write(MANIFEST, found).expect("the manifest can be written");
    }
    let committed = fs::read_to_string(MANIFEST).unwrap_or_default();
    if committed == found {
        return;
    }
    let only = |these: &str, those: &str| -> Vec<String> {
        these.lines().filter(|line| !those.lines().any(|other| other == *line)).map(String::from).collect()
    };
    panic!(
        "core/surface.json is stale; if the change is meant, run\n    {HOW}\nonly committed: {:#?}\nonly in the sources: {:#?}",
        only(&committed, &found),
        only(&found, &committed),
    );
}

/// The manifest: one entry a line, so that a change reads as one.
fn render() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let surface = public::Surface::of(&crate_tree::Module::load(&root));
    let reasons = Reason::ALL.iter().map(|reason| json!({"code": reason.code(), "slug": reason.slug()}));
    let fields = fields().iter().map(|field| {
        json!({"path": field.path, "default": field.default_text(), "range": field.range(), "unit": field.about().unit})
    });
    let sections: [(&str, Vec<Value>); 5] = [
        ("types", surface.types.iter().map(public::Type::to_json).collect()),
        ("functions", surface.functions.iter().map(|name| json!(name)).collect()),
        ("constants", surface.constants.iter().map(|name| json!(name)).collect()),
        ("reasons", reasons.collect()),
        ("fields", fields.collect()),
    ];
    let sections: Vec<String> = sections.iter().map(|(name, entries)| section(name, entries)).collect();
    format!("{{\n{}\n}}\n", sections.join(",\n"))
}

fn section(name: &str, entries: &[Value]) -> String {
    let lines: Vec<String> = entries.iter().map(|entry| format!("    {entry}")).collect();
    format!("  \"{name}\": [\n{}\n  ]", lines.join(",\n"))
}

#[test]
fn the_parser_sees_what_is_known_to_be_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let surface = public::Surface::of(&crate_tree::Module::load(&root));
    let named = |name: &str| {
        surface.types.iter().find(|known| known.name == name).unwrap_or_else(|| panic!("{name}"))
    };
    assert!(named("Config").methods.contains("from_document"), "{:?}", named("Config").methods);
    assert!(named("Duration").methods.contains("as_micros"));
    assert!(named("CallId").methods.contains("number"), "what a macro writes");
    assert!(named("Reason").methods.contains("slug"));
    assert!(named("config::Document").parts.contains("Integer"), "what a private module re-exports");
    assert!(named("config::Limits").parts.contains("hedges"));
    assert!(!surface.types.iter().any(|known| known.name.contains("layer")), "nothing private");
}
