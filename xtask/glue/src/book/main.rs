//! `hedgerow-book-html <book> [--serve]`: the pages of the book as HTML, and whether their links lead somewhere.
//!
//! A program of its own, because its one dependency takes longer to build than the whole task runner.

mod serve;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mdbook_driver::MDBook;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.as_slice() {
        [book] => checked(Path::new(book)),
        [book, "--serve"] => serve::serve(Path::new(book)),
        _ => Err("usage: hedgerow-book-html <book> [--serve]".into()),
    };
    if let Err(error) = ended {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Builds the book; answers the folder of its pages.
fn build(book: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let book = MDBook::load(book)?;
    book.build()?;
    Ok(book.build_dir_for("html"))
}

fn checked(book: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let folder = build(book)?;
    let links = hedgerow_book::links::check(&folder);
    for missing in &links.missing {
        eprintln!("leads nowhere: {missing}");
    }
    println!("{} links; {}", links.count, folder.join("index.html").display());
    // A book without links was not read.
    if links.missing.is_empty() && links.count > 100 {
        Ok(())
    } else {
        Err("the book has broken links".into())
    }
}
