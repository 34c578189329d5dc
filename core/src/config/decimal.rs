//! The only place of the core where floats are met: numbers of a document, on their way to integers and to text.
//!
//! A decimal of a document is a float in every language, so `0.05` has to be told from its neighbours without the
//! float functions of the standard library, which the core does not have, and without float formatting, which costs
//! more code than all the rest of the reader. Casts, products and comparisons of floats are the same on every target.

// Bounds are compared before a value is used, and casts saturate; each function says what remains.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    clippy::float_arithmetic,
    reason = "a document's decimals enter here and nowhere else, by operations that are exact on every target"
)]

use alloc::{
    format,
    string::{String, ToString},
};

/// The largest whole number that every language writes exactly.
const LARGEST: f64 = 9_007_199_254_740_991.0;

const PPM: f64 = 1_000_000.0;

/// The float of a whole number; beyond 2^53 its nearest.
pub(super) const fn of(value: u64) -> f64 {
    value as f64
}

/// The float nearest to a whole number that no field takes.
pub(super) const fn beyond(value: i128) -> f64 {
    value as f64
}

/// The float nearest to some parts per million.
pub(super) fn of_ppm(value: u64) -> f64 {
    value as f64 / PPM
}

/// The float nearest to some thousandths.
pub(super) fn of_thousandths(value: u64) -> f64 {
    value as f64 / 1000.0
}

/// The whole number that a float is, from zero up.
pub(super) fn whole(value: f64) -> Option<u64> {
    // The cast saturates and turns NaN into 0; comparing back finds both.
    Some(value as u64).filter(|whole| *whole as f64 == value)
}

/// The whole number that a float is, if every language writes it exactly.
pub(super) fn exact(value: f64) -> Option<u64> {
    whole(value).filter(|_| value <= LARGEST)
}

/// Parts per million, rounded half up, of a float within bounds that are parts per million too; NaN is within none.
pub(super) fn ppm(value: f64, min: u64, max: u64) -> Option<u64> {
    (of_ppm(min)..=of_ppm(max)).contains(&value).then(|| rounded(value * PPM))
}

/// Thousandths, when the float is the one that a decimal of three places denotes.
pub(super) fn thousandths(value: f64) -> Option<u64> {
    Some(rounded(value * 1000.0)).filter(|milli| of_thousandths(*milli) == value)
}

fn rounded(value: f64) -> u64 {
    let whole = value as u64;
    if value - whole as f64 >= 0.5 { whole.saturating_add(1) } else { whole }
}

/// A whole number of `10^-digits` as a decimal, without trailing zeros.
pub(super) fn fixed(value: u64, digits: u32) -> String {
    let scale = 10u64.pow(digits);
    with_fraction(value / scale, value % scale, digits)
}

fn with_fraction(whole: u64, rest: u64, digits: u32) -> String {
    if rest == 0 {
        return whole.to_string();
    }
    let padded = format!("{rest:0>width$}", width = digits as usize);
    format!("{whole}.{}", padded.trim_end_matches('0'))
}

/// A finite float with six places, for canonical text: exact for what [`of_ppm`] made.
pub(super) fn to_six_places(value: f64) -> String {
    let size = if value < 0.0 { -value } else { value };
    let text = fixed(rounded(size * PPM), 6);
    if value < 0.0 { format!("-{text}") } else { text }
}

/// A float as an error shows it: six places, then `…` for what is finer.
///
/// Beyond 2^53 every float is a whole number that no field takes, so only its side is named.
pub(super) fn shown(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    let (sign, size) = if value < 0.0 { ("-", -value) } else { ("", value) };
    if size == f64::INFINITY {
        return format!("{sign}infinity");
    }
    if size > LARGEST {
        return format!("{sign}9007199254740992 or beyond");
    }
    let whole = size as u64;
    let micro = rounded((size - whole as f64) * PPM);
    let (whole, micro) = (whole + micro / 1_000_000, micro % 1_000_000);
    let total = u128::from(whole) * 1_000_000 + u128::from(micro);
    let more = if total as f64 / PPM == size { "" } else { "…" };
    format!("{sign}{}{more}", with_fraction(whole, micro, 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_rounded_half_up_to_the_millionth() {
        let read = |value| ppm(value, 0, 1_000_000);
        assert_eq!(read(0.05), Some(50_000));
        assert_eq!((read(0.000_000_5), read(0.000_000_4)), (Some(1), Some(0)));
        assert_eq!((read(1.0), read(1.000_000_1)), (Some(1_000_000), None));
        assert_eq!((read(-0.1), read(f64::NAN), read(f64::INFINITY)), (None, None, None));
    }

    #[test]
    fn every_part_per_million_survives_the_way_through_a_float() {
        for value in (0..=1_000_000).step_by(7).chain([999_999, 1_000_000_000_000_000]) {
            assert_eq!(ppm(of_ppm(value), 0, u64::MAX), Some(value));
            assert_eq!(to_six_places(of_ppm(value)), fixed(value, 6));
        }
    }

    #[test]
    fn a_fourth_decimal_is_refused() {
        assert_eq!(
            (thousandths(1.5), thousandths(0.001), thousandths(2.0)),
            (Some(1500), Some(1), Some(2000))
        );
        assert_eq!((thousandths(1.2345), thousandths(0.0001), thousandths(-1.0)), (None, None, None));
        assert_eq!((thousandths(f64::NAN), thousandths(f64::INFINITY)), (None, None));
        assert!((0..=100_000).all(|milli| thousandths(of_thousandths(milli)) == Some(milli)));
    }

    #[test]
    fn a_whole_number_may_come_as_a_float() {
        assert_eq!((whole(5.0), whole(0.0), whole(5.5), whole(-1.0)), (Some(5), Some(0), None, None));
        assert_eq!((whole(f64::NAN), whole(f64::INFINITY)), (None, None));
    }

    #[test]
    fn a_float_is_shown_without_float_formatting() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (5.0, "5"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (0.05, "0.05"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "0…"),
            (2.999_999_9, "3…"),
            (1e15, "1000000000000000"),
            (1e300, "9007199254740992 or beyond"),
            (f64::NEG_INFINITY, "-infinity"),
            (f64::INFINITY, "infinity"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(shown(value), text);
        }
    }

    #[test]
    fn a_fixed_point_number_loses_its_trailing_zeros() {
        assert_eq!((fixed(50_000, 6).as_str(), fixed(1_000_000, 6).as_str()), ("0.05", "1"));
        assert_eq!((fixed(2500, 3).as_str(), fixed(7, 3).as_str()), ("2.5", "0.007"));
    }
}
