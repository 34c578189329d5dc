//! Renders what the book says of tables: the reference pages, and the JSON Schema of the configuration document.
//!
//! Defaults, ranges, reasons and outcomes stand in the core once. What is committed under `docs/` is a rendering of
//! them, and a test fails when it is stale; `cargo xtask gen` writes it anew. What no table holds at run time (the
//! layout of records, counters, classes of errors) is taken from the comments of the sources that define it. Rendering
//! decides nothing and adds no fact: a page that is wrong is mended where its words come from.

mod counters;
mod errors;
#[cfg(doctest)]
mod examples;
mod fields;
pub mod links;
mod outcomes;
pub mod pages;
mod presets;
mod reasons;
mod records;
mod schema;
mod sources;
mod table;
mod tree;

/// One rendered file: its path from the root of the repository, and its text.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The path, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// What a rendered page begins with.
const HEAD: &str = "<!-- Rendered from the core's tables by `cargo xtask gen`; edit those instead. -->\n\n";

/// Every rendered file, in the order of the book.
pub fn files() -> Vec<Rendered> {
    let pages = [
        ("configuration", fields::page()),
        ("presets", presets::page()),
        ("reasons", reasons::page()),
        ("outcomes", outcomes::page()),
        ("counters", counters::page()),
        ("records", records::page()),
        ("errors", errors::page()),
    ];
    let page =
        |(name, text): (&str, String)| (format!("docs/src/reference/{name}.md"), format!("{HEAD}{text}"));
    let parts = fields::parts().into_iter();
    let part = |(name, text): (&str, String)| (format!("docs/src/reference/fields/{name}.md"), text);
    let schemas = schema::COPIES.map(|path| (path.to_owned(), schema::text()));
    let all = pages.into_iter().map(page).chain(parts.map(part)).chain(schemas);
    all.map(|(path, text)| Rendered { path, text }).collect()
}

/// The JSON Schema of the configuration document, draft 2020-12.
pub fn schema() -> String {
    schema::text()
}
