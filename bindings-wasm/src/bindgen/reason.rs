//! Reasons and classes by their numbers.

use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::{FailureClass, Reason};

use super::wasm_bindgen;

/// Every code of a reason, ascending.
#[wasm_bindgen(js_name = reasonCodes)]
pub fn reason_codes() -> Vec<u16> {
    Reason::ALL.iter().map(|reason| reason.code()).collect()
}

/// The short name of a reason.
#[wasm_bindgen(js_name = reasonSlug)]
pub fn reason_slug(code: u16) -> Option<String> {
    Reason::from_code(code).map(|reason| reason.slug().into())
}

/// One sentence on a reason.
#[wasm_bindgen(js_name = reasonText)]
pub fn reason_text(code: u16) -> Option<String> {
    Reason::from_code(code).map(|reason| reason.text().into())
}

/// The short name of a failure class.
#[wasm_bindgen(js_name = failureClassSlug)]
pub fn failure_class_slug(code: u8) -> Option<String> {
    FailureClass::from_code(code).map(|class| class.slug().into())
}
