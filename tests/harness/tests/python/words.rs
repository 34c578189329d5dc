//! Words in the order of their codes, and reasons by code.

use crate::rendering::words::{List, STREAMS, lists};
use hedgerow::Reason;
use std::fmt::Write;

const HEAD: &str = "Rendered from the core's tables by `cargo xtask gen`; edit those instead.
\"\"\"

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal
";

/// The lists of words that records and documents use.
pub(crate) fn words() -> String {
    let streams = List {
        name: "STREAMS",
        kind: "StreamName",
        about: "Streams of draws that a test can script.",
        words: STREAMS.map(|(word, _)| word).to_vec(),
    };
    let lists: Vec<_> = lists().into_iter().chain([streams]).collect();
    let mut out = format!("\"\"\"Words of documents and records, in the order of their codes.\n\n{HEAD}");
    for List { kind, words, .. } in &lists {
        let _ = writeln!(out, "    {kind} = Literal[{}]", quoted(words));
    }
    for List { name, kind, about, words } in &lists {
        let comma = if words.len() == 1 { "," } else { "" };
        let _ = write!(
            out,
            "\n{name}: Final[tuple[{kind}, ...]] = ({}{comma})\n\"\"\"{about}\"\"\"\n",
            quoted(words)
        );
    }
    let numbers = STREAMS.map(|(word, kind)| format!("\"{word}\": {}", kind as u8)).join(", ");
    out + &format!(
        "\nSTREAM_NUMBERS: Final[dict[StreamName, int]] = {{{numbers}}}\n\"\"\"Numbers of those streams.\"\"\"\n"
    )
}

/// Slugs by code, and a constant for each code.
pub(crate) fn reasons() -> String {
    let mut slugs: Vec<_> = Reason::ALL.iter().map(|reason| reason.slug()).collect();
    slugs.sort_unstable();
    slugs.dedup();
    let mut out = format!("\"\"\"Reasons by their stable numbers.\n\n{HEAD}");
    out.push_str("\n    ReasonSlug = Literal[\n");
    for slug in slugs {
        let _ = writeln!(out, "        \"{slug}\",");
    }
    out.push_str("    ]\n\nREASONS: Final[dict[int, ReasonSlug]] = {\n");
    for reason in Reason::ALL {
        let _ = writeln!(out, "    {}: \"{}\",  # {}", reason.code(), reason.slug(), reason.text());
    }
    out.push_str("}\n\"\"\"Short names by code.\"\"\"\n\nCODES: Final[dict[ReasonSlug, int]] = {\n");
    let mut told = Vec::new();
    for reason in Reason::ALL.iter().filter(|reason| (10..30).contains(&reason.code())) {
        told.push(format!("    \"{}\": {},\n", reason.slug(), reason.code()));
    }
    out + &told.concat() + "}\n\"\"\"Codes of the reasons for which a call is not admitted.\"\"\"\n"
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
