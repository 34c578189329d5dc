//! Times as people read them.

/// A time of so many µs in the unit that suits it.
///
/// ```
/// use hedgerow_why::span::shown;
/// assert_eq!([0, 950, 9_500, 30_000_000, 3_600_000_000].map(shown), ["0", "950 µs", "9.5 ms", "30 s", "1 h"]);
/// ```
pub fn shown(micros: u64) -> String {
    match micros {
        0 => "0".to_owned(),
        1..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => scaled(micros, 1_000, "ms"),
        1_000_000..120_000_000 => scaled(micros, 1_000_000, "s"),
        120_000_000..3_600_000_000 => scaled(micros, 60_000_000, "min"),
        _ => scaled(micros, 3_600_000_000, "h"),
    }
}

/// At most three decimals, cut.
fn scaled(micros: u64, unit: u64, name: &str) -> String {
    let thousandths = u128::from(micros) * 1000 / u128::from(unit);
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    format!("{} {name}", text.trim_end_matches('0').trim_end_matches('.'))
}
