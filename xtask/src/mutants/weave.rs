//! One copy of the core with every mutant in it, each behind its number.
//!
//! The body of a function becomes a choice between copies of itself: one for each mutant, with the mutated place in it,
//! and the body as it is for every other number. So nothing is built twice. Functions lose their `const`, since a choice
//! at run time is none of the compiler's; constants themselves are therefore left out. A mutant that does not compile is
//! found by the line of the error and left out as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::list::{Mutant, Place};
use super::run::Program;
use crate::child::root;

/// What of the workspace the copy needs: the core, and what its tests read.
const PARTS: [&str; 5] = ["core", "tests/vectors", "tests/traces", "Cargo.lock", "Cargo.toml"];

/// Files without mutants that call functions of those with some from `const` functions of their own.
const CALLERS: [&str; 1] = ["core/src/client/call.rs"];

/// How often what does not compile is taken out.
const ROUNDS: usize = 10;

/// What asks for the number, at the end of the copy's root.
const WOVEN: &str = "
extern crate std as woven_std;
#[doc(hidden)]
pub fn woven() -> u32 {
    static NUMBER: woven_std::sync::OnceLock<u32> = woven_std::sync::OnceLock::new();
    *NUMBER.get_or_init(|| woven_std::env::var(\"HEDGEROW_MUTANT\").ok().and_then(|text| text.parse().ok()).unwrap_or(0))
}
";

/// Which lines of a woven file hold which mutant.
type Arms = BTreeMap<String, Vec<(Range<usize>, usize)>>;

/// Builds the woven core; answers the mutants, those left out marked, and the programs of its tests.
pub(super) fn build(copy: &Path, mut mutants: Vec<Mutant>) -> Option<(Vec<Mutant>, Vec<Program>)> {
    for mutant in &mut mutants {
        mutant.woven = mutant.function.is_some();
    }
    prepare(copy).ok()?;
    for _ in 0..ROUNDS {
        let arms = write(copy, &mutants).ok()?;
        let told = cargo(copy, "check --lib --message-format json");
        let broken = broken(&told, &arms)?;
        if broken.is_empty() {
            return Some((mutants, programs(copy)?));
        }
        println!("{} mutants do not compile", broken.len());
        for number in broken {
            mutants[number - 1].woven = false;
        }
    }
    None
}

/// Makes the copy, with a workspace of the core alone.
fn prepare(copy: &Path) -> std::io::Result<()> {
    let _ = fs::remove_dir_all(copy);
    for part in PARTS {
        copy_all(&root().join(part), &copy.join(part))?;
    }
    let manifest = fs::read_to_string(copy.join("Cargo.toml"))?;
    let line = |line: &str| match line.split_once(" = ") {
        Some((name @ ("members" | "default-members"), _)) => format!("{name} = [\"core\"]\n"),
        _ => format!("{line}\n"),
    };
    // What is woven is read by no one.
    let of_core = fs::read_to_string(copy.join("core/Cargo.toml"))?;
    fs::write(copy.join("core/Cargo.toml"), of_core.replace("[lints]\nworkspace = true\n", ""))?;
    fs::write(copy.join("Cargo.toml"), manifest.lines().map(line).collect::<String>())
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy_all(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// Writes every source anew, with the mutants that compile.
fn write(copy: &Path, mutants: &[Mutant]) -> std::io::Result<Arms> {
    let mut arms = Arms::new();
    for path in sources(&root().join("core/src"))? {
        let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
        let mut text = fs::read_to_string(&path)?;
        let of_file: Vec<_> =
            (1..).zip(mutants).filter(|(_, mutant)| mutant.woven && mutant.file == name).collect();
        if !of_file.is_empty() {
            let (woven, lines) = weave(&text, &of_file);
            text = woven;
            arms.insert(name.clone(), lines);
        }
        if !of_file.is_empty() || CALLERS.contains(&name.as_str()) {
            text = text.replace("const fn ", "fn ");
        }
        if name == "core/src/lib.rs" {
            // A mutant may overflow whatever it is given; that is for the tests to notice.
            text = text.replace(
                "#![no_std]",
                "#![no_std]\n#![allow(warnings, arithmetic_overflow, unconditional_panic)]",
            );
            text.push_str(WOVEN);
        }
        fs::write(copy.join(&name), text)?;
    }
    Ok(arms)
}

fn sources(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The text with each function a choice between its mutants; and the lines of each.
fn weave(text: &str, mutants: &[(usize, &Mutant)]) -> (String, Vec<(Range<usize>, usize)>) {
    let (mut out, mut arms, mut done) = (String::new(), Vec::new(), 0);
    for (lines, group) in functions(mutants) {
        let body = body(text, &lines);
        out.push_str(&text[done..body.start]);
        out.push_str("match crate::woven() {\n");
        for (number, mutant) in group {
            let from = out.lines().count() + 1;
            let (start, end) = (offset(text, mutant.from), offset(text, mutant.to));
            let _ = write!(out, "{number} => {{");
            let parts =
                [&text[body.start..start], " ", &mutant.replacement, " ", &text[end..body.end], "\n}\n"];
            out.extend(parts);
            arms.push((from..out.lines().count() + 1, number));
        }
        let _ = write!(out, "_ => {{{}\n}}\n}}", &text[body.clone()]);
        done = body.end;
    }
    out.push_str(&text[done..]);
    (out, arms)
}

/// First and last line of a function, and its mutants with their numbers.
type Group<'a> = ((usize, usize), Vec<(usize, &'a Mutant)>);

/// The mutants of each outermost function, in the order of the file.
fn functions<'a>(mutants: &[(usize, &'a Mutant)]) -> Vec<Group<'a>> {
    let mut sorted: Vec<_> =
        mutants.iter().filter_map(|&(number, mutant)| Some((mutant.function?, number, mutant))).collect();
    sorted.sort_by_key(|&((from, to), number, _)| (from, usize::MAX - to, number));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (lines, number, mutant) in sorted {
        match groups.last_mut() {
            Some((outer, group)) if lines.0 <= outer.1 => group.push((number, mutant)),
            _ => groups.push((lines, vec![(number, mutant)])),
        }
    }
    groups
}

