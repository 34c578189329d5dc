//! What an experiment measured: one row for each arm, each with named figures and series.
//!
//! The JSON form sorts every key and holds no time stamp, so that equal runs give equal bytes; its times are whole µs,
//! whatever unit a figure has here and in tables. A metric of an expectation is looked up by [`Report::figure`]: `figure(arm)`, `figure.arm`, or `figure` where one row has it.

use crate::stream::fnv1a64;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// The least and the greatest of several.
    Span(f64, f64),
    /// A word.
    Word(&'static str),
    /// Nothing was measured.
    None,
}

impl Figure {
    /// A number, or nothing.
    pub fn of(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::None, Self::Number)
    }

    fn json(&self) -> Value {
        match self {
            Self::Number(number) => number_json(*number),
            Self::Span(lo, hi) => json!([number_json(*lo), number_json(*hi)]),
            Self::Word(word) => json!(word),
            Self::None => Value::Null,
        }
    }
}

impl From<f64> for Figure {
    fn from(number: f64) -> Self {
        Self::of(Some(number))
    }
}

/// Whole numbers are written without a point.
fn number_json(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { json!(number as i64) } else { json!(number) }
}

/// A line of a plot: points by rising x.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What is shown, for the axis.
    pub title: &'static str,
    /// Unit of x.
    pub x: &'static str,
    /// Unit of y.
    pub y: &'static str,
    /// The points.
    pub points: Vec<(f64, f64)>,
}

/// One arm of an experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name; empty when the experiment has one way of doing.
    pub arm: String,
    /// Whether this is a reference model of the simulator, not the core.
    pub model: bool,
    /// The figures by name; a name ends with its unit.
    pub figures: BTreeMap<String, Figure>,
    /// The lines by name.
    pub series: BTreeMap<&'static str, Series>,
}

impl Row {
    /// Begins the row of an arm whose decisions are the core's.
    pub fn new(arm: impl Into<String>) -> Self {
        Self { arm: arm.into(), ..Self::default() }
    }

    /// Begins the row of a reference model.
    pub fn model(arm: impl Into<String>) -> Self {
        Self { model: true, ..Self::new(arm) }
    }

    /// The same row with one more figure.
    pub fn with(mut self, name: impl Into<String>, figure: impl Into<Figure>) -> Self {
        self.figures.insert(name.into(), figure.into());
        self
    }
}

/// Everything that one run of an experiment says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The case, such as `E4-weighted8`.
    pub case: String,
    /// The first seed.
    pub seed: u64,
    /// The inputs as they were used.
    pub inputs: Map<String, Value>,
    /// Whose sends and ends a balancer is told of.
    pub view: String,
    /// The arms.
    pub rows: Vec<Row>,
    /// Faults as (kind, from, to) in seconds, for the bands of plots.
    pub faults: Vec<(String, f64, f64)>,
}

impl Report {
    /// A report of these rows.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { rows, ..Self::default() }
    }

    /// The value of a metric as an expectation writes it; `None` when no row has it.
    pub fn figure(&self, metric: &str) -> Option<&Figure> {
        self.plain(metric).or_else(|| self.called(metric)).or_else(|| self.dotted(metric))
    }

    /// The figure of this name, where only one row has it.
    fn plain(&self, name: &str) -> Option<&Figure> {
        let mut found = self.rows.iter().filter_map(|row| row.figures.get(name));
        found.next().filter(|_| found.next().is_none())
    }

    /// `figure(arm)`.
    fn called(&self, metric: &str) -> Option<&Figure> {
        let (name, arm) = metric.strip_suffix(')')?.split_once('(')?;
        self.of_arm(arm, name)
    }

    /// `figure.arm`, with the arm between any two dots.
    fn dotted(&self, metric: &str) -> Option<&Figure> {
        let parts: Vec<_> = metric.split('.').collect();
        (0..parts.len()).rev().find_map(|at| {
            let arm = parts.get(at)?;
            let rest: Vec<_> =
                parts.iter().enumerate().filter(|part| part.0 != at).map(|part| *part.1).collect();
            self.of_arm(arm, &rest.join("."))
        })
    }

    /// The figure of one arm.
    pub fn of_arm(&self, arm: &str, name: &str) -> Option<&Figure> {
        self.rows.iter().find(|row| row.arm == arm)?.figures.get(name)
    }

    /// The document of this report.
    pub fn json(&self) -> Value {
        let inputs = Value::Object(self.inputs.clone());
        let hash = fnv1a64(inputs.to_string().as_bytes());
        json!({
            "tool_version": env!("CARGO_PKG_VERSION"),
            "wire_version": WIRE_VERSION,
            "experiment": self.case,
            "seed": self.seed,
            "config": inputs,
            "config_hash": format!("{hash:016x}"),
            "view": self.view,
            "arms": self.rows.iter().map(row_json).collect::<Vec<_>>(),
            "faults": self.faults.iter().map(fault_json).collect::<Vec<_>>(),
        })
    }
}

