//! Buckets of the latency histogram: log-linear, 16 to each doubling, so a bucket is at most 1/16 of its value wide.
//!
//! The layout is that of HDR-style histograms with four sub-bucket bits: values below 32 µs have a bucket of their own,
//! each doubling above is cut into 16 equal parts. Index and bounds come from the leading zeros and a shift.

use crate::time::Duration;

/// Buckets that cover every 32-bit number of microseconds.
pub(crate) const BUCKETS: usize = 464;
/// Parts of one doubling.
const PARTS: u32 = 16;
const PART_BITS: u32 = PARTS.ilog2();

/// One bucket of the latency histogram.
///
/// ```
/// use hedgerow::{Bucket, Duration};
/// let bucket = Bucket::of(Duration::from_millis(10));
/// assert_eq!((bucket.low().as_micros(), bucket.high().as_micros()), (9_728, 10_239));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u32);

impl Bucket {
    /// The bucket that holds a value; more than 2^32 − 1 µs (71.6 minutes) falls into the last one. O(1).
    pub const fn of(value: Duration) -> Self {
        let micros = value.as_micros();
        let v = if micros > u32::MAX as u64 { u32::MAX } else { micros as u32 };
        if v < PARTS {
            return Self(v);
        }
        let doublings = v.ilog2() - PART_BITS;
        Self(PARTS + doublings * PARTS + ((v >> doublings) & (PARTS - 1)))
    }

    /// The bucket at a position below 464.
    pub(super) const fn at(index: usize) -> Self {
        Self(index as u32)
    }

    /// Position in the histogram, 0 to 463, ascending with the value.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The least value that falls into the bucket.
    pub const fn low(self) -> Duration {
        if self.0 < PARTS {
            return Duration::from_micros(self.0 as u64);
        }
        Duration::from_micros(((PARTS + self.0 % PARTS) as u64) << self.doublings())
    }

    /// The greatest value that falls into the bucket; above any value in it by less than 6.3 %.
    pub const fn high(self) -> Duration {
        Duration::from_micros(self.low().as_micros() + (1 << self.doublings()) - 1)
    }

    /// The value half-way, rounded down; off any value in the bucket by at most 3.1 %.
    pub const fn middle(self) -> Duration {
        Duration::from_micros(self.low().as_micros() + ((1 << self.doublings()) - 1) / 2)
    }

    /// log2 of the bucket's width in microseconds.
    const fn doublings(self) -> u32 {
        self.0.saturating_sub(PARTS) / PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_gap_up_to_the_last_32_bit_value() {
        let mut next = 0;
        for index in 0..BUCKETS {
            let bucket = Bucket::at(index);
            assert_eq!(bucket.low().as_micros(), next);
            for value in [bucket.low(), bucket.middle(), bucket.high()] {
                assert_eq!(Bucket::of(value), bucket);
            }
            next = bucket.high().as_micros() + 1;
        }
        assert_eq!(next, 1 << 32);
        assert_eq!(Bucket::of(Duration::MAX).index(), BUCKETS - 1);
    }

    #[test]
    fn the_bounds_are_off_by_no_more_than_they_say() {
        for index in 1..BUCKETS {
            let bucket = Bucket::at(index);
            let [low, middle, high] = [bucket.low(), bucket.middle(), bucket.high()].map(Duration::as_micros);
            assert!((high - low) * 1000 < low * 63, "upper error of bucket {index}");
            assert!((high - middle).max(middle - low) * 1000 <= low * 32, "middle error of bucket {index}");
        }
    }
}
