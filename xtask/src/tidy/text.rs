//! Committed text speaks of the project alone: no path of somebody's machine, no host but the sources it cites.

use super::Finding;
use super::tree::Tree;

/// First folders of paths that exist on some machine only.
const FOLDERS: [&str; 8] = ["home", "root", "work", "Users", "tmp", "opt", "mnt", "var"];

/// Hosts that lead to published texts.
const CITED: [&str; 11] = [
    "docs.rs",
    "doc.rust-lang.org",
    "www.rfc-editor.org",
    "datatracker.ietf.org",
    "keepachangelog.com",
    "semver.org",
    "json-schema.org",
    "arxiv.org",
    "doi.org",
    "www.apache.org",
    "opensource.org",
];

/// Endings of names that are reserved for examples and tests.
const RESERVED: [&str; 5] = ["example.com", "example.org", ".example", ".test", ".invalid"];

/// Written by tools: a lock file names its registry, and who asks for support.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Paths and hosts, by line.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| !is_generated(&file.path));
    let lines = files
        .flat_map(|file| file.text.lines().enumerate().map(move |(index, line)| (file, index + 1, line)));
    lines
        .flat_map(|(file, number, line)| {
            let path = machine_path(line).map(|what| {
                Finding::new("text", &file.path, number, &what, format!("`{what}…` is a path of one machine"))
            });
            let hosts = hosts(line).filter(|host| !is_allowed(host)).map(move |host| {
                Finding::new("text", &file.path, number, host, format!("`{host}` is not a published source"))
            });
            path.into_iter().chain(hosts).collect::<Vec<_>>()
        })
        .collect()
}

fn is_generated(path: &str) -> bool {
    GENERATED.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// An absolute path: a first folder behind a slash that follows no path itself.
fn machine_path(line: &str) -> Option<String> {
    FOLDERS.iter().map(|folder| format!("/{folder}/")).find(|start| {
        line.match_indices(start.as_str()).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric() && !"./-_*>}".contains(before))
        })
    })
}

/// Hosts of the links of a line.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("://").filter_map(move |(at, _)| {
        let rest = &line[at + 3..];
        let end =
            rest.find(|end: char| !end.is_ascii_alphanumeric() && !".-".contains(end)).unwrap_or(rest.len());
        Some(&rest[..end]).filter(|host| host.contains('.'))
    })
}

fn is_allowed(host: &str) -> bool {
    let loopback = host.starts_with("127.") || host == "localhost";
    loopback || CITED.contains(&host) || RESERVED.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&Tree::of(&[("a.md", text)])).len()
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert_eq!(count(concat!("see `/", "home/me/x`")), 1);
        assert_eq!(count("docs/home/page, ./tmp/x and https://docs.rs/tmp/x"), 0);
    }

    #[test]
    fn a_host_is_a_cited_source_or_reserved() {
        assert_eq!(count(concat!("https:", "//build7.corp/x")), 1);
        assert_eq!(
            count("https://docs.rs/serde http://127.0.0.1:80 https://a.example/x http://{address}/x"),
            0
        );
    }
}
