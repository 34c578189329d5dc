//! Whose call it is: the number of a worker in the upper bits of a cookie.
//!
//! A cookie has 53 bits and is echoed, never read, by the machine. The lower 40 are the worker's own number of the call,
//! the 13 above them the worker's.

use hedgerow::wire::{float, id};

/// Bits of a worker's own cookies.
const OWN_BITS: u32 = 40;

/// The largest cookie that a worker may give.
pub const LARGEST: u64 = (1 << OWN_BITS) - 1;

/// Workers at one time.
pub const MOST_WORKERS: usize = 1 << 13;

/// The machine's cookie of a worker's cookie; `None` when that is no whole number up to [`LARGEST`].
pub(crate) fn outer(worker: usize, own: f64) -> Option<f64> {
    let number = id(own);
    let whole = own == 0.0 || number != 0;
    (whole && number <= LARGEST).then(|| float(first(worker) + number))
}

/// The worker and its own cookie; `None` for a record that belongs to no call.
pub(crate) fn inner(cookie: f64) -> Option<(usize, f64)> {
    if cookie < 0.0 {
        return None;
    }
    let number = id(cookie);
    Some(((number >> OWN_BITS) as usize, float(number & LARGEST)))
}

/// The first of a worker's cookies.
pub(crate) fn first(worker: usize) -> u64 {
    (worker as u64) << OWN_BITS
}

/// The last of a worker's cookies.
pub(crate) fn last(worker: usize) -> u64 {
    first(worker) + LARGEST
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "cookies are whole numbers")]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_comes_back_with_its_worker() {
        for worker in [0, 1, 7, MOST_WORKERS - 1] {
            for own in [0.0, 1.0, 12345.0, float(LARGEST)] {
                assert_eq!(inner(outer(worker, own).unwrap()), Some((worker, own)));
            }
        }
        assert!(last(MOST_WORKERS - 1) < 1 << 53);
    }

    #[test]
    fn the_first_worker_has_the_cookies_it_would_have_alone() {
        assert_eq!(outer(0, 9.0), Some(9.0));
    }

    #[test]
    fn what_is_no_cookie_is_none() {
        for bad in [-1.0, 0.5, f64::NAN, f64::INFINITY, float(LARGEST + 1)] {
            assert_eq!(outer(3, bad), None, "{bad}");
        }
        assert_eq!(inner(-1.0), None);
    }
}
