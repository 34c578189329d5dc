//! The commands `check`, `bounds`, `explain` and `replay` for JavaScript: words and files go in, what is printed comes out.
//!
//! The files are the host's: an object with `read(path)`, which answers bytes, and `write(path, bytes)`; either answers
//! the word of a fault instead (`not_found`, `denied`, `folder`, `other`).

use std::path::Path;

use hedgerow_why::command::{self, Fault, Files};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Files as the host reads and writes them.
    #[derive(Debug)]
    pub type HostFiles;

    #[wasm_bindgen(method)]
    fn read(this: &HostFiles, path: &str) -> JsValue;

    #[wasm_bindgen(method)]
    fn write(this: &HostFiles, path: &str, bytes: &[u8]) -> JsValue;
}

/// What a command came to.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Answer(command::Answer);

#[wasm_bindgen]
impl Answer {
    /// What goes to standard output.
    #[wasm_bindgen(getter)]
    pub fn stdout(&self) -> String {
        self.0.stdout.clone()
    }

    /// What goes to standard error.
    #[wasm_bindgen(getter)]
    pub fn stderr(&self) -> String {
        self.0.stderr.clone()
    }

    /// 0, 1 when a fault was found, 2 when it was asked in a way that it cannot answer.
    #[wasm_bindgen(getter)]
    pub fn exit(&self) -> u8 {
        self.0.exit
    }
}

/// Answers the words behind the command's name.
#[wasm_bindgen]
pub fn run(words: Vec<String>, files: &HostFiles) -> Answer {
    Answer(command::run(words.into_iter().map(Into::into), &mut Host(files)))
}

struct Host<'a>(&'a HostFiles);

impl Files for Host<'_> {
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, Fault> {
        let answer = self.0.read(&path.to_string_lossy());
        fault(&answer).map_or_else(|| Ok(Uint8Array::new(&answer).to_vec()), Err)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        fault(&self.0.write(&path.to_string_lossy(), bytes)).map_or(Ok(()), Err)
    }
}

/// The fault that the host answered in the place of bytes.
fn fault(answer: &JsValue) -> Option<Fault> {
    answer.as_string().map(|word| Fault::from_word(&word))
}
