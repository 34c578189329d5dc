//! The hash chain of the lines: FNV-1a with 64 bits (Fowler, Noll, Vo).
//!
//! The hash of a line covers the eight bytes, least first, of the hash before it, then the line without its own hash.
//! Two runs that agree on the hash of a line agree on everything before it; comparing finds the first that differs.

use crate::config::Fnv;

/// The hash of a line that follows one with the hash `before`; before the first line stands 0.
///
/// `line` is the line without its field `h`. O(bytes).
///
/// ```
/// use hedgerow::trace::hash_line;
/// let first = hash_line(0, b"{}");
/// assert_ne!(hash_line(first, b"{}"), first);
/// ```
pub fn hash_line(before: u64, line: &[u8]) -> u64 {
    Fnv::new().with(&before.to_le_bytes()).with(line).value()
}

/// The running hash of a chain of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(u64);

impl Chain {
    /// Starts before the first line, at 0.
    pub const fn new() -> Self {
        Self(0)
    }

    /// Takes in a line without its hash and answers the hash.
    pub fn append(&mut self, line: &str) -> u64 {
        self.0 = hash_line(self.0, line.as_bytes());
        self.0
    }

    /// The hash of the last line; lines write it as 16 lower-case hex digits.
    pub const fn hash(&self) -> u64 {
        self.0
    }
}
