//! Expectations: a metric, a comparison, and the band around the expected value.
//!
//! A metric is a figure of the report or a quotient of two, as in `mean_ms(a)/mean_ms(b)`. `eq` is exact unless a
//! tolerance is given, absolute (`abs`) or relative (`rel`) to the expected value.

use super::InputError;
use super::report::{Figure, Report};
use serde_json::Value;

/// One expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is looked at.
    pub metric: String,
    want: Want,
}

#[derive(Clone, Debug, PartialEq)]
enum Want {
    /// Within a distance of a value.
    Near { value: f64, distance: f64 },
    /// Exactly this word.
    Word(String),
    /// Between two values, both included.
    In { lo: f64, hi: f64 },
    /// Above (or below) another metric.
    Than { metric: String, greater: bool },
    /// Arms by rising figure.
    Ascending(Vec<String>),
}

/// The answer to one expectation, as it is told to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was looked at.
    pub metric: String,
    /// The expected value.
    pub expected: String,
    /// The measured value.
    pub got: String,
    /// What would have been accepted.
    pub band: String,
    /// Whether the measured value lies in the band.
    pub ok: bool,
}

impl Check {
    /// Reads an expectation; `tolerance` is that of its case, for those without one of their own.
    pub fn read(value: &Value, tolerance: &Value) -> Result<Self, InputError> {
        let metric = value["metric"].as_str().ok_or_else(|| wrong("metric", value))?.to_owned();
        let number = |name: &str| value[name].as_f64().ok_or_else(|| wrong(name, value));
        let want = match value["op"].as_str().unwrap_or_default() {
            "eq" => match value["value"].as_str() {
                Some(word) => Want::Word(word.to_owned()),
                None => near(number("value")?, value.get("tolerance").unwrap_or(tolerance)),
            },
            "in" => Want::In { lo: number("lo")?, hi: number("hi")? },
            "ge" => Want::In { lo: number("value")?, hi: f64::INFINITY },
            "le" => Want::In { lo: f64::NEG_INFINITY, hi: number("value")? },
            op @ ("gt_metric" | "lt_metric") => {
                let other = value["value"].as_str().ok_or_else(|| wrong("value", value))?;
                Want::Than { metric: other.to_owned(), greater: op == "gt_metric" }
            }
            "order_ascending" => {
                let arms = value["value"].as_array().ok_or_else(|| wrong("value", value))?;
                Want::Ascending(arms.iter().filter_map(|arm| Some(arm.as_str()?.to_owned())).collect())
            }
            _ => return Err(wrong("op", value)),
        };
        let arm = value["arm"].as_str().map_or_else(String::new, |arm| format!("({arm})"));
        Ok(Self { metric: metric + &arm, want })
    }

    /// The arms that it names.
    pub(super) fn arms(&self) -> Vec<String> {
        match &self.want {
            Want::Ascending(arms) => arms.clone(),
            Want::Than { metric, .. } => arms_of(&self.metric).chain(arms_of(metric)).collect(),
            _ => arms_of(&self.metric).collect(),
        }
    }

