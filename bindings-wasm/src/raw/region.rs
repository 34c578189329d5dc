//! Memory that host and module share: the input and the output.

use alloc::string::ToString;
use alloc::vec::Vec;

use hedgerow::ConfigError;
use hedgerow::config::Document;
use spin::Mutex;

use crate::json;

static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Sizes the input and answers where it begins; the host writes there before it calls.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_input(length: usize) -> *mut u8 {
    let mut input = INPUT.lock();
    input.resize(length, 0);
    input.as_mut_ptr()
}

/// Where the output of the last call begins.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_output() -> *const u8 {
    OUTPUT.lock().as_ptr()
}

/// The length of the output.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_output_length() -> usize {
    OUTPUT.lock().len()
}

/// Reads the first bytes of the input.
pub(super) fn with_input<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    let input = INPUT.lock();
    read(input.get(..length).unwrap_or(&input))
}

/// Reads the input as text; bytes that are none are no text.
pub(super) fn with_text<T>(length: usize, read: impl FnOnce(&str) -> T) -> Option<T> {
    with_input(length, |bytes| core::str::from_utf8(bytes).ok().map(read))
}

/// Reads the input as a JSON document.
pub(super) fn document(length: usize) -> Result<Document, Failure> {
    with_input(length, json::read).map_err(|found| Failure::text("config", &found))
}

/// Leaves bytes in the output; answers how many.
pub(super) fn put(bytes: Vec<u8>) -> usize {
    let mut output = OUTPUT.lock();
    *output = bytes;
    output.len()
}

/// Why a call failed, as the host reads it.
#[derive(Debug)]
pub(super) struct Failure(Document);

impl Failure {
    /// A failure with this code and text.
    pub(super) fn text(code: &str, message: &str) -> Self {
        Self(Document::map([("code", code.into()), ("message", message.into())]))
    }

    /// Leaves it in the output.
    pub(super) fn put(self) {
        put(self.0.to_json().into_bytes());
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self(Document::map([
            ("code", "config".into()),
            ("message", error.to_string().as_str().into()),
            ("path", error.path.as_str().into()),
            ("value", error.value.as_str().into()),
            ("range", error.range.as_str().into()),
        ]))
    }
}
