//! The flat form of records.

use crate::rendering::record::{READERS, slots, words};
use hedgerow::wire::packed::Part;
use hedgerow::wire::{Code, NOT_GIVEN};
use std::fmt::Write;

const HEAD: &str = "Nothing else knows the numbers.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.
\"\"\"

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeAlias

    Record: TypeAlias = tuple[int, int, int, int, int, float, float, int]
";

/// Codes, and readers of packed numbers.
pub(crate) fn render() -> String {
    let mut out = format!(
        "\"\"\"The flat form of an action, as the core writes it: ({}).\n\n{HEAD}\n",
        slots().join(", ")
    );
    // An answer of the module tells what a start or an input led to, which is never an input.
    for code in Code::ALL.iter().filter(|code| code.number() < Code::Start.number()) {
        let _ = writeln!(out, "{}: Final = {}", format!("{code:?}").to_uppercase(), code.number());
    }
    let _ =
        write!(out, "\nNOT_GIVEN: Final = {NOT_GIVEN}\n\"\"\"Stands for a number that is not given.\"\"\"\n");
    for (name, value, about) in words() {
        let _ = write!(out, "\n{name}: Final = {value}\n\"\"\"{about}\"\"\"\n");
    }
    out + &READERS.map(|(word, part, about)| reader(word, part, about)).concat()
}

fn reader(word: &str, part: Part, about: &str) -> String {
    let shifted = if part.shift == 0 { "packed".to_owned() } else { format!("packed >> {}", part.shift) };
    let value = format!("{shifted} & {:#X}", part.of(u32::MAX));
    let (name, kind, value) = if word == "token" {
        ("has_token".to_owned(), "bool", format!("{value} != 0"))
    } else {
        (format!("{word}_of"), "int", value)
    };
    format!("\n\ndef {name}(packed: int) -> {kind}:\n    \"\"\"{about}\"\"\"\n    return {value}\n")
}
