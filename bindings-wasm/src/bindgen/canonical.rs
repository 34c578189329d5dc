//! The canonical form of a configuration, and its hash.

use alloc::format;
use alloc::string::String;

use super::document::config;
use super::{JsValue, wasm_bindgen};

/// The canonical configuration of a document: every field present, compact JSON.
#[wasm_bindgen(js_name = configJson)]
pub fn config_json(document: JsValue) -> Result<String, JsValue> {
    Ok(config(document)?.to_json())
}

/// The hash of the canonical configuration, 16 hex digits.
#[wasm_bindgen(js_name = configHash)]
pub fn config_hash(document: JsValue) -> Result<String, JsValue> {
    Ok(format!("{:016x}", config(document)?.canonical_hash()))
}
