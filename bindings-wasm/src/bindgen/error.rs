//! Errors as JavaScript knows them: an `Error` with `code`, and with `path`, `value` and `range` for a document.

use alloc::string::ToString;

use hedgerow::ConfigError;
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// An `Error` with this code and text.
pub(super) fn error(code: &str, text: &str) -> JsValue {
    let error = Error::new(text);
    put(&error, "code", code);
    error.into()
}

/// The error of a document; its text is the core's.
pub(super) fn config(found: &ConfigError) -> JsValue {
    let error = Error::new(&found.to_string());
    put(&error, "code", "config");
    put(&error, "path", &found.path);
    put(&error, "value", &found.value);
    put(&error, "range", &found.range);
    error.into()
}

/// An argument of the wrong type or length.
pub(super) fn invalid(text: &str) -> JsValue {
    error("invalid_argument", text)
}

/// An argument that the core refuses.
pub(super) fn shown(found: &impl ToString) -> JsValue {
    invalid(&found.to_string())
}

fn put(error: &Error, name: &str, value: &str) {
    // A fresh error takes every property.
    let _ = Reflect::set(error, &name.into(), &value.into());
}
