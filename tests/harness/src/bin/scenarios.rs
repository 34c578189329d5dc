//! Writes scenarios into a folder, or plays those that are there; `cargo xtask determinism` runs both.
//!
//! `scenarios write FOLDER COUNT` and `scenarios play FOLDER`. For each scenario it prints its name and the hash of the
//! last line of its trace.

use std::path::Path;
use std::process::ExitCode;

use hedgerow_harness::scenario::{self, Face, Native};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["write", folder, count] => match count.parse() {
            Ok(count) => scenario::write(Path::new(folder), count).and_then(|()| play(folder)),
            Err(_) => return usage(),
        },
        ["play", folder] => play(folder),
        _ => return usage(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("scenarios write FOLDER COUNT | scenarios play FOLDER");
    ExitCode::FAILURE
}

fn play(folder: &str) -> std::io::Result<()> {
    for (name, document) in scenario::read(Path::new(folder))? {
        let mut face = Native::new(&document);
        scenario::play(&mut face, &document);
        println!("{name} {}", face.end().hash);
    }
    Ok(())
}
