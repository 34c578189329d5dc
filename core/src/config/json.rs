//! A writer of compact ASCII JSON that formats integers only, and the hash that binds a trace to its configuration.
//!
//! Traces and the canonical configuration must have the same bytes on every target, so the core writes them itself:
//! no spaces, keys in the order given, every character beyond ASCII escaped, fractions from parts per million.
//! The hash is FNV-1a with 64 bits (Fowler, Noll, Vo): it finds differences, it does not defend against forgery.

use super::{decimal, document::Document};
use alloc::string::{String, ToString};

/// Writes a document. Decimals are written to six places; NaN and infinities, which JSON lacks, as `null`.
pub(crate) fn write(out: &mut String, document: &Document) {
    match document {
        Document::Null => out.push_str("null"),
        Document::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Document::Integer(value) => out.push_str(&value.to_string()),
        Document::Negative(value) => out.push_str(&value.to_string()),
        Document::Decimal(value) if !value.is_finite() => out.push_str("null"),
        Document::Decimal(value) => out.push_str(&decimal::to_six_places(*value)),
        Document::Text(text) => write_text(out, text),
        Document::List(values) => write_all(out, '[', ']', values, write),
        Document::Map(entries) => write_all(out, '{', '}', entries, |out, (name, value)| {
            write_text(out, name);
            out.push(':');
            write(out, value);
        }),
    }
}

fn write_all<T>(out: &mut String, open: char, close: char, items: &[T], each: impl Fn(&mut String, &T)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(close);
}

/// Writes a text between quotation marks, in ASCII.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|&unit| write_escape(out, unit)),
        }
    }
    out.push('"');
}

fn write_escape(out: &mut String, unit: u16) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(u32::from(unit >> shift) & 15, 16);
        out.push(digit.unwrap_or('0'));
    }
}

/// FNV-1a with 64 bits, fed in pieces.
///
/// ```
/// use hedgerow::config::Fnv;
/// assert_eq!(Fnv::new().with(b"a").value(), 0xaf63_dc4c_8601_ec8c);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fnv(u64);

impl Fnv {
    /// The hash of nothing.
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The hash after some more bytes. O(bytes).
    pub fn with(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }

    /// The hash as a number; traces write it as 16 lower-case hex digits.
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Default for Fnv {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_another_reader_reads() {
        let document = Document::map([
            ("text", "a\"b\\c\n\u{7f}é\u{1f600}".into()),
            ("numbers", Document::List(alloc::vec![0u64.into(), (-7i64).into(), 0.05.into(), 12.5.into()])),
            ("empty", Document::Map(alloc::vec![])),
            ("off", Document::Null),
            ("on", true.into()),
        ]);
        let mut out = String::new();
        write(&mut out, &document);
        assert!(out.is_ascii() && !out.contains(' '), "{out}");
        assert_eq!(serde_json::from_str::<Document>(&out).unwrap(), document);
    }

    #[test]
    fn the_published_hashes_of_fnv_are_met() {
        assert_eq!(Fnv::new().value(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(Fnv::new().with(b"foo").with(b"bar").value(), 0x8594_4171_f739_67e8);
    }
}
