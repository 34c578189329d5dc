//! `xtask/tidy.allow`: single places where a rule does not hold, each with its reason.
//!
//! A line is `rule path reason…` or `rule path:item reason…`; the item is a function, a room or a word, as the rule
//! reports it. Empty lines and lines that begin with `#` say nothing.

use super::Finding;
use super::tree::Tree;

/// Where the allowances are.
const LIST: &str = "xtask/tidy.allow";

/// Shortest reason that says something.
const SHORTEST_REASON: usize = 10;

/// Takes the allowed findings out, and adds one for each line that is malformed or allows nothing.
pub(super) fn apply(tree: &Tree, findings: &[Finding]) -> Vec<Finding> {
    let list = tree.text(LIST).unwrap_or_default();
    let lines: Vec<_> = list.lines().enumerate().filter_map(|(index, line)| parse(index + 1, line)).collect();
    let mut left: Vec<_> =
        findings.iter().filter(|finding| !lines.iter().any(|line| line.allows(finding))).cloned().collect();
    for line in &lines {
        if line.reason < SHORTEST_REASON {
            left.push(line.finding("an allowance is `rule path reason`, with a reason"));
        } else if !findings.iter().any(|finding| line.allows(finding)) {
            left.push(line.finding("allows nothing any more: delete the line"));
        }
    }
    left
}

struct Allowance<'a> {
    number: usize,
    rule: &'a str,
    path: &'a str,
    item: Option<&'a str>,
    reason: usize,
}

impl Allowance<'_> {
    fn allows(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.path == finding.path
            && self.item.is_none_or(|item| item == finding.item)
    }

    fn finding(&self, message: &str) -> Finding {
        Finding::new("allow", LIST, self.number, self.path, message)
    }
}

fn parse(number: usize, line: &str) -> Option<Allowance<'_>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (rule, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (place, reason) = rest.trim().split_once(' ').unwrap_or((rest, ""));
    let (path, item) = place.split_once(':').map_or((place, None), |(path, item)| (path, Some(item)));
    Some(Allowance { number, rule, path, item, reason: reason.trim().len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(list: &str) -> Vec<Finding> {
        let finding = Finding::new("floats", "core/src/a.rs", 3, "f64", "a float");
        apply(&Tree::of(&[(LIST, list)]), &[finding])
    }

    #[test]
    fn an_allowed_place_is_no_finding() {
        assert_eq!(left("# why\n\nfloats core/src/a.rs:f64 reads decimals"), []);
        assert_eq!(left("floats core/src/a.rs reads decimals"), []);
    }

    #[test]
    fn another_place_is_not_allowed_and_its_line_is_stale() {
        assert_eq!(left("floats core/src/b.rs reads decimals").len(), 2);
        assert_eq!(left("floats core/src/a.rs:f32 reads decimals").len(), 2);
    }

    #[test]
    fn an_allowance_without_a_reason_is_a_finding() {
        assert_eq!(left("floats core/src/a.rs so").len(), 1);
    }
}
