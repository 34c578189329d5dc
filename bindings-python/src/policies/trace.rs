//! Traces: from compact bytes to lines, and back to decisions.

use hedgerow::trace::{Trace, replay};
use pyo3::prelude::*;

use crate::{document, error};

/// The lines of a trace, each ended by a line feed. They hold the seed.
#[pyfunction]
pub(crate) fn trace_lines(py: Python<'_>, trace: &[u8]) -> PyResult<String> {
    Ok(read(py, trace)?.lines().flat_map(|line| [line, "\n".into()]).collect())
}

/// The hash of the last line, 16 hex digits: the same on every target.
#[pyfunction]
pub(crate) fn trace_hash(py: Python<'_>, trace: &[u8]) -> PyResult<String> {
    Ok(format!("{:016x}", read(py, trace)?.hash()))
}

/// Repeats a trace under its configuration; the hash of the run, or an error that tells the first difference.
#[pyfunction]
pub(crate) fn replay_trace(config: &Bound<'_, PyAny>, trace: &[u8]) -> PyResult<String> {
    let py = config.py();
    let report = replay(&document::config(config)?, &read(py, trace)?);
    let report = report.map_err(|found| error::state(py, "diverged", &found.to_string()))?;
    Ok(format!("{:016x}", report.hash))
}

fn read(py: Python<'_>, bytes: &[u8]) -> PyResult<Trace> {
    Trace::from_bytes(bytes).map_err(|found| error::invalid(py, &found.to_string()))
}
