//! Python's view of the core's tables, compared with the committed `bindings-python/python/hedgerow/_generated`.
//!
//! Tables of the document, words, reasons and the numbers of records stand in the core once; what is committed there is a
//! rendering. After a deliberate change of a table: `cargo xtask gen`

#[path = "python/document.rs"]
mod document;
#[path = "python/record.rs"]
mod record;
mod rendering;
#[path = "python/words.rs"]
mod words;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-python/python/hedgerow/_generated");

fn compare(file: &str, found: &str) {
    rendering::compare(FOLDER, file, found);
}

#[test]
fn the_tables_of_the_document_are_those_of_the_table_of_fields() {
    compare("config.py", &document::render());
}

#[test]
fn the_words_are_those_of_the_core() {
    compare("words.py", &words::words());
}

#[test]
fn the_reasons_are_those_of_the_core() {
    compare("reasons.py", &words::reasons());
}

#[test]
fn the_numbers_of_records_are_those_of_the_core() {
    compare("record.py", &record::render());
}
