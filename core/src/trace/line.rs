//! A writer of one compact JSON object.

use alloc::string::String;
use core::fmt::Write;

use crate::config::write_json_text;
use crate::time::MAX_MICROS;

/// Integers up to this are exact in every language's number.
const MAX_NUMBER: u64 = MAX_MICROS;

/// A line being written.
#[derive(Clone, Debug)]
pub(super) struct Line(String);

impl Line {
    pub(super) fn new() -> Self {
        Self("{".into())
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The comma that anything but the first item of an object or a list needs.
    fn separate(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }

    pub(super) fn key(&mut self, key: &str) {
        self.separate();
        // Writing to a text cannot fail, here and below.
        let _ = write!(self.0, "\"{key}\":");
    }

    pub(super) fn value(&mut self, value: u64) {
        if value <= MAX_NUMBER {
            let _ = write!(self.0, "{value}");
        } else {
            let _ = write!(self.0, "\"{value:016x}\"");
        }
    }

    pub(super) fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.value(value);
    }

    pub(super) fn given(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.number(key, value);
        }
    }

    pub(super) fn hex(&mut self, key: &str, value: u64) {
        self.key(key);
        let _ = write!(self.0, "\"{value:016x}\"");
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text_value(text);
    }

    /// A text as a value without a key.
    pub(super) fn text_value(&mut self, text: &str) {
        write_json_text(&mut self.0, text);
    }

    /// Bytes as hex digits.
    pub(super) fn bytes(&mut self, key: &str, bytes: &[u8]) {
        self.key(key);
        self.0.push('"');
        for byte in bytes {
            let _ = write!(self.0, "{byte:02x}");
        }
        self.0.push('"');
    }

    pub(super) fn yes(&mut self, key: &str, value: bool) {
        if value {
            self.key(key);
            self.0.push_str("true");
        }
    }

    pub(super) fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.0.push('[');
        for item in items {
            self.separate();
            each(self, item);
        }
        self.0.push(']');
    }

    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.0.push('{');
        fill(self);
        self.0.push('}');
    }
}
