//! The pages of the book as their sources are: Markdown with fenced blocks and included files.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A page, by its path in the folder of the pages.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path, with forward slashes.
    pub path: String,
    /// Its text as it is committed.
    pub text: String,
}

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands behind the opening fence: a language, and words after a comma.
    pub info: String,
    /// The lines between the fences, with what they include.
    pub text: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// The folder of the pages.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")
}

/// Every page, in the order of their paths.
///
/// # Panics
///
/// Panics when a page cannot be read.
pub fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    find(&folder(), &mut paths);
    paths.sort();
    let page = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(folder()).unwrap_or(path);
        Page { path: path.to_string_lossy().replace('\\', "/"), text }
    };
    paths.iter().map(page).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, paths);
        } else if path.extension().is_some_and(|end| end == "md") {
            paths.push(path);
        }
    }
}

impl Page {
    /// The fenced blocks of the page.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (at, line) in self.text.lines().enumerate() {
            match (line.strip_prefix("```"), open) {
                (Some(info), false) => {
                    blocks.push(Block { info: info.into(), text: String::new(), line: at + 1 });
                }
                (None, true) => {
                    if let Some(block) = blocks.last_mut() {
                        block.text = format!("{}{}\n", block.text, self.included(line).trim_end());
                    }
                    continue;
                }
                (Some(_), true) => {}
                (None, false) => continue,
            }
            open = !open;
        }
        blocks
    }

    /// The line, or the file that it includes.
    fn included(&self, line: &str) -> String {
        let Some(path) = line.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"))
        else {
            return line.to_owned();
        };
        let path = folder().join(&self.path).with_file_name("").join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {}: {error}", self.path, path.display()))
    }
}

impl Block {
    /// Whether the block is of a language.
    pub fn is(&self, language: &str) -> bool {
        self.info.split(',').next() == Some(language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_lines() {
        let page = Page { path: "a.md".into(), text: "x\n```json,refused\n{}\n```\n```\ny\n```\n".into() };
        let block = |info: &str, text: &str, line| Block { info: info.into(), text: text.into(), line };
        assert_eq!(page.blocks(), [block("json,refused", "{}\n", 2), block("", "y\n", 5)]);
        assert!(page.blocks()[0].is("json"));
    }
}