/// What lies between the braces of the function on these lines.
fn body(text: &str, &(from, to): &(usize, usize)) -> Range<usize> {
    let lines: Vec<&str> = text.lines().collect();
    // Comments and attributes before it may hold braces too.
    let is_head = |line: &&str| ["///", "//", "#["].iter().any(|start| line.trim_start().starts_with(start));
    let first = from + lines[from - 1..].iter().take_while(|line| is_head(line)).count();
    let start = offset(text, (first, 1));
    let end = offset(text, (to, 1)) + lines[to - 1].len();
    let open = text[start..].find('{').map_or(start, |at| start + at + 1);
    let close = text[..end].rfind('}').unwrap_or(end);
    open..close
}

/// The byte of a place; columns count characters.
fn offset(text: &str, (line, column): Place) -> usize {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[before..];
    before + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
}

/// What cargo tells in the copy; dependencies are those of the workspace, and so is what was built of them.
fn cargo(copy: &Path, words: &str) -> String {
    let mut command = Command::new("cargo");
    command.args(words.split_whitespace()).current_dir(copy);
    command.env("CARGO_TARGET_DIR", root().join("target"));
    println!("$ cargo {words}");
    let output = command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::inherit()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

fn messages(told: &str) -> impl Iterator<Item = Value> {
    told.lines().filter_map(|line| serde_json::from_str(line).ok())
}

/// The numbers of mutants that do not compile; none when something else does not.
fn broken(told: &str, arms: &Arms) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut all_known = true;
    for message in messages(told).filter(|message| message["message"]["level"] == "error") {
        let spans = message["message"]["spans"].as_array().cloned().unwrap_or_default();
        let numbers: Vec<usize> = spans.iter().filter_map(|span| arm_of(span, arms)).collect();
        if numbers.is_empty() && !spans.is_empty() {
            eprintln!("{}", message["message"]["rendered"].as_str().unwrap_or_default());
            all_known = false;
        }
        found.extend(numbers);
    }
    found.sort_unstable();
    found.dedup();
    (all_known || !found.is_empty()).then_some(found)
}

fn arm_of(span: &Value, arms: &Arms) -> Option<usize> {
    let line = usize::try_from(span["line_start"].as_u64()?).ok()?;
    let of_file = arms.get(span["file_name"].as_str()?)?;
    of_file.iter().find(|(lines, _)| lines.contains(&line)).map(|(_, number)| *number)
}

/// The programs of the tests.
fn programs(copy: &Path) -> Option<Vec<Program>> {
    let told = cargo(copy, "test --no-run --lib --tests --message-format json");
    let read = |message: Value| {
        let path = message["executable"].as_str()?.to_owned();
        message["profile"]["test"].as_bool()?.then_some(())?;
        Some(Program {
            name: message["target"]["name"].as_str()?.to_owned(),
            path: path.into(),
            folder: copy.join("core"),
        })
    };
    let found: Vec<_> = messages(&told).filter_map(read).collect();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/// Says {.\npub const fn a(n: u8) -> bool {\n    n < 5\n}\n\nfn b() {}\n";

    fn mutant(replacement: &str, columns: (usize, usize)) -> Mutant {
        let (from, to) = ((3, columns.0), (3, columns.1));
        Mutant {
            replacement: replacement.to_owned(),
            from,
            to,
            function: Some((1, 4)),
            ..Mutant::of("a.rs", "")
        }
    }

    #[test]
    fn a_function_becomes_a_choice_between_its_mutants() {
        let (less, all) = (mutant("<=", (7, 8)), mutant("true", (5, 10)));
        let (woven, arms) = weave(TEXT, &[(7, &less), (9, &all)]);
        let choice = "match crate::woven() {\n7 => {\n    n  <=  5\n\n}\n9 => {\n     true \n\n}\n_ => {\n    n < 5\n\n}\n}";
        assert_eq!(woven, TEXT.replace("\n    n < 5\n", choice));
        let lines: Vec<&str> = woven.lines().collect();
        assert_eq!((lines[arms[0].0.start - 1], arms[0].1), ("7 => {", 7));
        assert_eq!((lines[arms[1].0.start - 1], arms[1].1), ("9 => {", 9));
    }

    #[test]
    fn a_place_counts_characters() {
        assert_eq!(offset("a\n²b\n", (2, 2)), 4);
    }
}
