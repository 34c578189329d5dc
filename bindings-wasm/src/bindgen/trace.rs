//! Traces: from compact bytes to lines, and back to decisions.

use alloc::format;
use alloc::string::{String, ToString};

use hedgerow::trace::{Trace, replay};

use super::{JsValue, document, error, wasm_bindgen};

/// The lines of a trace, each ended by a line feed. They hold the seed.
#[wasm_bindgen(js_name = traceLines)]
pub fn trace_lines(bytes: &[u8]) -> Result<String, JsValue> {
    let mut text = String::new();
    for line in read(bytes)?.lines() {
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// The hash of the last line, 16 hex digits: the same on every target.
#[wasm_bindgen(js_name = traceHash)]
pub fn trace_hash(bytes: &[u8]) -> Result<String, JsValue> {
    Ok(format!("{:016x}", read(bytes)?.hash()))
}

/// Repeats a trace under its configuration; the hash of the run, or an error that tells the first difference.
#[wasm_bindgen(js_name = replayTrace)]
pub fn replay_trace(config: JsValue, bytes: &[u8]) -> Result<String, JsValue> {
    let report = replay(&document::config(config)?, &read(bytes)?);
    report
        .map(|report| format!("{:016x}", report.hash))
        .map_err(|found| error::error("diverged", &found.to_string()))
}

fn read(bytes: &[u8]) -> Result<Trace, JsValue> {
    Trace::from_bytes(bytes).map_err(|found| error::shown(&found))
}
