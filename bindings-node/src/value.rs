//! Values of JavaScript on cold paths: a document on its way in, one on its way out, or an error.
//!
//! The sources that the addon shares with the WebAssembly package call all three `JsValue`, as the generator of its
//! bindings does. An object is walked into the core's own document; a document goes out as JSON, which the core writes
//! anyway.

use hedgerow::config::{Document, MAX_DEPTH};
use napi::bindgen_prelude::{BigInt, FromNapiValue, Function, JsObjectValue, Object, ToNapiValue, TypeName};
use napi::{Env, JsValue as _, KeyCollectionMode, KeyConversion, KeyFilter, Unknown, ValueType, sys};

use crate::error::{Fault, error};

/// A value of JavaScript.
#[derive(Debug)]
pub(crate) enum JsValue {
    /// Given: a document.
    Document(Document),
    /// Told: a document as JSON.
    Json(String),
    /// Told: nothing.
    Undefined,
    /// What is wrong.
    Fault(Fault),
}

impl JsValue {
    pub(crate) const UNDEFINED: Self = Self::Undefined;
}

impl TypeName for JsValue {
    fn type_name() -> &'static str {
        "value"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

impl FromNapiValue for JsValue {
    // SAFETY: as for every type: environment and value are those that Node hands to a function of this addon.
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        // SAFETY: any value is an unknown one.
        let value = unsafe { Unknown::from_napi_value(env, value)? };
        Ok(match walk(Env::from_raw(env), &value, MAX_DEPTH) {
            Ok(document) => Self::Document(document),
            Err(fault) => fault,
        })
    }
}

impl ToNapiValue for JsValue {
    // SAFETY: as for every type: the environment is that of the function which answers the value.
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> napi::Result<sys::napi_value> {
        match value {
            Self::Json(text) => Ok(parse(Env::from_raw(env), &text)?.raw()),
            // SAFETY: the environment is the one that was given.
            _ => unsafe { ToNapiValue::to_napi_value(env, ()) },
        }
    }
}

/// The object of a JSON text.
fn parse(env: Env, text: &str) -> napi::Result<Unknown<'static>> {
    let json: Object = env.get_global()?.get_named_property("JSON")?;
    let parse: Function<'_, &str, Unknown<'_>> = json.get_named_property("parse")?;
    let value = parse.call(text)?;
    // SAFETY: the value lives as long as the call of the function that answers it.
    unsafe { Unknown::from_napi_value(env.raw(), value.raw()) }
}

/// A value that may nest `depth` levels further: an object may contain itself.
fn walk(env: Env, value: &Unknown<'_>, depth: u8) -> Result<Document, JsValue> {
    let kind = value.get_type().map_err(unreadable)?;
    Ok(match kind {
        ValueType::Null | ValueType::Undefined => Document::Null,
        ValueType::Number => Document::number(cast(value)?),
        ValueType::String => Document::Text(cast(value)?),
        ValueType::Boolean => Document::Bool(cast(value)?),
        ValueType::BigInt => whole(cast(value)?)?,
        ValueType::Object => {
            let depth = depth.checked_sub(1).ok_or_else(|| refused("nested too deeply"))?;
            let object = cast(value)?;
            if object_is_array(&object)? { list(env, &object, depth)? } else { map(env, object, depth)? }
        }
        _ => return Err(refused(NO_VALUE)),
    })
}

const NO_VALUE: &str = "neither a value of JSON nor a whole number of 64 bits";

fn whole(number: BigInt) -> Result<Document, JsValue> {
    let (_, unsigned, lossless) = number.get_u64();
    if lossless {
        return Ok(unsigned.into());
    }
    let (signed, lossless) = number.get_i64();
    lossless.then(|| signed.into()).ok_or_else(|| refused(NO_VALUE))
}

fn list(env: Env, object: &Object<'_>, depth: u8) -> Result<Document, JsValue> {
    let length = object.get_array_length().map_err(unreadable)?;
    let item = |at| walk(env, &object.get_element(at).map_err(unreadable)?, depth);
    Ok(Document::List((0..length).map(item).collect::<Result<_, _>>()?))
}

/// Names and values: of an object its own, of a map its entries. What else can be gone through has no names.
fn map(env: Env, object: Object<'_>, depth: u8) -> Result<Document, JsValue> {
    let object = entries(env, object)?;
    let (mode, filter) = (KeyCollectionMode::OwnOnly, KeyFilter::Enumerable);
    let names =
        object.get_all_property_names(mode, filter, KeyConversion::NumbersToStrings).map_err(unreadable)?;
    let mut map = Vec::new();
    for at in 0..names.get_array_length().map_err(unreadable)? {
        let name: Unknown<'_> = names.get_element(at).map_err(unreadable)?;
        if name.get_type().map_err(unreadable)? != ValueType::String {
            continue;
        }
        let name: String = cast(&name)?;
        let value = object.get_named_property::<Unknown<'_>>(&name).map_err(unreadable)?;
        map.push((name, walk(env, &value, depth)?));
    }
    Ok(Document::Map(map))
}

fn entries(env: Env, object: Object<'_>) -> Result<Object<'_>, JsValue> {
    let global = env.get_global().map_err(unreadable)?;
    let symbols: Object<'_> = global.get_named_property_unchecked("Symbol").map_err(unreadable)?;
    let iterator: Unknown<'_> = symbols.get_named_property("iterator").map_err(unreadable)?;
    if !object.has_property_js(iterator).map_err(unreadable)? {
        return Ok(object);
    }
    let objects: Object<'_> = global.get_named_property_unchecked("Object").map_err(unreadable)?;
    let from: Function<'_, Object<'_>, Object<'_>> =
        objects.get_named_property("fromEntries").map_err(unreadable)?;
    from.call(object).map_err(|_| refused("a list of no pairs"))
}

fn object_is_array(object: &Object<'_>) -> Result<bool, JsValue> {
    object.is_array().map_err(unreadable)
}

fn cast<T: FromNapiValue>(value: &Unknown<'_>) -> Result<T, JsValue> {
    // SAFETY: the type of the value was looked at, and each type refuses what it is not.
    unsafe { value.cast() }.map_err(unreadable)
}

/// A getter threw, or a proxy.
fn unreadable(found: napi::Error) -> JsValue {
    refused(&found.reason)
}

fn refused(what: &str) -> JsValue {
    error("config", what)
}
