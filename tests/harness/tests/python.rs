//! Python's view of the core's tables, compared with the committed `bindings-python/python/hedgerow/_generated`.
//!
//! Tables of the document, words and reasons stand in the core once; what is committed there is a rendering. After a
//! deliberate change of a table: `HEDGEROW_BLESS=1 cargo test -p hedgerow-harness --test python`

#[path = "python/document.rs"]
mod document;
#[path = "python/words.rs"]
mod words;

use std::{env, fs, path::Path};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-python/python/hedgerow/_generated");
const HOW: &str = "HEDGEROW_BLESS=1 cargo test -p hedgerow-harness --test python";

fn compare(file: &str, found: &str) {
    let path = Path::new(FOLDER).join(file);
    if env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1") {
        return fs::write(path, found).expect("the file can be written");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    let differing = committed.lines().zip(found.lines()).find(|(committed, found)| committed != found);
    assert_eq!(
        committed.len(),
        found.len(),
        "{file} is stale ({differing:?}); if the change is meant, run\n    {HOW}"
    );
    assert_eq!(differing, None, "{file} is stale; if the change is meant, run\n    {HOW}");
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
