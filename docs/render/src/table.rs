//! Tables of Markdown.

use std::fmt::Write;

/// A table with these headings.
#[derive(Debug)]
pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(headings.iter().map(ToString::to_string));
        table.0.push_str(&"|---".repeat(headings.len()));
        table.0.push_str("|\n");
        table
    }

    /// Adds a row; a bar in a cell would end it, so it is escaped.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for cell in cells {
            let _ = write!(self.0, "| {} ", cell.replace('|', "\\|"));
        }
        self.0.push_str("|\n");
    }

    pub(crate) fn text(self) -> String {
        self.0 + "\n"
    }
}

/// A text as code.
pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Words as code, with commas between them.
pub(crate) fn codes<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(code).collect::<Vec<_>>().join(", ")
}
