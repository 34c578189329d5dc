//! Documents: objects of JavaScript on their way in and out.
//!
//! An object is walked into the core's own document, which the one table of fields then reads; a deserialiser made for
//! JavaScript would weigh a tenth of the module. A document goes out as JSON, which the core writes anyway.

use hedgerow::config::{Document, MAX_DEPTH};
use hedgerow::{Config, Seed};
use js_sys::{Array, JSON, Object, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};

use super::error;

/// An object as a document.
#[expect(clippy::needless_pass_by_value, reason = "arguments of JavaScript arrive owned")]
pub(super) fn read(value: JsValue) -> Result<Document, JsValue> {
    walk(&value, MAX_DEPTH)
}

/// A configuration out of its document.
pub(super) fn config(value: JsValue) -> Result<Config, JsValue> {
    Config::from_document(&read(value)?).map_err(|found| error::config(&found))
}

/// A document as a plain object.
pub(super) fn show(document: &Document) -> Result<JsValue, JsValue> {
    JSON::parse(&document.to_json())
}

/// A seed out of its 32 bytes.
pub(super) fn seed(bytes: &[u8]) -> Result<Seed, JsValue> {
    Seed::from_slice(bytes).map_err(|found| error::shown(&found))
}

/// The object of a JSON text.
#[cfg(feature = "policies")]
pub(super) fn parse(text: &str) -> Result<JsValue, JsValue> {
    JSON::parse(text)
}

/// A value that may nest `depth` levels further: an object may contain itself.
fn walk(value: &JsValue, depth: u8) -> Result<Document, JsValue> {
    if let Some(plain) = plain(value)? {
        return Ok(plain);
    }
    let depth = depth.checked_sub(1).ok_or_else(|| refused("nested too deeply"))?;
    if Array::is_array(value) {
        let list = value.unchecked_ref::<Array>().iter().map(|item| walk(&item, depth));
        return Ok(Document::List(list.collect::<Result<_, _>>()?));
    }
    let entries = entries(value)?;
    let named = entries.iter().map(|entry| {
        let entry = entry.unchecked_into::<Array>();
        let name = entry.get(0).as_string().unwrap_or_default();
        Ok((name, walk(&entry.get(1), depth)?))
    });
    Ok(Document::Map(named.collect::<Result<_, JsValue>>()?))
}

/// What is neither a list nor a map; an error for what no document has.
fn plain(value: &JsValue) -> Result<Option<Document>, JsValue> {
    let found = if value.is_null() || value.is_undefined() {
        Document::Null
    } else if let Some(number) = value.as_f64() {
        Document::number(number)
    } else if let Some(text) = value.as_string() {
        Document::Text(text)
    } else if let Some(truth) = value.as_bool() {
        truth.into()
    } else if value.is_object() {
        return Ok(None);
    } else {
        let small = i64::try_from(value.clone()).map(Document::from);
        let whole = small.or_else(|value| u64::try_from(value).map(Document::from));
        whole.map_err(|_| refused("neither a value of JSON nor a whole number of 64 bits"))?
    };
    Ok(Some(found))
}

/// Names and values: of an object its own, of a map its entries. What else can be gone through has no names.
fn entries(value: &JsValue) -> Result<Array, JsValue> {
    if Reflect::has(value, &Symbol::iterator())? {
        let object = Object::from_entries(value).map_err(|_| refused("a list of no pairs"))?;
        return Ok(Object::entries(&object));
    }
    Ok(Object::entries(value.unchecked_ref()))
}

fn refused(what: &str) -> JsValue {
    error::error("config", what)
}
