//! Every reason, by ranges of numbers.

use crate::table::{Table, code};
use hedgerow::Reason;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Reasons

Every decision carries a reason: a number and a short name, both stable and only ever added to. The sentence beside them
is for people and may change. A short name may stand in two ranges (`call_timeout` completes, cancels and wakes); the
number tells which.
";

/// The page of all reasons.
pub(crate) fn page() -> String {
    let mut out = String::from(INTRODUCTION);
    let mut topics: Vec<(&str, Vec<&Reason>)> = Vec::new();
    for reason in Reason::ALL {
        match topics.last_mut() {
            Some((topic, reasons)) if *topic == reason.topic() => reasons.push(reason),
            _ => topics.push((reason.topic(), vec![reason])),
        }
    }
    for (topic, reasons) in topics {
        let _ = writeln!(out, "\n## {topic}\n");
        let mut table = Table::new(&["number", "name", "meaning"]);
        for reason in reasons {
            table.row([reason.code().to_string(), code(reason.slug()), reason.text().into()]);
        }
        out.push_str(table.text().trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_under_one_heading_of_its_topic() {
        let page = page();
        for reason in Reason::ALL {
            assert!(page.contains(&format!("| {} | `{}` |", reason.code(), reason.slug())), "{reason:?}");
            assert_eq!(page.matches(&format!("## {}\n", reason.topic())).count(), 1, "{reason:?}");
        }
    }
}
