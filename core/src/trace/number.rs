//! Numbers of variable length, texts, and the reader that trusts nothing.
//!
//! A number is written in groups of seven bits, least first, the high bit set on all but the last (LEB128, as in DWARF
//! and WebAssembly). Only the shortest form is read, so that a trace has one form.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

const GROUP_BITS: u32 = 7;
const MORE: u8 = 1 << GROUP_BITS;

/// Why bytes are not a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceFault {
    /// They do not begin as a trace begins.
    NotATrace,
    /// They are of a version that this library does not read.
    Version(u64),
    /// They end inside the header or a record.
    Truncated,
    /// A number is longer than it must be or does not fit.
    Number,
    /// A text is not UTF-8.
    Text,
    /// A code, a set of flags or an id does not exist.
    Value,
}

/// Tells where bytes stop being a trace, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The offset of the byte behind the last one read.
    pub at: usize,
    /// What is wrong there.
    pub fault: TraceFault,
}

impl fmt::Display for TraceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATrace => f.write_str("not a trace"),
            Self::Version(found) => write!(f, "version {found}, want 1"),
            Self::Truncated => f.write_str("ends inside a record"),
            Self::Number => f.write_str("a number is longer than it must be or does not fit"),
            Self::Text => f.write_str("a text is not UTF-8"),
            Self::Value => f.write_str("an unknown code, flag or id"),
        }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trace, byte {}: {}", self.at, self.fault)
    }
}

impl core::error::Error for TraceError {}

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= u64::from(MORE) {
        out.push(value as u8 | MORE);
        value >>= GROUP_BITS;
    }
    out.push(value as u8);
}

/// Appends a length and the bytes of a text.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads what the functions above wrote.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// This many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], TraceFault> {
        let end = self.at.checked_add(count).ok_or(TraceFault::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(TraceFault::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], TraceFault> {
        self.take(N)?.try_into().map_err(|_| TraceFault::Truncated)
    }

    pub(super) fn number(&mut self) -> Result<u64, TraceFault> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(GROUP_BITS as usize) {
            let [byte] = self.array()?;
            let group = u64::from(byte & !MORE);
            if (group << shift) >> shift != group || (byte == 0 && shift > 0) {
                return Err(TraceFault::Number);
            }
            value |= group << shift;
            if byte & MORE == 0 {
                return Ok(value);
            }
        }
        Err(TraceFault::Number)
    }

    /// A number of a narrower type.
    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, TraceFault> {
        T::try_from(self.number()?).map_err(|_| TraceFault::Number)
    }

    /// A number where the flag is set.
    pub(super) fn optional(&mut self, given: bool) -> Result<Option<u64>, TraceFault> {
        if given { self.number().map(Some) } else { Ok(None) }
    }

    /// A set of flags, none of them beyond `known`.
    pub(super) fn flags(&mut self, known: u64) -> Result<u64, TraceFault> {
        let flags = self.number()?;
        if flags & !known == 0 { Ok(flags) } else { Err(TraceFault::Value) }
    }

    pub(super) fn text(&mut self) -> Result<String, TraceFault> {
        let length = self.narrow()?;
        let text = core::str::from_utf8(self.take(length)?).map_err(|_| TraceFault::Text)?;
        Ok(text.to_string())
    }

    /// A list whose items take at least a byte each, so that its length is bounded by what is left.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, TraceFault>,
    ) -> Result<Vec<T>, TraceFault> {
        let count: usize = self.narrow()?;
        if count > self.bytes.len().saturating_sub(self.at) {
            return Err(TraceFault::Truncated);
        }
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<u64, TraceFault> {
        Reader::new(bytes).number()
    }

    #[test]
    fn numbers_at_the_borders_of_their_length_come_back() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let mut out = Vec::new();
                put(&mut out, value);
                assert_eq!(out.len() as u32, (64 - value.leading_zeros()).div_ceil(7).max(1));
                assert_eq!(read(&out), Ok(value));
                assert_eq!(read(&out[..out.len() - 1]), Err(TraceFault::Truncated));
            }
        }
    }

    #[test]
    fn a_longer_form_and_a_number_beyond_64_bits_are_refused() {
        assert_eq!(read(&[0x80, 0]), Err(TraceFault::Number));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), Ok(u64::MAX));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), Err(TraceFault::Number));
        assert_eq!(read(&[0x80; 11]), Err(TraceFault::Number));
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused_before_anything_is_stored() {
        let mut out = Vec::new();
        put(&mut out, u64::MAX);
        assert_eq!(Reader::new(&out).text(), Err(TraceFault::Truncated));
        assert_eq!(Reader::new(&out).list(Reader::number), Err(TraceFault::Truncated));
        assert_eq!(Reader::new(&[1, 0xff]).text(), Err(TraceFault::Text));
    }
}
