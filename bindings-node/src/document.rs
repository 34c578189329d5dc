//! Documents of the core, read and shown.

use hedgerow::config::Document;
use hedgerow::{Config, Seed};

use crate::error;
use crate::value::JsValue;

/// A value as a document.
pub(crate) fn read(value: JsValue) -> Result<Document, JsValue> {
    match value {
        JsValue::Document(document) => Ok(document),
        other => Err(other),
    }
}

/// A configuration out of its document.
pub(crate) fn config(value: JsValue) -> Result<Config, JsValue> {
    Config::from_document(&read(value)?).map_err(|found| error::config(&found))
}

/// The object of a JSON text.
#[expect(clippy::unnecessary_wraps, reason = "where a text is parsed at once, that can fail")]
pub(crate) fn parse(text: &str) -> Result<JsValue, JsValue> {
    Ok(JsValue::Json(text.into()))
}

/// A seed out of its 32 bytes.
pub(crate) fn seed(bytes: &[u8]) -> Result<Seed, JsValue> {
    Seed::from_slice(bytes).map_err(|found| error::shown(&found))
}
