//! Every file of conformance data has a runner, or is named in the list of what comes later; and a case that a runner
//! leaves to another test names one.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Finding;
use super::tree::{File, Tree};

const FOLDER: &str = "tests/vectors/";
const DEFERRED: &str = "tests/vectors/DEFERRED";
const ELSEWHERE: &str = "tests/vectors/ELSEWHERE";

/// Files without a runner, and lines of the list that name nothing.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files: Vec<_> = tree.files.iter().filter_map(|file| Some((name(file)?, cases(file)))).collect();
    let mut findings = lines(tree, DEFERRED).filter_map(|line| line.finding(&files)).collect::<Vec<_>>();
    findings.extend(lines(tree, ELSEWHERE).filter_map(|line| line.elsewhere(tree, &files)));
    for (file, cases) in &files {
        let named = |case: &String| lines(tree, DEFERRED).any(|line| line.file == *file && line.case == case);
        let deferred = lines(tree, DEFERRED).any(|line| line.file == *file && line.case == ALL)
            || cases.iter().all(named);
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
    list: &'static str,
    number: usize,
    file: &'a str,
    case: &'a str,
    reason: Option<&'a str>,
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
            _ if self.reason.is_none() => "a line is `file case reason`".to_owned(),
            _ if self.repeated => format!("{} {} is listed twice", self.file, self.case),
            _ => return None,
        };
        Some(Finding::new("vectors", self.list, self.number, self.case, message))
    }

    /// What is wrong with a line that names a test: it must exist, in a file that names the case.
    fn elsewhere(&self, tree: &Tree, files: &[(&str, BTreeSet<String>)]) -> Option<Finding> {
        let found = self.finding(files);
        if found.is_some() {
            return found;
        }
        let holds = self.reason.and_then(|test| test.split_once("::")).is_some_and(|(stem, test)| {
            let named = |path: &str| Path::new(path).file_stem().is_some_and(|name| name == stem);
            let case = format!("\"{}\"", self.case);
            tree.sources().any(|(source, tokens)| {
                named(&source.path) && source.text.contains(&case) && !tokens.find(&["fn", test]).is_empty()
            })
        });
        let message = "want `file case test-file::test`, a test that exists in a file that names the case";
        (!holds).then(|| Finding::new("vectors", self.list, self.number, self.case, message))
    }
}

fn lines<'a>(tree: &'a Tree, name: &'static str) -> impl Iterator<Item = Line<'a>> {
    let mut seen = BTreeSet::new();
    let list = tree.text(name).unwrap_or_default().lines().enumerate();
    list.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).map(move |(index, line)| {
        let mut words = line.split_whitespace();
        let (file, case) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Line {
            list: name,
            number: index + 1,
            file,
            case,
            reason: words.next(),
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

    #[test]
    fn a_case_that_runs_elsewhere_names_its_test_in_a_file_that_names_the_case() {
        let count = |test: &str, line: &str| {
            let runner = ("core/tests/a.rs", "const F: &str = \"01-a.json\";");
            let files =
                [("tests/vectors/01-a.json", CASES), (ELSEWHERE, line), runner, ("sim/tests/b.rs", test)];
            check(&Tree::of(&files)).len()
        };
        let test = "#[test] fn it_holds() { run(\"one\"); }";
        assert_eq!(count(test, "01-a.json one b::it_holds five seeds"), 0);
        assert_eq!(count(test, "01-a.json one b::it_does_not"), 1);
        assert_eq!(count(test, "01-a.json two b::it_holds"), 1);
        assert_eq!(count(test, "01-a.json three b::it_holds"), 1);
        assert_eq!(count(test, "01-a.json one later"), 1);
    }
}
