//! The flat form of records.

use crate::rendering::record::{READERS, slots, words};
use hedgerow::client::action::Outcome;
use hedgerow::wire::{Code, NOT_GIVEN, RECORD};
use std::fmt::Write;

const HEAD: &str = "/**
 * The flat form of actions and inputs: eight numbers, as the core reads and writes them. Nothing else knows the numbers.
 */
";

/// Codes, slots, and readers of packed numbers.
pub(crate) fn render() -> String {
    let mut out = HEAD.to_owned();
    let _ = write!(out, "\n/** Numbers of one record. */\nexport const RECORD = {RECORD};\n");
    let _ = write!(
        out,
        "\n/** Stands in a slot in which nothing is given. */\nexport const NOT_GIVEN = {NOT_GIVEN};\n"
    );
    let codes = Code::ALL.iter().map(|code| (format!("{code:?}"), code.number().into()));
    out += &numbers("What slot 0 of a record says it is.", "Code", codes);
    let places = slots().into_iter().map(capitalized).zip(0..);
    out += &numbers("Positions within a record.", "Slot", places);
    let outcomes = [Outcome::Ok, Outcome::Failed, Outcome::Cancelled];
    let outcomes = outcomes.map(|outcome| (format!("{outcome:?}"), outcome as u32));
    out += &numbers("How a call ended.", "Outcome", outcomes.into_iter());
    out += "\n/** The numbers of a record by position. */\nexport type ActionRecord = readonly [\n";
    for name in slots() {
        let kind = if name == "code" { "Code" } else { "number" };
        let _ = writeln!(out, "  {name}: {kind},");
    }
    out += "];\n";
    for (name, value, about) in words() {
        let _ = write!(out, "\n/** {about} */\nexport const {name} = {value};\n");
    }
    out + &READERS.map(|(word, part, about)| reader(word, part, about)).concat()
}

fn numbers(about: &str, name: &str, all: impl Iterator<Item = (String, u32)>) -> String {
    let mut out = format!("\n/** {about} */\nexport const enum {name} {{\n");
    for (word, number) in all {
        let _ = writeln!(out, "  {word} = {number},");
    }
    out + "}\n"
}

fn reader(word: &str, part: hedgerow::wire::packed::Part, about: &str) -> String {
    let shifted = if part.shift == 0 { "packed".to_owned() } else { format!("(packed >>> {})", part.shift) };
    let value = format!("{shifted} & {:#x}", part.of(u32::MAX));
    let (name, kind, value) = if word == "token" {
        ("hasToken".to_owned(), "boolean", format!("({value}) !== 0"))
    } else {
        (format!("{word}Of"), "number", value)
    };
    format!("\n/** {about} */\nexport function {name}(packed: number): {kind} {{\n  return {value};\n}}\n")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
