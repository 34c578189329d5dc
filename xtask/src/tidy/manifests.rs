//! One version for all, committed versions of everything else, and a core that depends on what the list names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;
use super::tree::Tree;
use crate::child::{cargo, output};

/// What the core may depend on, one name on a line.
const CORE_DEPENDENCIES: &str = "xtask/core-dependencies.txt";

/// Crates whose output is part of the contract: another version gives other decisions.
const GENERATORS: [&str; 3] = ["rand_chacha", "rand_core", "rand_xoshiro"];

/// Versions, requirements and dependencies, as cargo reads them.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let metadata = output(&mut cargo("metadata --locked --offline --no-deps --format-version 1"));
    let Some(metadata) = metadata.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
        return vec![finding("Cargo.lock", "cargo cannot read the workspace with the committed lock file")];
    };
    let mut findings = versions(tree, &metadata);
    findings.extend(requirements(&metadata));
    findings.extend(core_dependencies(tree));
    if tree.text("Cargo.lock").is_none() {
        findings.push(finding("Cargo.lock", "the lock file is committed"));
    }
    findings
}

fn finding(path: &str, message: impl Into<String>) -> Finding {
    Finding::new("manifests", path, 1, "", message)
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Every crate has the version that the changelog begins with.
fn versions(tree: &Tree, metadata: &Value) -> Vec<Finding> {
    let all: BTreeSet<_> = packages(metadata).map(|package| text(package, "version")).collect();
    let changelog = tree.text("CHANGELOG.md").unwrap_or_default();
    let newest = changelog
        .lines()
        .find_map(|line| line.strip_prefix("## [")?.split_once(']'))
        .map(|(version, _)| version);
    let mut findings = Vec::new();
    if all.len() != 1 {
        findings.push(finding("Cargo.toml", format!("the crates have different versions: {all:?}")));
    }
    if newest.is_none_or(|newest| !all.contains(newest)) {
        findings.push(finding(
            "CHANGELOG.md",
            format!("its first version is not that of the crates: {newest:?}"),
        ));
    }
    findings
}

/// No requirement admits any version; those of the generators admit one.
fn requirements(metadata: &Value) -> Vec<Finding> {
    let dependencies = packages(metadata).flat_map(|package| {
        // A path is its own version.
        let list =
            package["dependencies"].as_array().into_iter().flatten().filter(|one| one["path"].is_null());
        list.map(move |dependency| (text(package, "name"), text(dependency, "name"), text(dependency, "req")))
    });
    dependencies
        .filter_map(|(package, name, required)| {
            let exact = required.starts_with('=');
            let message = if GENERATORS.contains(&name) && !exact {
                "is pinned with `=`: its output is part of every trace"
            } else if required.contains('*') {
                "has a version requirement"
            } else {
                return None;
            };
            Some(finding("Cargo.toml", format!("{package} needs {name} {required}: it {message}")))
        })
        .collect()
}

/// The core's dependencies are the committed list, no more and no less.
fn core_dependencies(tree: &Tree) -> Vec<Finding> {
    let Some(shown) = output(&mut cargo("tree --locked --offline -p hedgerow -e normal --prefix none"))
    else {
        return vec![finding("core/Cargo.toml", "cargo cannot list the core's dependencies")];
    };
    let first_words = shown.lines().filter_map(|line| line.split_whitespace().next());
    let real: BTreeSet<_> = first_words.filter(|name| *name != "hedgerow").collect();
    let list = tree.text(CORE_DEPENDENCIES).unwrap_or_default();
    let committed: BTreeSet<_> =
        list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let differences = real.symmetric_difference(&committed).map(|name| {
        let what = if real.contains(name) { "is a new dependency of the core" } else { "is none any more" };
        finding(CORE_DEPENDENCIES, format!("`{name}` {what}"))
    });
    differences.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(version: &str, name: &str, required: &str) -> Value {
        let dependency = json!({"name": name, "req": required});
        json!({"packages": [{"name": "a", "version": "0.1.0", "dependencies": [dependency]},
            {"name": "b", "version": version, "dependencies": []}]})
    }

    #[test]
    fn a_crate_of_another_version_is_found() {
        let tree = Tree::of(&[("CHANGELOG.md", "# Changelog\n\n## [0.1.0] - unreleased\n\n## [0.0.1]")]);
        assert_eq!(versions(&tree, &metadata("0.1.0", "", "")), []);
        assert_eq!(versions(&tree, &metadata("0.2.0", "", "")).len(), 1);
    }

    #[test]
    fn the_changelog_begins_with_the_version() {
        let tree = Tree::of(&[("CHANGELOG.md", "## [0.0.9]")]);
        assert_eq!(versions(&tree, &metadata("0.1.0", "", "")).len(), 1);
    }

    #[test]
    fn a_generator_is_pinned_and_nothing_is_open() {
        assert_eq!(requirements(&metadata("0.1.0", "rand_chacha", "=0.10.0")), []);
        assert_eq!(requirements(&metadata("0.1.0", "rand_chacha", "^0.10.0")).len(), 1);
        assert_eq!(requirements(&metadata("0.1.0", "serde", "*")).len(), 1);
    }
}
