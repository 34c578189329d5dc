//! A bar on standard error while runs go on; nothing where nobody looks.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many cases.
pub(crate) fn bar(cases: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}");
    ProgressBar::new(cases as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A mark that turns while it is not known how much is left.
pub(crate) fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
