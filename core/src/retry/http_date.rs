//! HTTP dates: the three forms of RFC 9110 section 5.6.7, read as GMT whatever the local zone.
//!
//! `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. Stricter than most
//! peers, as the RFC is: two-digit days, no other zone name, names in their own case. The name of the day must be a
//! name, but its agreement with the date is not checked. Second 60 is one second after :59. Inputs are the text and
//! the host's wall time, which places two-digit years; nothing else is read.

use crate::time::Wall;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MICROS_PER_SECOND: u64 = 1_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
/// A two-digit year more than this many years ahead means the past century.
const YEARS_AHEAD: u64 = 50;

/// Reads one of the three forms; `None` for anything else, for dates that do not exist and for those before 1970.
///
/// ```
/// use hedgerow::{Wall, retry::http_date::parse};
/// let wall = Wall::from_micros(0);
/// let date = parse("Sun, 06 Nov 1994 08:49:37 GMT", wall);
/// assert_eq!(date, Some(Wall::from_micros(784_111_777_000_000)));
/// assert_eq!(date, parse("Sun Nov  6 08:49:37 1994", wall));
/// ```
pub fn parse(text: &str, wall: Wall) -> Option<Wall> {
    let (first, rest) = split_at_space(text)?;
    match first.strip_suffix(',') {
        Some(day) if is_short_day(day) => imf_fixdate(rest),
        Some(day) if DAYS.contains(&day) => rfc_850(rest, wall),
        None if is_short_day(first) => asctime(rest),
        _ => None,
    }
}

/// `06 Nov 1994 08:49:37 GMT`.
fn imf_fixdate(text: &str) -> Option<Wall> {
    let (day, rest) = split_at_space(text)?;
    let (month, rest) = split_at_space(rest)?;
    let (year, rest) = split_at_space(rest)?;
    let time = rest.strip_suffix(" GMT")?;
    instant(number(year, 4)?, month, number(day, 2)?, time)
}

/// `06-Nov-94 08:49:37 GMT`.
fn rfc_850(text: &str, wall: Wall) -> Option<Wall> {
    let (date, rest) = split_at_space(text)?;
    let time = rest.strip_suffix(" GMT")?;
    let (day, rest) = date.split_once('-')?;
    let (month, year) = rest.split_once('-')?;
    instant(full_year(number(year, 2)?, wall)?, month, number(day, 2)?, time)
}

/// `Nov  6 08:49:37 1994`: the day has a blank or a digit first.
fn asctime(text: &str) -> Option<Wall> {
    let (month, rest) = split_at_space(text)?;
    let (day, rest) = (rest.get(..2)?, rest.get(2..)?.strip_prefix(' ')?);
    let day = day.strip_prefix(' ').map_or_else(|| number(day, 2), |digit| number(digit, 1))?;
    let (time, year) = split_at_space(rest)?;
    instant(number(year, 4)?, month, day, time)
}

/// Places a two-digit year in the century of `wall`, or in the one before when it would lie too far ahead.
fn full_year(two_digits: u64, wall: Wall) -> Option<u64> {
    let current = year_of(wall.as_micros() / MICROS_PER_SECOND / SECONDS_PER_DAY);
    let year = current - current % 100 + two_digits;
    if year > current + YEARS_AHEAD { year.checked_sub(100) } else { Some(year) }
}

/// Joins the parts, checking each; `time` is `08:49:37`.
fn instant(year: u64, month: &str, day: u64, time: &str) -> Option<Wall> {
    let month = MONTHS.iter().position(|name| *name == month)?;
    if year < 1970 || day == 0 || day > days_in(year, month) {
        return None;
    }
    let mut parts = time.split(':').map(|part| number(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_before(year) + (0..month).map(|earlier| days_in(year, earlier)).sum::<u64>() + day - 1;
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    Some(Wall::from_micros(seconds.saturating_mul(MICROS_PER_SECOND)))
}

/// Days from 1970-01-01 to the first day of a year from 1970 on, in the Gregorian calendar.
const fn days_before(year: u64) -> u64 {
    leap_days(year) - leap_days(1970) + (year - 1970) * 365
}

/// Leap days of all years before this one, which is ≥ 1.
const fn leap_days(year: u64) -> u64 {
    let before = year - 1;
    before / 4 - before / 100 + before / 400
}

/// The year that holds this day, counted from 1970-01-01.
fn year_of(day: u64) -> u64 {
    // The guess is exact up to one year, in either direction, since 400 years have 146 097 days.
    let guess = 1970 + day * 400 / 146_097;
    match guess {
        _ if days_before(guess) > day => guess - 1,
        _ if days_before(guess + 1) <= day => guess + 1,
        _ => guess,
    }
}

/// Days of a month, January being 0.
const fn days_in(year: u64, month: usize) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 if leap => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// A number of exactly so many ASCII digits.
fn number(text: &str, digits: usize) -> Option<u64> {
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn is_short_day(text: &str) -> bool {
    text.len() == 3 && DAYS.iter().any(|day| day.starts_with(text))
}

fn split_at_space(text: &str) -> Option<(&str, &str)> {
    text.split_once(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL_2026: Wall = Wall::from_micros(1_767_225_600_000_000);

    fn seconds(text: &str) -> Option<u64> {
        parse(text, WALL_2026).map(|date| date.as_micros() / MICROS_PER_SECOND)
    }

    #[test]
    fn the_epoch_and_leap_days_exist() {
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(seconds("Sun, 29 Feb 2000 12:00:00 GMT"), Some(951_825_600));
        assert_eq!(seconds("Fri, 29 Feb 2100 00:00:00 GMT"), None);
        assert_eq!(seconds("Wed, 31 Dec 1969 23:59:59 GMT"), None);
    }

    #[test]
    fn second_sixty_is_one_second_after_fifty_nine() {
        assert_eq!(
            seconds("Sat, 31 Dec 2016 23:59:60 GMT"),
            seconds("Sat, 31 Dec 2016 23:59:59 GMT").map(|second| second + 1)
        );
        assert_eq!(seconds("Sat, 31 Dec 2016 23:59:61 GMT"), None);
    }

    #[test]
    fn a_two_digit_year_more_than_fifty_ahead_means_the_past_century() {
        assert_eq!(seconds("Friday, 01-Jan-76 00:00:00 GMT"), seconds("Wed, 01 Jan 2076 00:00:00 GMT"));
        assert_eq!(seconds("Saturday, 01-Jan-77 00:00:00 GMT"), seconds("Sat, 01 Jan 1977 00:00:00 GMT"));
    }

    #[test]
    fn the_forms_are_not_mixed() {
        for bad in [
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun Nov  0 08:49:37 1994",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37 gmt",
            "Sun,06 Nov 1994 08:49:37 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT",
            "Su, 06 Nov 1994 08:49:37 GMT",
            ", 06 Nov 1994 08:49:37 GMT",
            "Sun Nov é 08:49:37 1994",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert!(seconds("Sun Nov 06 08:49:37 1994").is_some());
    }

    #[test]
    fn every_day_of_eight_centuries_has_its_year() {
        let mut day = 0;
        for year in 1970..2770 {
            assert_eq!(days_before(year), day);
            assert_eq!((year_of(day), year_of(day + 364)), (year, year));
            day += (0..12).map(|month| days_in(year, month)).sum::<u64>();
            assert_eq!(year_of(day - 1), year);
        }
        assert!(year_of(u64::MAX / MICROS_PER_SECOND / SECONDS_PER_DAY) > 500_000);
    }
}
