//! `hedgerow-glue <module.wasm> <web|nodejs> <folder>`: the JavaScript and the types beside a module.
//!
//! A program of its own, because its one dependency takes longer to build than the whole task runner.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [module, target, folder] = words.as_slice() else {
        eprintln!("usage: hedgerow-glue <module.wasm> <web|nodejs> <folder>");
        return ExitCode::FAILURE;
    };
    match generate(module, target, Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(module: &str, target: &str, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("hedgerow").typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    // The library's default differs from the command's, and `init()` without arguments then fails.
    bindgen.omit_default_module_path(false);
    match target {
        "web" => bindgen.web(true)?,
        "nodejs" => bindgen.nodejs(true)?,
        other => return Err(format!("no target `{other}`: web or nodejs").into()),
    };
    Ok(bindgen.generate(folder)?)
}
