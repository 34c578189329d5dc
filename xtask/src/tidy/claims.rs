//! A promise of the architecture page names the test that keeps it, and that test exists.
//!
//! A name is `file::function` in backquotes, as in `` `prop_wheel::the_wheel_fires_what_the_heap_fires` ``; `file` is
//! the stem of a Rust source or one of its folders, or the stem of a Python source.

use super::Finding;
use super::tree::Tree;

/// Pages whose names are looked up.
const PAGES: [&str; 1] = ["ARCHITECTURE.md"];

/// Names of tests that no source holds.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|file| PAGES.contains(&file.path.as_str()));
    let lines = pages
        .flat_map(|page| page.text.lines().enumerate().map(move |(index, line)| (page, index + 1, line)));
    lines
        .flat_map(|(page, number, line)| {
            let missing = names(line).filter(|(file, function)| !exists(tree, file, function));
            missing.map(move |(file, function)| {
                let message = format!("no source `{file}` has a function `{function}`");
                Finding::new("claims", &page.path, number, function, message)
            })
        })
        .collect()
}

/// Pairs of file and function in the backquotes of a line.
fn names(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|name| name.split_once("::"))
        .filter(|(file, function)| is_name(file) && is_name(function))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|part| part.is_ascii_lowercase() || part.is_ascii_digit() || part == '_')
}

fn exists(tree: &Tree, file: &str, function: &str) -> bool {
    let mut sources = tree
        .sources()
        .filter(|(source, _)| source.path.trim_end_matches(".rs").split('/').any(|part| part == file));
    sources.any(|(_, tokens)| !tokens.find(&["fn", function]).is_empty())
        || tree.files.iter().any(|source| {
            let is_of =
                source.path.strip_suffix(".py").is_some_and(|path| path.ends_with(&format!("/{file}")));
            is_of && source.text.contains(&format!("def {function}("))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(page: &str) -> usize {
        check(&Tree::of(&[(PAGES[0], page), ("core/tests/a.rs", "fn it_holds() {}")])).len()
    }

    #[test]
    fn a_test_that_is_named_exists() {
        assert_eq!(count("kept by `a::it_holds` and `Client::new`"), 0);
        assert_eq!(count("kept by `a::it_does_not` and `b::it_holds`"), 2);
    }

    #[test]
    fn a_test_in_python_exists_too() {
        let source = ("bindings-python/tests/test_a.py", "def test_it() -> None:\n    pass\n");
        let count = |page: &str| check(&Tree::of(&[(PAGES[0], page), source])).len();
        assert_eq!(count("kept by `test_a::test_it`"), 0);
        assert_eq!(count("kept by `test_a::test_i` and `a::test_it`"), 2);
    }
}
