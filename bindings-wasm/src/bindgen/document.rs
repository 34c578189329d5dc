//! Documents: objects of JavaScript on their way in and out.

use hedgerow::config::Document;
use hedgerow::{Config, Seed};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error;

/// An object as a document.
pub(super) fn read(value: JsValue) -> Result<Document, JsValue> {
    Document::deserialize(Deserializer::from(value))
        .map_err(|found| error::error("config", &found.to_string()))
}

/// A configuration out of its document.
pub(super) fn config(value: JsValue) -> Result<Config, JsValue> {
    Config::from_document(&read(value)?).map_err(|found| error::config(&found))
}

/// A document as a plain object.
pub(super) fn show(document: &impl Serialize) -> Result<JsValue, JsValue> {
    let plain = Serializer::json_compatible();
    document.serialize(&plain).map_err(|found| error::invalid(&found.to_string()))
}

/// A seed out of its 32 bytes.
pub(super) fn seed(bytes: &[u8]) -> Result<Seed, JsValue> {
    Seed::from_slice(bytes).map_err(|found| error::invalid(&found.to_string()))
}

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
