//! TypeScript's view of the core's tables, compared with the committed `bindings-wasm/src-ts/generated`.
//!
//! Types of the document, words and reasons stand in the core once; what is committed there is a rendering. After a
//! deliberate change of a table: `cargo xtask gen`

#[path = "typescript/document.rs"]
mod document;
mod rendering;
#[path = "typescript/words.rs"]
mod words;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-wasm/src-ts/generated");
const HEAD: &str = "// Rendered from the core's tables by `cargo xtask gen`; edit those instead.\n\n";

fn compare(file: &str, found: &str) {
    rendering::compare(FOLDER, file, &format!("{HEAD}{found}"));
}

#[test]
fn the_types_of_the_document_are_those_of_the_table_of_fields() {
    compare("config.ts", &document::render());
}

#[test]
fn the_words_are_those_of_the_core() {
    compare("words.ts", &words::words());
}

#[test]
fn the_reasons_are_those_of_the_core() {
    compare("reasons.ts", &words::reasons());
}
