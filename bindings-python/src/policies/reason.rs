//! Reasons and classes by their numbers.

use hedgerow::{FailureClass, Reason};
use pyo3::prelude::*;

/// Every code of a reason, ascending.
#[pyfunction]
pub(crate) fn reason_codes() -> Vec<u16> {
    Reason::ALL.iter().map(|reason| reason.code()).collect()
}

/// The short name of a reason.
#[pyfunction]
pub(crate) fn reason_slug(code: u16) -> Option<&'static str> {
    Reason::from_code(code).map(Reason::slug)
}

/// One sentence on a reason.
#[pyfunction]
pub(crate) fn reason_text(code: u16) -> Option<&'static str> {
    Reason::from_code(code).map(Reason::text)
}

/// The short name of a failure class.
#[pyfunction]
pub(crate) fn failure_class_slug(code: u8) -> Option<&'static str> {
    FailureClass::from_code(code).map(FailureClass::slug)
}
