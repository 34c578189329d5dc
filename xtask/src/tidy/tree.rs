//! The committed files, read once: text of all, tokens of the Rust ones.

use std::fs;
use std::path::Path;

use super::Finding;
use super::tokens::{Tokens, read};
use crate::child::{command, output, root};

/// A text file of the repository.
#[derive(Debug)]
pub(super) struct File {
    /// Path from the root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
    /// Tokens, when it is a Rust source.
    pub(super) tokens: Option<Tokens>,
}

/// All text files that are committed or would be by `git add --all`.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    pub(super) unreadable: Vec<Finding>,
}

impl Tree {
    /// Reads the files that git knows or would take.
    pub(super) fn read() -> Result<Self, String> {
        let list = output(&mut command("git", "ls-files --cached --others --exclude-standard"))
            .ok_or("git cannot list the files; tidy needs a git checkout")?;
        let mut tree = Self::default();
        for path in list.lines() {
            // A deleted file is still listed until the deletion is staged; a binary file has no text to check.
            if let Ok(text) = fs::read_to_string(root().join(path)) {
                tree.add(path, text);
            }
        }
        Ok(tree)
    }

    /// Adds one file; a Rust source that cannot be read as tokens is a finding.
    pub(super) fn add(&mut self, path: &str, text: String) {
        let tokens = is_rust(path).then(|| read(&text, is_test_path(path)));
        let tokens = match tokens.transpose() {
            Ok(tokens) => tokens,
            Err(error) => {
                self.unreadable.push(Finding::new("tokens", path, 1, "", error));
                None
            }
        };
        self.files.push(File { path: path.to_owned(), text, tokens });
    }

    /// Rust sources with their tokens.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&File, &Tokens)> {
        self.files.iter().filter_map(|file| Some((file, file.tokens.as_ref()?)))
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// A tree for the tests of the rules.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned());
        }
        tree
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "rs")
}

/// Whether a whole file is test code by its place.
fn is_test_path(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "examples"))
}
