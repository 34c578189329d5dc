//! Counters of a client: the names of a document of counters, with what their fields say in the source.

use crate::sources::{parse, public_fields, variants};
use crate::table::{Table, code};

const INTRODUCTION: &str = "\
# Counters

`stats()` answers what a client has done since it was built. Counters are whole numbers and saturate. Every reason has a
counter of its own ([reasons](reasons.md)), so refusals, sends of each kind, denied hedges and retries, completions,
cancels and ignored reports need no others. Attempts are counted by how they ended
([classes](outcomes.md#classes-of-failures)). Beside these stand:
";

const EVENTS: &str = "\
## Events of calls

Transitions of calls are counted too: from which state, by which of these events, to which state.
";

/// The page of counters.
pub(crate) fn page() -> String {
    let source = parse("core/src/stats.rs");
    let mut table = Table::new(&["counter", "meaning"]);
    for (name, meaning) in public_fields(&source, "Stats") {
        table.row([code(&name), meaning]);
    }
    let mut events = Table::new(&["number", "event"]);
    for (number, (_, meaning)) in variants(&source, "CallEvent").into_iter().enumerate() {
        events.row([number.to_string(), meaning]);
    }
    format!("{INTRODUCTION}\n{}{EVENTS}\n{}", table.text(), events.text().trim_end()) + "\n"
}
