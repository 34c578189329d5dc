//! Properties of the parsers and tables that read what servers say: total, and equal to slow readings.

use hedgerow::retry::http_date;
use hedgerow::retry::outcome::{Ended, FailureClass};
use hedgerow::retry::pushback::{LONGEST, Pushback};
use hedgerow::retry::server_delay::{DelayHeaders, ratelimit_reset, retry_after, retry_after_ms};
use hedgerow::retry::{grpc, http};
use hedgerow::{Duration, Wall};
use proptest::{prelude::*, sample::select, test_runner::RngSeed};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// Year, month (from 0), day and day of the week of a second, by walking the calendar day by day.
fn slow_date(second: u64) -> (u64, usize, u64, usize) {
    let (mut year, mut month, mut day) = (1970_u64, 0, 1);
    for _ in 0..second / 86_400 {
        let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
        day += 1;
        if day > length {
            (day, month) = (1, month + 1);
        }
        if month == 12 {
            (month, year) = (0, year + 1);
        }
    }
    (year, month, day, (second / 86_400 % 7) as usize)
}

/// The three forms of one second.
fn forms(second: u64) -> [String; 3] {
    let (year, month, day, weekday) = slow_date(second);
    let (month, long) = (MONTHS[month], DAYS[weekday]);
    let short = &long[..3];
    let time = format!("{:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
    [
        format!("{short}, {day:02} {month} {year} {time} GMT"),
        format!("{long}, {day:02}-{month}-{:02} {time} GMT", year % 100),
        format!("{short} {month} {day:2} {time} {year}"),
    ]
}

/// Text that is near to what the parsers take.
fn near() -> impl Strategy<Value = String> {
    let cut = (0_u64..4_000_000_000, 0_usize..3, any::<prop::sample::Index>(), any::<char>()).prop_map(
        |(second, form, at, letter)| {
            let mut letters: Vec<char> = forms(second)[form].chars().collect();
            let at = at.index(letters.len());
            letters[at] = letter;
            letters.into_iter().collect()
        },
    );
    prop_oneof![any::<String>(), "[-+]?[0-9]{0,25}(\\.[0-9]{0,5})?", "[ \t]*[0-9a-zA-Z,:. \t-]{0,40}", cut,]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_three_forms_of_a_date_mean_the_same_second(second in 0_u64..5_000_000_000) {
        let date = Some(Wall::from_micros(second * 1_000_000));
        let [fixed, old, c] = forms(second);
        // Read within its own century, a two-digit year needs no correction.
        prop_assert_eq!(http_date::parse(&fixed, Wall::default()), date);
        prop_assert_eq!(http_date::parse(&old, Wall::from_micros(second * 1_000_000)), date);
        prop_assert_eq!(http_date::parse(&c, Wall::default()), date);
    }

    #[test]
    fn a_two_digit_year_is_never_more_than_fifty_ahead(second in 0_u64..5_000_000_000, now in 0_u64..5_000_000_000) {
        let text = &forms(second)[1];
        let (current, ..) = slow_date(now);
        let read = http_date::parse(text, Wall::from_micros(now * 1_000_000));
        if let Some(date) = read {
            let (year, ..) = slow_date(date.as_micros() / 1_000_000);
            prop_assert_eq!(year % 100, slow_date(second).0 % 100);
            prop_assert!(year <= current + 50 && year + 100 > current);
        }
    }

    #[test]
    fn a_changed_date_is_refused_or_written_like_the_date_it_means(text in near()) {
        let Some(date) = http_date::parse(&text, Wall::from_micros(1_767_225_600_000_000)) else { return Ok(()) };
        let second = date.as_micros() / 1_000_000;
        // The name of the day may be another one, second 60 stands for the next, a blank for a leading zero.
        let tail = |text: &str| text.split_once(' ').map(|(_, rest)| rest.replacen(' ', "0", 1)).unwrap_or_default();
        let like = forms(second).iter().any(|form| tail(form) == tail(&text));
        let leap = text.contains(":60");
        prop_assert!(like || leap, "{text:?} read as {:?}", forms(second));
    }

    #[test]
    fn no_text_breaks_a_parser(text in near(), status in any::<u16>(), wall in prop::option::of(any::<u64>())) {
        let wall = wall.map(Wall::from_micros);
        for name in DelayHeaders::NAMES {
            let mut headers = DelayHeaders::default();
            headers.set(name, &text);
            let hint = headers.hint(status, wall);
            prop_assert!(hint.pushback.retry_after.is_none_or(|after| after <= LONGEST));
            let reading = http::Response { status, headers, repeats_token: true, wall }.read();
            prop_assert_eq!(reading.hint, hint);
            prop_assert_eq!(reading.unclassified, !(100..600).contains(&status));
        }
        let _ = grpc::pushback(&[&text]);
        let _ = Pushback::from_map(Some(&text), None);
        let _ = http::idempotency(&text, false);
    }

    #[test]
    fn numbers_are_read_as_wide_integers_read_them(text in near()) {
        let trimmed = text.trim_matches([' ', '\t']);
        let digits = !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit());
        let wide = trimmed.parse::<u128>().ok().filter(|_| digits);
        let cut = |value: u128| u64::try_from(value).unwrap_or(u64::MAX);
        let seconds = wide.map(|seconds| Duration::from_micros(cut(seconds.saturating_mul(1_000_000))));
        prop_assert_eq!(retry_after(&text, None), seconds);
        prop_assert_eq!(ratelimit_reset(&text, None), seconds.filter(|_| wide < Some(1_000_000_000)));

        let (whole, fraction) = trimmed.split_once('.').unwrap_or((trimmed, "0"));
        let all = [whole, fraction].map(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        let micros = format!("{whole}{:0<3}", &fraction.get(..3).unwrap_or(fraction)).parse::<u128>().ok();
        let millis = micros.filter(|_| all == [true, true]).map(|micros| Duration::from_micros(cut(micros)));
        prop_assert_eq!(retry_after_ms(&text), millis);

        let pushback = grpc::pushback(&[&text]).pushback;
        let plain = text.parse::<i64>().ok().filter(|_| !text.starts_with('+'));
        let stop = plain.is_none_or(|millis| millis < 0 || millis > i64::from(i32::MAX));
        prop_assert_eq!(pushback.never, stop);
    }

    #[test]
    fn a_map_of_numbers_is_read_exactly(count in 0_u64..30, millis in -5000_i64..5_000_000, places in 0_usize..4) {
        let scale = 10_i64.pow(3 - places as u32);
        let millis = millis / scale * scale;
        let whole = format!("{}{}", if millis < 0 { "-" } else { "" }, millis.abs() / 1000);
        let thousandths = format!("{:03}", millis.abs() % 1000);
        let text = if places == 0 { whole } else { format!("{whole}.{}", &thousandths[..places]) };
        let said = Pushback::from_map(Some(&count.to_string()), Some(&text)).expect("well-formed").pushback;
        prop_assert_eq!(said.max_retries, Some(count.min(10) as u8));
        prop_assert_eq!(said.never, count == 0 || millis < 0);
        let after = u64::try_from(millis).ok().map(|millis| Duration::from_millis(millis).min(LONGEST));
        prop_assert_eq!(said.retry_after, after);
    }

    #[test]
    fn the_strongest_header_decides(present in prop::array::uniform6(any::<bool>()), status in select(vec![200, 429, 500, 503])) {
        let values = ["true", "1000", "2", "3", "4", "5"];
        let mut headers = DelayHeaders::default();
        for at in (0..6).filter(|&at| present[at]) {
            headers.set(DelayHeaders::NAMES[at], values[at]);
        }
        let last = if matches!(status, 429 | 503) { 6 } else { 3 };
        let decides = (1..last).find(|&at| present[at]).map(|at| Duration::from_secs(at as u64));
        prop_assert_eq!(headers.hint(status, None).pushback.retry_after, decides);
    }
}

#[test]
fn every_status_has_its_class() {
    let transient = [408, 425, 500, 502, 503, 504];
    let known_fatal = [501, 505, 506, 507, 508, 510, 511];
    for code in 0..=u16::MAX {
        let want = match code {
            100..=399 => Ended::Success,
            429 => Ended::Failed(FailureClass::Overloaded),
            421 => Ended::Failed(FailureClass::NotSent),
            _ if transient.contains(&code) => Ended::Failed(FailureClass::Transient),
            _ if code < 500 || known_fatal.contains(&code) => Ended::Failed(FailureClass::Fatal),
            _ => Ended::Failed(FailureClass::Transient),
        };
        assert_eq!(http::status(code), want, "{code}");
    }
}