    /// The figures that it names, without their arms.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &str> {
        quotient(&self.metric)
    }

    /// Compares a report with the expectation.
    pub fn verdict(&self, report: &Report) -> Verdict {
        let got = value_of(report, &self.metric);
        let (expected, band, ok) = match &self.want {
            Want::Near { value, distance } => {
                let ok = got.as_ref().is_some_and(|got| got.within(value - distance, value + distance));
                (shown(*value), format!("{} ± {}", shown(*value), shown(*distance)), ok)
            }
            Want::Word(word) => {
                (word.clone(), word.clone(), matches!(&got, Some(Figure::Word(got)) if got == word))
            }
            Want::In { lo, hi } => {
                let ok = got.as_ref().is_some_and(|got| got.within(*lo, *hi));
                (interval(*lo, *hi), interval(*lo, *hi), ok)
            }
            Want::Than { metric, greater } => {
                let (mine, other) = (number(got.as_ref()), number(value_of(report, metric).as_ref()));
                let ok = mine
                    .zip(other)
                    .is_some_and(|(mine, other)| if *greater { mine > other } else { mine < other });
                let sign = if *greater { ">" } else { "<" };
                let other = other.map_or_else(|| "nothing".to_owned(), shown);
                (format!("{sign} {metric}"), format!("{sign} {other}"), ok)
            }
            Want::Ascending(arms) => return self.order(report, arms),
        };
        let got = got.map_or_else(|| "nothing".to_owned(), |got| got.shown());
        Verdict { metric: self.metric.clone(), expected, got, band, ok }
    }

    fn order(&self, report: &Report, arms: &[String]) -> Verdict {
        let values: Vec<_> = arms.iter().map(|arm| number(report.of_arm(arm, &self.metric))).collect();
        let ok = values.iter().all(Option::is_some) && values.windows(2).all(|pair| pair[0] < pair[1]);
        let got = values.iter().map(|value| value.map_or_else(|| "nothing".to_owned(), shown));
        let expected = arms.join(" < ");
        Verdict {
            metric: self.metric.clone(),
            got: got.collect::<Vec<_>>().join(", "),
            band: "rising".to_owned(),
            expected,
            ok,
        }
    }
}

fn wrong(name: &str, value: &Value) -> InputError {
    InputError(format!("expect.{name}: {}, want an expectation: {value}", value[name]))
}

fn near(value: f64, tolerance: &Value) -> Want {
    let absolute = tolerance["abs"].as_f64();
    let relative = tolerance["rel"].as_f64().map(|share| share * value.abs());
    Want::Near { value, distance: absolute.or(relative).unwrap_or(0.0) }
}

/// The metrics on both sides of a quotient's bar; a bar in parentheses is none.
fn quotient(metric: &str) -> impl Iterator<Item = &str> {
    metric.split('/').map(str::trim)
}

fn arms_of(metric: &str) -> impl Iterator<Item = String> {
    quotient(metric).filter_map(|part| {
        let arm = part.strip_suffix(')')?.split_once('(')?.1;
        // `p_slow(100, 0.01)` has arguments, not an arm.
        arm.starts_with(|first: char| first.is_ascii_alphabetic()).then(|| arm.to_owned())
    })
}

fn value_of(report: &Report, metric: &str) -> Option<Figure> {
    if let Some(figure) = report.figure(metric) {
        return Some(figure.clone());
    }
    let (above, below) = metric.split_once('/')?;
    let part = |metric: &str| number(report.figure(metric.trim()));
    Some(Figure::of(Some(part(above)? / part(below)?)))
}

fn number(figure: Option<&Figure>) -> Option<f64> {
    match figure? {
        Figure::Number(number) => Some(*number),
        _ => None,
    }
}

impl Figure {
    fn within(&self, lo: f64, hi: f64) -> bool {
        match *self {
            Self::Number(value) => lo <= value && value <= hi,
            Self::Span(least, greatest) => lo <= least && greatest <= hi,
            Self::Word(_) | Self::None => false,
        }
    }

    /// As a person reads it.
    pub fn shown(&self) -> String {
        match self {
            Self::Number(number) => shown(*number),
            Self::Span(lo, hi) => interval(*lo, *hi),
            Self::Word(word) => (*word).to_owned(),
            Self::None => "-".to_owned(),
        }
    }
}

/// A number with seven significant digits at most, for messages.
fn shown(number: f64) -> String {
    if number == 0.0 || number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number}");
    }
    let digits = 6 - number.abs().log10().floor() as i32;
    let text = if (0..=12).contains(&digits) {
        format!("{number:.*}", digits as usize)
    } else {
        format!("{number:.6e}")
    };
    if text.contains('.') && !text.contains('e') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

