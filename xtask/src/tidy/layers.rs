//! Dependencies point one way: ground floor, then policies that do not know each other, then the machine.

use super::Finding;
use super::tokens::{Token, Tokens};
use super::tree::Tree;

/// The sources of the core.
const CORE: &str = "core/src/";

/// Rooms that every policy may use.
const GROUND: [&str; 4] = ["time", "rng", "id", "reason"];

/// Policies: each knows the ground floor and itself.
const POLICIES: [&str; 9] =
    ["balance", "hedge", "latency", "limit", "retry", "token", "timer", "signal", "stall"];

/// What a room of the ground floor may use beside itself.
const UNDER: [(&str, &[&str]); 4] = [("time", &[]), ("rng", &["time"]), ("id", &[]), ("reason", &[])];

/// Paths inside the core that a room may not use.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, tokens) in tree.sources() {
        let Some(inside) = file.path.strip_prefix(CORE) else { continue };
        let room = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        let Some(allowed) = allowed(room) else { continue };
        for (token, target) in targets(tokens, file_depth(inside)) {
            if target != room && !allowed.contains(&target.as_str()) {
                let message =
                    format!("room `{room}` may not use `{target}`: only the machine combines policies");
                findings.push(Finding::new("layers", &file.path, token.line, &target, message));
            }
        }
    }
    findings
}

/// What a room may use; none when it may use everything.
fn allowed(room: &str) -> Option<Vec<&'static str>> {
    if let Some((_, under)) = UNDER.iter().find(|(name, _)| *name == room) {
        return Some(under.to_vec());
    }
    if POLICIES.contains(&room) {
        return Some(GROUND.to_vec());
    }
    // Settings types of the policies, and the kinds of a call; the machine itself stays out of the configuration.
    (room == "config").then(|| [&GROUND[..], &POLICIES[..]].concat())
}

/// Modules from the root of the crate to this file: 1 for `stall.rs` and `hedge/mod.rs`, 2 for `hedge/delay.rs`.
fn file_depth(inside: &str) -> usize {
    inside.split('/').filter(|part| *part != "mod.rs").count()
}

/// First names of all paths that begin at the root of the crate, test code aside.
fn targets(tokens: &Tokens, file_depth: usize) -> Vec<(&Token, String)> {
    let mut targets = Vec::new();
    for (at, token) in tokens.all().iter().enumerate().filter(|(_, token)| !token.in_test) {
        let rest = match token.text.as_str() {
            "crate" => Some(at + 1),
            "super" if tokens.text(at.wrapping_sub(3)) != "super" => {
                beyond_root(tokens, at, file_depth + token.depth)
            }
            _ => None,
        };
        if let Some(rest) = rest.filter(|&rest| tokens.text(rest) == ":") {
            targets.extend(heads(tokens, rest + 2).into_iter().map(|name| (token, name)));
        }
    }
    targets
}

/// The place after as many `super` as there are modules around.
fn beyond_root(tokens: &Tokens, at: usize, depth: usize) -> Option<usize> {
    let count = (0..tokens.all().len()).take_while(|n| tokens.text(at + 3 * n) == "super").count();
    (count >= depth).then_some(at + 3 * count - 2)
}

/// The name at this place, or the first names of a group of paths.
fn heads(tokens: &Tokens, at: usize) -> Vec<String> {
    if tokens.text(at) != "{" {
        return vec![tokens.text(at).to_owned()];
    }
    let close = tokens.all()[at].close;
    let mut names = vec![tokens.text(at + 1).to_owned()];
    let mut inner = at + 1;
    while inner < close {
        if tokens.text(inner) == "," && inner + 1 < close {
            names.push(tokens.text(inner + 1).to_owned());
        }
        inner = tokens.all()[inner].close + 1;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(path: &str, source: &str) -> Vec<String> {
        check(&Tree::of(&[(path, source)])).into_iter().map(|finding| finding.item).collect()
    }

    #[test]
    fn a_policy_uses_the_ground_floor_and_itself() {
        let source =
            "use crate::{hedge::delay::D, rng::{Seed, Stream}}; use crate::time::Instant; use super::delay;";
        assert_eq!(items("core/src/hedge/limiter.rs", source), Vec::<String>::new());
    }

    #[test]
    fn a_policy_does_not_use_another_one_by_any_path() {
        assert_eq!(items("core/src/hedge/limiter.rs", "use crate::retry::budget::Budget;"), ["retry"]);
        assert_eq!(items("core/src/hedge/limiter.rs", "use crate::{time::Instant, retry::B};"), ["retry"]);
        assert_eq!(items("core/src/hedge/limiter.rs", "fn f(c: crate::client::Client) {}"), ["client"]);
        assert_eq!(items("core/src/stall.rs", "use super::retry::B;"), ["retry"]);
        assert_eq!(items("core/src/hedge/limiter.rs", "use super::super::retry::B;"), ["retry"]);
        assert_eq!(items("core/src/stall.rs", "mod a { use super::super::retry::B; }"), ["retry"]);
    }

    #[test]
    fn a_flat_export_is_no_way_round() {
        assert_eq!(items("core/src/stall.rs", "use crate::Budget;"), ["Budget"]);
    }

    #[test]
    fn the_ground_floor_uses_nothing_above_it() {
        assert_eq!(items("core/src/time.rs", "use crate::rng::Seed;"), ["rng"]);
    }

    #[test]
    fn the_machine_and_test_code_use_what_they_need() {
        assert_eq!(items("core/src/client/start.rs", "use crate::retry::B;"), Vec::<String>::new());
        assert_eq!(
            items("core/src/stall.rs", "#[cfg(test)] mod tests { use crate::retry::B; }"),
            Vec::<String>::new()
        );
    }
}
