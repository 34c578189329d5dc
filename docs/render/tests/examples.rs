//! The examples of the pages that this crate runs: Rust as tests of the documentation, JSON through the core's reader.
//!
//! Those of other languages are run where these are: TypeScript by the tests of the npm package, Python by those of the
//! wheel, the lines of a console by those of the command.

use hedgerow::Config;
use hedgerow_book::pages::{Block, pages};

/// The languages of blocks: `http`, `sh`, `toml` and none at all are not run, the others are.
const LANGUAGES: [&str; 9] = ["", "console", "http", "json", "python", "rust", "sh", "toml", "ts"];

#[test]
fn every_page_with_rust_is_among_the_examples() {
    let listed = include_str!("../src/examples.rs");
    let with_rust = pages().into_iter().filter(|page| page.blocks().iter().any(|block| block.is("rust")));
    let paths: Vec<String> = with_rust.map(|page| page.path).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    for path in &paths {
        assert!(listed.contains(&format!("\"{path}\"")), "{path} is not in src/examples.rs");
    }
}

#[test]
fn every_block_is_of_a_language_that_a_test_runs() {
    for page in pages() {
        for block in page.blocks() {
            let known = LANGUAGES.iter().any(|language| block.is(language));
            assert!(known, "{}:{}: {}", page.path, block.line, block.info);
        }
    }
}

#[test]
fn every_document_is_accepted_or_marked_as_refused() {
    let mut accepted = 0;
    for page in pages() {
        for Block { info, text, line } in page.blocks().into_iter().filter(|block| block.is("json")) {
            let read = serde_json::from_str::<Config>(&text);
            assert_eq!(read.is_err(), info == "json,refused", "{}:{line}: {read:?}", page.path);
            accepted += usize::from(read.is_ok());
        }
    }
    assert!(accepted >= 2, "{accepted}");
}

#[test]
fn every_page_stands_in_the_summary() {
    let all = pages();
    let summary = all.iter().find(|page| page.path == "SUMMARY.md").map(|page| page.text.as_str());
    let summary = summary.expect("there is a summary");
    // What is included in other pages is none itself.
    let own =
        all.iter().filter(|page| page.path != "SUMMARY.md" && !page.path.starts_with("reference/fields/"));
    let missing: Vec<_> = own.filter(|page| !summary.contains(&format!("({})", page.path))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_page_writes_a_default_by_hand() {
    for page in pages().iter().filter(|page| !page.path.starts_with("reference/")) {
        for said in ["by default", "defaults to", "default is", "default of"] {
            assert!(!page.text.to_lowercase().contains(said), "{}: {said}: include or link it", page.path);
        }
    }
}