fn interval(lo: f64, hi: f64) -> String {
    match (lo.is_finite(), hi.is_finite()) {
        (true, false) => format!("≥ {}", shown(lo)),
        (false, true) => format!("≤ {}", shown(hi)),
        _ => format!("{} to {}", shown(lo), shown(hi)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Row;
    use super::*;
    use serde_json::json;

    fn verdict(check: &Value, tolerance: &Value) -> Verdict {
        let rows = vec![
            Row::new("a")
                .with("mean", 2.0)
                .with("word", Figure::Word("reply"))
                .with("load", Figure::Span(3.0, 4.0)),
            Row::new("b").with("mean", 3.0),
        ];
        Check::read(check, tolerance).unwrap().verdict(&Report::of(rows))
    }

    fn holds(check: &Value) -> bool {
        verdict(check, &Value::Null).ok
    }

    #[test]
    fn each_comparison_holds_on_its_edge_and_not_beyond() {
        assert!(holds(&json!({"metric": "mean(a)", "op": "eq", "value": 2})));
        assert!(!holds(&json!({"metric": "mean(a)", "op": "eq", "value": 2.000001})));
        assert!(holds(&json!({"metric": "mean(a)", "op": "in", "lo": 2, "hi": 3})));
        assert!(!holds(&json!({"metric": "mean(a)", "op": "in", "lo": 2.1, "hi": 3})));
        assert!(holds(&json!({"metric": "mean(a)", "op": "ge", "value": 2})));
        assert!(!holds(&json!({"metric": "mean(a)", "op": "le", "value": 1.9})));
        assert!(holds(&json!({"metric": "mean(a)/mean(b)", "op": "le", "value": 0.67})));
        assert!(holds(&json!({"metric": "mean(a)", "op": "lt_metric", "value": "mean(b)"})));
        assert!(!holds(&json!({"metric": "mean(a)", "op": "gt_metric", "value": "mean(b)"})));
        assert!(holds(&json!({"metric": "word", "op": "eq", "value": "reply"})));
        assert!(!holds(&json!({"metric": "word", "op": "eq", "value": "timeout"})));
        assert!(holds(&json!({"metric": "load", "op": "in", "lo": 3, "hi": 4})));
        assert!(!holds(&json!({"metric": "load", "op": "in", "lo": 3, "hi": 3.5})));
        assert!(holds(&json!({"metric": "mean", "op": "order_ascending", "value": ["a", "b"]})));
        assert!(!holds(&json!({"metric": "mean", "op": "order_ascending", "value": ["b", "a"]})));
        assert!(holds(&json!({"metric": "mean", "arm": "b", "op": "eq", "value": 3})));
    }

    #[test]
    fn a_tolerance_is_that_of_the_check_before_that_of_the_case() {
        let check = json!({"metric": "mean(a)", "op": "eq", "value": 2.1});
        assert!(verdict(&check, &json!({"rel": 0.05})).ok && !verdict(&check, &json!({"rel": 0.04})).ok);
        assert!(verdict(&check, &json!({"abs": 0.11})).ok);
        let own = json!({"metric": "mean(a)", "op": "eq", "value": 2.1, "tolerance": {"abs": 0.01}});
        assert!(!verdict(&own, &json!({"abs": 1})).ok);
    }

    #[test]
    fn a_metric_that_is_not_there_never_holds() {
        let missing = verdict(&json!({"metric": "p99", "op": "ge", "value": 0}), &Value::Null);
        assert_eq!((missing.ok, missing.got.as_str()), (false, "nothing"));
        assert!(!holds(&json!({"metric": "mean", "op": "order_ascending", "value": ["a", "c"]})));
    }

    #[test]
    fn a_miss_tells_expected_got_and_band() {
        let miss = verdict(&json!({"metric": "mean(a)", "op": "eq", "value": 1.9}), &json!({"rel": 0.01}));
        assert_eq!(
            (miss.expected.as_str(), miss.got.as_str(), miss.band.as_str()),
            ("1.9", "2", "1.9 ± 0.019")
        );
    }

    #[test]
    fn an_unknown_comparison_is_refused() {
        Check::read(&json!({"metric": "mean", "op": "like", "value": 1}), &Value::Null).unwrap_err();
        Check::read(&json!({"op": "eq", "value": 1}), &Value::Null).unwrap_err();
    }
}
