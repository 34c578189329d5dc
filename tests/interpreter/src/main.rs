//! Plays every scenario of a folder against `core.wasm` in an interpreter: a line `name hash` for each.
//!
//! Node and the browser compile WebAssembly with one engine; an interpreter that shares nothing with it, and nothing with
//! the compiler of the native build, is a third witness. The module imports nothing, so there is nothing to provide.
//! `cargo xtask determinism` runs it: `hedgerow-interpreter MODULE FOLDER`.

mod module;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use hedgerow_harness::scenario::{self, Face};
use module::{Compiled, Interpreted};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(module), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("hedgerow-interpreter MODULE FOLDER");
        return ExitCode::FAILURE;
    };
    match play(Path::new(&module), Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn play(module: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let compiled = Compiled::new(&std::fs::read(module)?)?;
    for (name, document) in scenario::read(folder)? {
        let mut face = Interpreted::new(&compiled, &document)?;
        scenario::play(&mut face, &document);
        println!("{name} {}", face.end().hash);
    }
    Ok(())
}
