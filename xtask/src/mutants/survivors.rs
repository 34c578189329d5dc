//! `tests/mutants/survivors.txt`: mutants that no test can tell from the core, each with the reason.
//!
//! A line is `file: what = reason`. Empty lines and lines that begin with `#` say nothing.

use std::collections::BTreeMap;
use std::fs;

use super::list::Mutant;
use super::run::Fate;
use crate::child::root;

const LIST: &str = "tests/mutants/survivors.txt";

/// Whether those that survived are those that are listed.
pub(super) fn compare(told: &[(&Mutant, Fate)]) -> bool {
    let text = fs::read_to_string(root().join(LIST)).unwrap_or_default();
    let found = different(told, &text);
    for line in &found {
        println!("{line}");
    }
    found.is_empty()
}

fn different(told: &[(&Mutant, Fate)], text: &str) -> Vec<String> {
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(" = ") {
            Some((name, reason)) => drop(listed.insert(name.to_owned(), reason.to_owned())),
            None => found.push(format!("a survivor without a reason: {line}")),
        }
    }
    for (mutant, fate) in told {
        let name = format!("{}: {}", mutant.file, mutant.what);
        let known = listed.remove(&name).is_some();
        match fate {
            Fate::Survived if !known => found.push(format!("survived: {name}")),
            Fate::Caught if known => found.push(format!("is caught now: {name}")),
            _ => {}
        }
    }
    found.extend(listed.into_keys().map(|name| format!("is no mutant any more: {name}")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survivor_that_is_not_listed_and_a_line_that_is_stale_are_told() {
        let [a, b, c] = ["a", "b", "c"].map(|what| Mutant::of("f.rs", what));
        let told = [(&a, Fate::Survived), (&b, Fate::Caught), (&c, Fate::Survived)];
        assert!(different(&told, "# why\n\nf.rs: a = equal\nf.rs: c = equal\n").is_empty());
        assert_eq!(different(&told, "f.rs: a = equal\n"), ["survived: f.rs: c"]);
        let text = "f.rs: a = equal\nf.rs: b = equal\nf.rs: c = equal\nf.rs: d = equal\nf.rs: e";
        assert_eq!(
            different(&told, text),
            [
                "a survivor without a reason: f.rs: e",
                "is caught now: f.rs: b",
                "is no mutant any more: f.rs: d"
            ]
        );
    }
}
