//! What a run could measure and does not, and why: said on the terminal and in the report, never passed over.
//!
//! What nobody asked for is not left out: who names the languages has the arms of those.

use crate::hosts::Host;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Arms that are not measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Their names.
    pub arms: Vec<String>,
    /// What is missing, and what would bring it.
    pub why: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not measured: {}: {}", self.arms.join(", "), self.why)
    }
}

/// The languages of a run, those that were asked for or else all that are there, and what of them is left out.
pub fn languages(asked: Option<Vec<Host>>) -> (Vec<Host>, Vec<LeftOut>) {
    sorted(asked, Host::missing, Host::has_addon)
}

fn sorted(
    asked: Option<Vec<Host>>,
    missing: impl Fn(Host) -> Option<&'static str>,
    has_addon: impl Fn(Host) -> bool,
) -> (Vec<Host>, Vec<LeftOut>) {
    let is_asked = asked.is_some();
    let (mut hosts, mut left_out) = (Vec::new(), Vec::new());
    for host in asked.unwrap_or_else(|| Host::value_variants().to_vec()) {
        // Who asked for a language that is missing is told by its start, which fails.
        if let Some(why) = missing(host).filter(|_| !is_asked) {
            let arms = host.arms().into_iter().chain(host.worker_arms()).collect();
            left_out.push(LeftOut { arms, why: why.to_owned() });
            continue;
        }
        hosts.push(host);
        let arms = host.worker_arms();
        if !arms.is_empty() && !has_addon(host) {
            left_out.push(LeftOut { arms, why: NO_ADDON.to_owned() });
        }
    }
    (hosts, left_out)
}

const NO_ADDON: &str = "the addon for Node is not built: `cargo xtask demo` and `cargo xtask node` build it";

#[cfg(test)]
mod tests {
    use super::*;

    fn named(left_out: &[LeftOut]) -> Vec<&str> {
        left_out.iter().flat_map(|one| &one.arms).map(String::as_str).collect()
    }

    #[test]
    fn languages_that_are_missing_are_left_out_with_all_their_arms_and_the_reason() {
        let missing = |host| (host == Host::Node || host == Host::Python).then_some("gone");
        let (hosts, left_out) = sorted(None, missing, |_| true);
        assert_eq!(hosts, [Host::Rust, Host::Browser]);
        let arms = ["node-plain", "node-hedgerow", "node-hedges-4x1", "node-hedges-4-shared"];
        assert_eq!(named(&left_out), [&arms[..], &["python-plain", "python-hedgerow"]].concat());
        assert!(left_out.iter().all(|one| one.why == "gone"));
    }

    #[test]
    fn without_the_addon_its_two_arms_are_left_out_of_node() {
        for asked in [None, Some(Host::value_variants().to_vec())] {
            let (hosts, left_out) = sorted(asked, |_| None, |_| false);
            assert_eq!(hosts, Host::value_variants());
            assert_eq!(named(&left_out), ["node-hedges-4x1", "node-hedges-4-shared"]);
        }
    }

    #[test]
    fn what_nobody_asked_for_is_not_left_out() {
        assert_eq!(sorted(Some(vec![Host::Rust]), |_| Some("gone"), |_| false), (vec![Host::Rust], vec![]));
    }

    #[test]
    fn what_is_left_out_is_said_in_one_line() {
        let one = LeftOut { arms: vec!["a".into(), "b".into()], why: "no c".into() };
        assert_eq!(one.to_string(), "not measured: a, b: no c");
    }
}
