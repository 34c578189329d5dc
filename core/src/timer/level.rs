//! The level rule of the wheel: where a deadline lies, and when a slot begins.
//!
//! A time is read as eleven digits of six bits. A deadline lies on the level of the highest digit in which it differs
//! from the wheel's time (the rule known from tokio's wheel), in the slot of its digit there. So a level holds what
//! falls due within the digit above, and every slot ahead on a level begins before every slot of a higher one.

use crate::time::Instant;

/// Levels of the wheel: 11 × 6 bits cover every deadline.
pub const LEVELS: u32 = 11;
/// Slots of one level.
pub const SLOTS: u32 = 64;
/// Bits of a deadline that one level looks at.
const SLOT_BITS: u32 = SLOTS.trailing_zeros();
const SLOT_MASK: u64 = SLOTS as u64 - 1;

/// Gives the level on which a deadline lies while the wheel stands at `cur`, 0..=10.
///
/// ```
/// use hedgerow::{Instant, timer::wheel::{level_of, slot_of}};
/// let (cur, deadline) = (Instant::from_micros(1000), Instant::from_micros(1100));
/// assert_eq!((level_of(cur, deadline), slot_of(1, deadline)), (1, 17));
/// ```
pub const fn level_of(cur: Instant, deadline: Instant) -> u32 {
    let differing = (cur.as_micros() ^ deadline.as_micros()) | SLOT_MASK;
    differing.ilog2() / SLOT_BITS
}

/// Gives the slot of a deadline on a level, 0..=63; 0 on levels that do not exist.
pub const fn slot_of(level: u32, deadline: Instant) -> u32 {
    match deadline.as_micros().checked_shr(level.saturating_mul(SLOT_BITS)) {
        Some(digits) => (digits & SLOT_MASK) as u32,
        None => 0,
    }
}

/// Where the list of a slot is kept.
pub(super) const fn list_index(level: u32, slot: u32) -> usize {
    (level * SLOTS + slot) as usize
}

/// The first instant of a slot: the digits of `cur` above the level, the slot's digit, zeros.
pub(super) const fn start_of(cur: u64, level: u32, slot: u32) -> u64 {
    let below = match 1_u64.checked_shl((level + 1) * SLOT_BITS) {
        Some(bit) => bit - 1,
        None => u64::MAX,
    };
    (cur & !below) | ((slot as u64) << (level * SLOT_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_begins_where_all_lower_digits_are_zero() {
        assert_eq!(start_of(0, 0, 63), 63);
        assert_eq!(start_of(1000, 0, 41), 1001);
        assert_eq!(start_of(1000, 1, 17), 1088);
        assert_eq!(start_of(u64::MAX, 10, 15), 15 << 60);
        assert_eq!(start_of(u64::MAX, 9, 0), 15 << 60);
    }

    #[test]
    fn a_level_that_does_not_exist_has_slot_zero() {
        assert_eq!(slot_of(10, Instant::MAX), 15);
        assert_eq!((slot_of(LEVELS, Instant::MAX), slot_of(u32::MAX, Instant::MAX)), (0, 0));
    }
}