/// Version of the report's form.
const WIRE_VERSION: u32 = 1;

fn fault_json((kind, from_s, to_s): &(String, f64, f64)) -> Value {
    let us = |seconds: f64| number_json(round(seconds * 1e6));
    json!({"kind": kind, "from_us": us(*from_s), "to_us": us(*to_s)})
}

fn row_json(row: &Row) -> Value {
    let metrics: Map<_, _> = row.figures.iter().map(|(name, figure)| in_us(name, figure)).collect();
    let line = |series: &Series| {
        let factor = units(series.x);
        let x = |x: f64| number_json(factor.map_or(x, |factor| round(x * factor)));
        let points: Vec<_> = series.points.iter().map(|point| [x(point.0), number_json(point.1)]).collect();
        let unit = if factor.is_some() { "us" } else { series.x };
        json!({"title": series.title, "x": unit, "y": series.y, "points": points})
    };
    let series: Map<_, _> =
        row.series.iter().map(|(name, series)| ((*name).to_owned(), line(series))).collect();
    json!({"name": row.arm, "reference_model": row.model, "metrics": metrics, "series": series})
}

/// The µs of one unit of time; none of what is no time.
fn units(unit: &str) -> Option<f64> {
    match unit {
        "ms" => Some(1e3),
        "s" => Some(1e6),
        _ => None,
    }
}

/// The name and value of a figure in a document: a time is whole µs, a variance of times whole µs².
fn in_us(name: &str, figure: &Figure) -> (String, Value) {
    let (stem, factor, unit) = match name {
        name if name.ends_with("_ms") => (name.strip_suffix("_ms"), 1e3, "_us"),
        name if name.ends_with("_ms2") => (name.strip_suffix("_ms2"), 1e6, "_us2"),
        _ => return (name.to_owned(), figure.json()),
    };
    let whole = |value: f64| round(value * factor);
    let figure = match figure {
        Figure::Number(value) => Figure::Number(whole(*value)),
        Figure::Span(least, greatest) => Figure::Span(whole(*least), whole(*greatest)),
        other => other.clone(),
    };
    (format!("{}{unit}", stem.unwrap_or_default()), figure.json())
}

/// Half up; no time is negative.
fn round(value: f64) -> f64 {
    crate::sample::whole(value) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let one = Row::new("one").with("mean_ms", 1.5).with("share.max_is_7", 0.5).with("only", 3.0);
        Report::of(vec![one, Row::model("two").with("mean_ms", 2.0).with("kind", Figure::Word("reply"))])
    }

    #[test]
    fn a_metric_is_found_as_it_may_be_written() {
        let report = report();
        let number = |metric: &str| report.figure(metric).cloned();
        assert_eq!(number("mean_ms(two)"), Some(Figure::Number(2.0)));
        assert_eq!(number("mean_ms.one"), Some(Figure::Number(1.5)));
        assert_eq!(number("share.one.max_is_7"), Some(Figure::Number(0.5)));
        assert_eq!(number("only"), Some(Figure::Number(3.0)));
        assert_eq!(number("mean_ms"), None, "two rows have it");
        assert_eq!(number("mean_ms(three)"), None);
    }

    #[test]
    fn the_document_is_sorted_and_whole_numbers_have_no_point() {
        let text = report().json().to_string();
        assert!(text.starts_with(r#"{"arms":[{"metrics":{"mean_us":1500,"only":3,"#), "{text}");
        assert_eq!(text, report().json().to_string());
    }

    #[test]
    fn times_of_a_document_are_whole_microseconds() {
        let series = Series { title: "goodput", x: "s", y: "calls/s", points: vec![(0.5, 3.25)] };
        let mut row =
            Row::new("a").with("p99_9_ms", Figure::Span(0.3084, 2.0)).with("variance_ms2", 0.000_001_4);
        row.series.insert("goodput", series);
        let report = Report { faults: vec![("stall".into(), 60.0, 70.5)], ..Report::of(vec![row]) };
        let document = report.json();
        assert_eq!(document["arms"][0]["metrics"], json!({"p99_9_us": [308, 2000], "variance_us2": 1}));
        let line = json!({"title": "goodput", "x": "us", "y": "calls/s", "points": [[500_000, 3.25]]});
        assert_eq!(document["arms"][0]["series"]["goodput"], line);
        assert_eq!(
            document["faults"],
            json!([{"kind": "stall", "from_us": 60_000_000, "to_us": 70_500_000}])
        );
    }

    #[test]
    fn what_was_not_measured_is_null() {
        assert_eq!(Figure::of(Some(f64::NAN)).json(), Value::Null);
        assert_eq!(Figure::of(None).json(), Value::Null);
    }
}
