//! Every rendered file, compared with what is committed.
//!
//! After a deliberate change of a table: `cargo xtask gen`

use std::{env, fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn the_reference_and_the_schema_are_those_of_the_core() {
    let bless = env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1");
    let mut stale = Vec::new();
    for file in hedgerow_book::files() {
        let path = Path::new(ROOT).join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|committed| committed == file.text) {
            continue;
        }
        if bless {
            fs::write(&path, &file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        }
        stale.push(file.path);
    }
    assert!(bless || stale.is_empty(), "stale: {stale:?}; if the change is meant, run\n    cargo xtask gen");
}

#[test]
fn no_file_stands_among_the_rendered_ones_that_is_not_rendered() {
    let rendered: Vec<String> = hedgerow_book::files().into_iter().map(|file| file.path).collect();
    let folder = "docs/src/reference/fields";
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let path = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(rendered.contains(&path), "{path} is no rendering of today");
    }
}
