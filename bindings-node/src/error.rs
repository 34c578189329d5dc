//! Errors as JavaScript knows them: an `Error` with `code`, and with `path`, `value` and `range` for a document.

use hedgerow::ConfigError;
use hedgerow_shared::Gone;
use napi::bindgen_prelude::JsObjectValue;
use napi::{Env, JsValue as _};

use crate::value::JsValue;

/// An error on its way to JavaScript.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    code: String,
    text: String,
    /// Path, value and range of a document's fault.
    place: Option<[String; 3]>,
}

impl Fault {
    fn new(code: &str, text: &str) -> Self {
        Self { code: code.into(), text: text.into(), place: None }
    }

    /// A panic left the object in an unknown state.
    pub(crate) fn poisoned() -> Self {
        Self::new("poisoned", "a panic left this object in an unknown state")
    }

    /// There is no object with this handle.
    pub(crate) fn unknown() -> Self {
        Self::new("invalid_argument", "no object with this handle")
    }

    /// As JavaScript throws it.
    pub(crate) fn thrown(&self, env: Env) -> napi::Error {
        self.object(env).unwrap_or_else(|fault| fault)
    }

    fn object(&self, env: Env) -> napi::Result<napi::Error> {
        let mut error = env.create_error(napi::Error::from_reason(&self.text))?;
        error.set_named_property("code", self.code.as_str())?;
        for (name, value) in ["path", "value", "range"].into_iter().zip(self.place.iter().flatten()) {
            error.set_named_property(name, value.as_str())?;
        }
        Ok(napi::Error::from(error.to_unknown()))
    }
}

/// An `Error` with this code and text.
pub(crate) fn error(code: &str, text: &str) -> JsValue {
    JsValue::Fault(Fault::new(code, text))
}

/// The error of a document; its text is the core's.
pub(crate) fn config(found: &ConfigError) -> JsValue {
    let place = [&found.path, &found.value, &found.range].map(String::clone);
    JsValue::Fault(Fault { place: Some(place), ..Fault::new("config", &found.to_string()) })
}

/// An argument of the wrong type or length.
pub(crate) fn invalid(text: &str) -> JsValue {
    error("invalid_argument", text)
}

/// An argument that the core refuses.
pub(crate) fn shown(found: &impl ToString) -> JsValue {
    invalid(&found.to_string())
}

impl From<JsValue> for Fault {
    fn from(value: JsValue) -> Self {
        match value {
            JsValue::Fault(fault) => fault,
            _ => Self::new("invalid_argument", "a value was thrown that is no error"),
        }
    }
}

impl From<napi::Error> for Fault {
    fn from(found: napi::Error) -> Self {
        Self::new("invalid_argument", &found.reason)
    }
}

impl From<ConfigError> for Fault {
    fn from(found: ConfigError) -> Self {
        config(&found).into()
    }
}

impl From<Gone> for Fault {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Poisoned => Self::poisoned(),
            Gone::Left => Self::new("closed", "this worker has left"),
            Gone::Full => Self::new("invalid_argument", "too many workers share this state"),
        }
    }
}
