//! TypeScript's view of the core's tables, compared with the committed `bindings-wasm/src-ts/generated`.
//!
//! Types of the document, words, reasons and the numbers of records stand in the core once; what is committed there is a
//! rendering. After a deliberate change of a table: `cargo xtask gen`

#[path = "typescript/document.rs"]
mod document;
#[path = "typescript/record.rs"]
mod record;
mod rendering;
#[path = "typescript/words.rs"]
mod words;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-wasm/src-ts/generated");
/// The package of the addon has a driver's engine of its own.
const ADDON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-node/src-ts/generated");
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

#[test]
fn the_numbers_of_records_are_those_of_the_core() {
    compare("record.ts", &record::render());
    rendering::compare(ADDON, "record.ts", &format!("{HEAD}{}", record::render()));
}
