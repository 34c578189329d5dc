//! A room is named by its concept; a drawer for anything has no concept.

use super::Finding;
use super::tree::Tree;

const DRAWERS: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

/// Source files and folders named like drawers.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.files.iter().filter(|file| !file.path.starts_with('.'));
    sources
        .filter_map(|file| {
            let name = file.path.split('/').find(|part| DRAWERS.contains(&stem(part)))?;
            let message = format!("`{name}` names no concept: name the room by what it holds");
            Some(Finding::new("names", &file.path, 1, name, message))
        })
        .collect()
}

fn stem(part: &str) -> &str {
    part.split('.').next().unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawer_is_found_as_a_file_and_as_a_folder() {
        let tree = Tree::of(&[("a/utils.rs", ""), ("a/common/b.rs", ""), ("a/commonly.rs", "")]);
        assert_eq!(check(&tree).len(), 2);
    }
}
