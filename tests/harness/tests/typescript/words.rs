//! Words in the order of their codes, and reasons by code.

use crate::rendering::words::{List, STREAMS, lists};
use hedgerow::Reason;
use std::fmt::Write;

/// The lists of words that records and documents use.
pub(crate) fn words() -> String {
    let codes: Vec<_> = STREAMS.iter().map(|(word, kind)| format!("{word}: {}", *kind as u8)).collect();
    let numbers = format!(
        "/** Numbers of the streams of draws that a test can script. */\nexport const STREAM_NUMBERS = {{ {} }} as const;\nexport type StreamName = keyof typeof STREAM_NUMBERS;\n",
        codes.join(", ")
    );
    format!("{}\n{numbers}", lists().map(|found| list(&found)).join("\n"))
}

/// Slugs by code, and codes by name.
pub(crate) fn reasons() -> String {
    let mut slugs: Vec<_> = Reason::ALL.iter().map(|reason| reason.slug()).collect();
    slugs.sort_unstable();
    slugs.dedup();
    let mut out = String::from("/** Stable short names of the reasons. */\nexport type ReasonSlug =\n");
    for slug in slugs {
        let _ = writeln!(out, "  | '{slug}'");
    }
    out.truncate(out.trim_end().len());
    out.push_str(
        ";\n\n/** Short names by code, of the reasons that records and denials carry; other codes are left out. */\nexport const REASONS: readonly (ReasonSlug | undefined)[] = [\n",
    );
    let mut next = 0;
    for reason in Reason::ALL.iter().filter(|reason| !is_told_by_code(**reason)) {
        let code = reason.code();
        if code > next {
            let _ = writeln!(out, " {}", " ,".repeat(usize::from(code - next)));
        }
        let _ = writeln!(out, "  '{}', // {code}", reason.slug());
        next = code + 1;
    }
    out.push_str("];\n\n/** Codes by name. */\nexport const enum ReasonCode {\n");
    for reason in Reason::ALL {
        let _ = writeln!(out, "  /** {} */\n  {reason:?} = {},", reason.text(), reason.code());
    }
    out.push_str("}\n");
    out
}

/// What a wake-up waits for, what lowers the score of an endpoint, what is wrong with the text of a token: no record
/// carries these. Every page that uses the driver downloads the list of the others.
const fn is_told_by_code(reason: Reason) -> bool {
    matches!(reason.code(), 160..=168 | 180..=187 | 201..=202)
}

fn list(List { name, kind, about, words }: &List) -> String {
    let words = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    format!(
        "/** {about} */\nexport const {name} = [{words}] as const;\nexport type {kind} = (typeof {name})[number];\n"
    )
}
