//! The core decides from its arguments alone: no clock, no entropy, no hash order, no float, no unsafe code.

use super::Finding;
use super::tokens::{Token, Tokens};
use super::tree::Tree;

/// The sources of the core.
const CORE: &str = "core/src/";

/// Words that bring the outside in, and what to do instead.
const WORDS: [(&str, &str); 9] = [
    ("std", "the core is `no_std`: use `core` or `alloc`"),
    ("SystemTime", "wall time is an argument"),
    ("HashMap", "hash order is not the same everywhere: use a sorted vector or a BTreeMap"),
    ("HashSet", "hash order is not the same everywhere: use a sorted vector or a BTreeSet"),
    ("getrandom", "the seed is an argument"),
    ("thread_rng", "chance comes from the policy's own stream"),
    ("OsRng", "the seed is an argument"),
    ("unsafe", "the core has no unsafe code"),
    ("atomic", "shared state makes two clients depend on each other: use a field"),
];

/// The core's sources, test code aside; the words for real time also in its tests, which run on virtual time.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, tokens) in tree.sources() {
        if file.path.starts_with(CORE) {
            findings.extend(words(&file.path, tokens));
            findings.extend(floats(&file.path, tokens));
        }
        if file.path.starts_with("core/") && !file.path.starts_with("core/benches/") {
            findings.extend(real_time(&file.path, tokens));
        }
    }
    findings
}

fn words(path: &str, tokens: &Tokens) -> Vec<Finding> {
    live(tokens)
        .filter_map(|(token, before)| {
            // `'static` is a lifetime.
            let (word, why) = WORDS.iter().find(|(word, _)| *word == token.text && before != "'")?;
            Some(Finding::new("purity", path, token.line, word, format!("`{word}`: {why}")))
        })
        .collect()
}

fn floats(path: &str, tokens: &Tokens) -> Vec<Finding> {
    live(tokens)
        // After a dot it is a field of a field, such as `pair.0.1`.
        .filter(|(token, before)| is_float(&token.text) && *before != ".")
        .map(|(token, _)| {
            let message = format!("`{}`: integers decide; a ratio is in parts per million", token.text);
            Finding::new("floats", path, token.line, &token.text, message)
        })
        .collect()
}

/// Tokens outside of tests, each with the text before it.
fn live(tokens: &Tokens) -> impl Iterator<Item = (&Token, &str)> {
    let all = tokens.all().iter().enumerate().filter(|(_, token)| !token.in_test);
    all.map(|(at, token)| (token, tokens.text(at.wrapping_sub(1))))
}

/// A float's type, or a literal with a point, an exponent or a float's suffix: `1.5`, `1e3`, `2f64`.
fn is_float(text: &str) -> bool {
    let digits = text.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '_');
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    matches!(text, "f32" | "f64") || is_number && digits.starts_with(['.', 'e', 'E', 'f'])
}

fn real_time(path: &str, tokens: &Tokens) -> Vec<Finding> {
    let patterns: [&[&str]; 4] = [
        &["Instant", ":", ":", "now"],
        &["SystemTime", ":", ":", "now"],
        &["std", ":", ":", "time"],
        &["thread", ":", ":", "sleep"],
    ];
    let found = patterns
        .iter()
        .flat_map(|pattern| tokens.find(pattern).into_iter().map(|token| (token.line, pattern.concat())));
    found
        .map(|(line, what)| {
            Finding::new("real-time", path, line, &what, format!("`{what}`: time is virtual here"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(source: &str) -> Vec<&'static str> {
        check(&Tree::of(&[("core/src/a.rs", source)])).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_clock_a_hash_and_unsafe_code_are_found() {
        assert_eq!(rules("fn f() { std::time::Instant::now(); }"), ["purity", "real-time", "real-time"]);
        assert_eq!(rules("use alloc::HashMap;"), ["purity"]);
        assert_eq!(rules("fn f() { unsafe { g() } }"), ["purity"]);
    }

    #[test]
    fn floats_are_found_by_type_and_by_literal() {
        assert_eq!(rules("const A: f64 = 1.5;"), ["floats", "floats"]);
        assert_eq!(rules("const A: T = 1e3; const B: T = 2f32;"), ["floats", "floats"]);
        assert_eq!(
            rules("const A: u64 = 0x1e3; const B: usize = 1usize; fn f(t: T) -> u8 { t.0.1 }"),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn tests_may_use_std_but_not_its_clock() {
        assert_eq!(rules("#[cfg(test)] mod tests { use std::vec::Vec; }"), Vec::<&str>::new());
        assert_eq!(rules("#[cfg(test)] mod tests { use std::time::Instant; }"), ["real-time"]);
    }
}
