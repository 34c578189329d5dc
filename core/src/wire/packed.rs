//! Parts of the packed numbers: several small numbers in one that every float holds.
//!
//! Slot 7 of a record is such a number, below 2^32. A part is a row of its bits; every reader and writer, in whatever
//! language, goes by the parts here.

use super::units::{float, id};

/// A row of bits within a packed number.
///
/// ```
/// use hedgerow::wire::packed::{ORDINAL, REASON};
/// let packed = REASON.put(31) + ORDINAL.put(2);
/// assert_eq!((REASON.of(packed), ORDINAL.of(packed)), (31, 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The lowest bit, from 0.
    pub shift: u32,
    /// How many bits; at least 1, and fewer than 32.
    pub bits: u32,
}

/// The code of the reason, in every record of an action or a note.
pub const REASON: Part = Part { shift: 0, bits: 16 };
/// Number of the attempt that is sent, from 1; of a completion, how many were sent.
pub const ORDINAL: Part = Part { shift: 16, bits: 8 };
/// Kind of a send.
pub const KIND: Part = Part { shift: 24, bits: 2 };
/// Priority of a send.
pub const PRIORITY: Part = Part { shift: 26, bits: 2 };
/// 1 when a token of this library's form travels with a send.
pub const TOKEN: Part = Part { shift: 28, bits: 1 };
/// Outcome of a completion.
pub const OUTCOME: Part = Part { shift: 24, bits: 2 };
/// Failure class of a completion, 0 for none.
pub const CLASS: Part = Part { shift: 26, bits: 3 };
/// Whose fault the timeout of a completion was: 0 nobody's, 1 the server's, 2 the client's pause.
pub const CAUSE: Part = Part { shift: 29, bits: 2 };

/// Priority that a start asks for, or [`OPERATIONS_OWN`].
pub const START_PRIORITY: Part = Part { shift: 0, bits: 8 };
/// Idempotency that a start asks for, or [`OPERATIONS_OWN`].
pub const START_IDEMPOTENCY: Part = Part { shift: 8, bits: 8 };
/// 1 when the caller of a start has a token.
pub const START_TOKEN: Part = Part { shift: 16, bits: 1 };
/// 1 when a start wants no hedges.
pub const START_NO_HEDGES: Part = Part { shift: 17, bits: 1 };
/// 1 when a start wants no retries.
pub const START_NO_RETRIES: Part = Part { shift: 18, bits: 1 };

/// Class of a failure.
pub const FAILURE_CLASS: Part = Part { shift: 0, bits: 8 };
/// 1 when the server asked not to be tried again.
pub const FAILURE_NEVER: Part = Part { shift: 8, bits: 1 };

/// A priority or idempotency of a start that means "the operation's".
pub const OPERATIONS_OWN: u8 = 255;

impl Part {
    /// This part of a packed number.
    pub const fn of(self, packed: u32) -> u32 {
        packed >> self.shift & ((1 << self.bits) - 1)
    }

    /// A packed number that has only this part; of a value that is too large, the lowest bits.
    pub const fn put(self, value: u32) -> u32 {
        (value & ((1 << self.bits) - 1)) << self.shift
    }
}

/// The packed number of a slot; 0 for what is none.
pub fn of_slot(value: f64) -> u32 {
    u32::try_from(id(value)).unwrap_or(0)
}

/// A packed number as its slot holds it.
pub const fn to_slot(packed: u32) -> f64 {
    float(packed as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEND: [Part; 5] = [REASON, ORDINAL, KIND, PRIORITY, TOKEN];
    const COMPLETION: [Part; 5] = [REASON, ORDINAL, OUTCOME, CLASS, CAUSE];
    const START: [Part; 5] =
        [START_PRIORITY, START_IDEMPOTENCY, START_TOKEN, START_NO_HEDGES, START_NO_RETRIES];
    const FAILURE: [Part; 2] = [FAILURE_CLASS, FAILURE_NEVER];

    #[test]
    fn parts_of_one_number_do_not_overlap() {
        for parts in [&SEND[..], &COMPLETION, &START, &FAILURE] {
            let all = parts.iter().fold(0, |all, part| {
                assert_eq!(all & part.put(u32::MAX), 0, "{part:?}");
                all | part.put(u32::MAX)
            });
            assert_eq!(all.trailing_ones() + all.leading_zeros(), 32, "no gaps");
        }
    }

    #[test]
    fn what_is_put_is_read_and_cut_to_its_bits() {
        for part in SEND.iter().chain(&COMPLETION).chain(&START).chain(&FAILURE) {
            let largest = (1 << part.bits) - 1;
            assert_eq!(
                [0, 1, largest, largest + 1].map(|value| part.of(part.put(value))),
                [0, 1, largest, 0]
            );
        }
    }

    #[test]
    fn a_slot_holds_a_packed_number_and_nothing_else_is_one() {
        assert_eq!(of_slot(to_slot(u32::MAX)), u32::MAX);
        for none in [-1.0, 0.5, f64::NAN, 4_294_967_296.0] {
            assert_eq!(of_slot(none), 0);
        }
    }
}
