//! Every file of conformance data has a runner, or is named in the list of what comes later.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Finding;
use super::tree::{File, Tree};

const FOLDER: &str = "tests/vectors/";
const DEFERRED: &str = "tests/vectors/DEFERRED";

/// Files without a runner, and lines of the list that name nothing.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files: Vec<_> = tree.files.iter().filter_map(|file| Some((name(file)?, cases(file)))).collect();
    let mut findings = lines(tree).filter_map(|line| line.finding(&files)).collect::<Vec<_>>();
    for (file, cases) in &files {
        let named = |case: &String| lines(tree).any(|line| line.file == *file && line.case == case);
        let deferred =
            lines(tree).any(|line| line.file == *file && line.case == ALL) || cases.iter().all(named);
        let message = match (has_runner(tree, file), deferred) {
            (false, false) => "no test names this file, and DEFERRED does not list it wholly",
            (true, true) => "a test names this file, but DEFERRED lists it wholly",
            _ if cases.is_empty() => "has no case with an id",
            _ => continue,
        };
        findings.push(finding(file, message));
    }
    findings
}

/// In place of a case: every case of the file.
const ALL: &str = "*";

/// A line of the list: `file case reason…`.
struct Line<'a> {
    number: usize,
    file: &'a str,
    case: &'a str,
    reason: bool,
    repeated: bool,
}

impl Line<'_> {
    fn finding(&self, files: &[(&str, BTreeSet<String>)]) -> Option<Finding> {
        let known = files.iter().find(|(file, _)| *file == self.file);
        let message = match known {
            None => format!("there is no file {}", self.file),
            Some((_, cases)) if self.case != ALL && !cases.contains(self.case) => {
                format!("{} has no case {}", self.file, self.case)
            }
            _ if !self.reason => "a line is `file case reason`".to_owned(),
            _ if self.repeated => format!("{} {} is listed twice", self.file, self.case),
            _ => return None,
        };
        Some(Finding::new("vectors", DEFERRED, self.number, self.case, message))
    }
}

fn lines(tree: &Tree) -> impl Iterator<Item = Line<'_>> {
    let mut seen = BTreeSet::new();
    let list = tree.text(DEFERRED).unwrap_or_default().lines().enumerate();
    list.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).map(move |(index, line)| {
        let mut words = line.split_whitespace();
        let (file, case) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Line {
            number: index + 1,
            file,
            case,
            reason: words.next().is_some(),
            repeated: !seen.insert((file, case)),
        }
    })
}

fn finding(file: &str, message: &str) -> Finding {
    Finding::new("vectors", &format!("{FOLDER}{file}"), 1, "", message)
}

/// The name of a file of cases.
fn name(file: &File) -> Option<&str> {
    file.path.strip_prefix(FOLDER).filter(|name| Path::new(name).extension().is_some_and(|end| end == "json"))
}

fn cases(file: &File) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&file.text).unwrap_or_default();
    let cases = document["cases"].as_array().into_iter().flatten();
    cases.filter_map(|case| Some(case["id"].as_str()?.to_owned())).collect()
}

/// Whether test code names the file in a string; prose does not count.
fn has_runner(tree: &Tree, name: &str) -> bool {
    let stem = name.trim_end_matches(".json");
    let names = |text: &str| text.starts_with('"') && (text.contains(name) || text.trim_matches('"') == stem);
    tree.sources().any(|(_, tokens)| tokens.all().iter().any(|token| token.in_test && names(&token.text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &str = r#"{"cases": [{"id": "one"}, {"id": "two"}]}"#;

    fn count(runner: &str, deferred: &str) -> usize {
        let files = [("tests/vectors/01-a.json", CASES), (DEFERRED, deferred), ("core/tests/a.rs", runner)];
        check(&Tree::of(&files)).len()
    }

    #[test]
    fn a_file_has_a_runner_or_is_deferred_wholly() {
        assert_eq!(count("const F: &str = \"01-a.json\";", ""), 0);
        assert_eq!(count("", "01-a.json * comes with the server"), 0);
        assert_eq!(count("", "01-a.json one comes later\n01-a.json two comes later"), 0);
        assert_eq!(count("", "01-a.json one comes later"), 1);
        assert_eq!(count("// 01-a.json in prose\n", ""), 1);
    }

    #[test]
    fn a_line_of_the_list_names_a_case_once_with_its_reason() {
        let runner = "const F: &str = \"01-a.json\";";
        assert_eq!(count(runner, "01-a.json one comes later"), 0);
        assert_eq!(count(runner, "01-a.json three comes later"), 1);
        assert_eq!(count(runner, "02-b.json one comes later"), 1);
        assert_eq!(count(runner, "01-a.json one"), 1);
        assert_eq!(count(runner, "01-a.json one x\n01-a.json one x"), 1);
    }

    #[test]
    fn a_file_with_a_runner_is_not_deferred_wholly() {
        assert_eq!(count("const F: &str = \"01-a.json\";", "01-a.json * comes later"), 1);
    }
}
