//! Lines: latency curves (times on a logarithmic axis, shares by nines) and figures over time with bands of faults.

use super::look::{INK, SIZE, colour, font, told};
use super::{Line, MOST_POINTS, arms, legend};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;
use serde_json::Value;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws one series of all arms; none when no arm has points of it.
pub(super) fn draw(report: &Value, name: &str) -> Option<Result<String, String>> {
    let mut lines = Vec::new();
    let mut axes = None;
    for arm in arms(report) {
        let series = &arm["series"][name];
        let points = points(series);
        if !points.is_empty() {
            axes = Some(series);
            lines.push(Line { name: legend(arm), points });
        }
    }
    let series = axes?;
    let word = |field: &str| series[field].as_str().unwrap_or_default().to_owned();
    let is_share = word("y") == "share";
    // Documents hold whole µs; a latency is read in ms, the time of a run in s.
    let (unit, factor) = if is_share { ("ms", 1e3) } else { ("s", 1e6) };
    if word("x") == "us" {
        lines.iter_mut().flat_map(|line| &mut line.points).for_each(|point| point.0 /= factor);
    }
    let x = if word("x") == "us" { unit.to_owned() } else { word("x") };
    let heading = format!("{}: {}", report["experiment"].as_str().unwrap_or_default(), word("title"));
    let mut svg = String::new();
    let drawn = {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let drawn = if is_share {
            curves(&root, &heading, &format!("{}, {x}", word("title")), lines)
        } else {
            let (x, y) = (format!("time, {x}"), format!("{}, {}", word("title"), word("y")));
            over_time(&root, &heading, (&x, &y), &lines, &report["faults"])
        };
        drawn.and_then(|()| root.present().map_err(told))
    };
    Some(drawn.map(|()| svg))
}

/// The points of a series, thinned evenly to what can be seen.
fn points(series: &Value) -> Vec<(f64, f64)> {
    let all: Vec<_> = series["points"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|point| Some((point[0].as_f64()?, point[1].as_f64()?)))
        .collect();
    let step = all.len().div_ceil(MOST_POINTS).max(1);
    all.into_iter().step_by(step).collect()
}

/// Nines of a share: 0.9 is 1, 0.99 is 2.
fn nines(share: f64) -> f64 {
    -(1.0 - share).max(1e-9).log10()
}

fn curves(root: &Area<'_>, heading: &str, x: &str, mut lines: Vec<Line>) -> Result<(), String> {
    for line in &mut lines {
        line.points.iter_mut().for_each(|(ms, share)| (*ms, *share) = (ms.max(1e-3), nines(*share)));
    }
    let (least, most) = span(lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)));
    let (_, top) = span(lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)));
    let root = root.titled(heading, font(20)).map_err(told)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d((least * 0.9..most.max(least * 1.1) * 1.1).log_scale(), 0.0..top.max(1.0))
        .map_err(told)?;
    let labels = |nines: &f64| percent(*nines);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.25))
        .axis_style(INK)
        .label_style(font(13))
        .x_desc(x)
        .y_desc("share of calls at least as fast")
        .y_labels(8)
        .y_label_formatter(&labels)
        .draw()
        .map_err(told)?;
    series(&mut chart, &lines)
}

fn over_time(
    root: &Area<'_>,
    heading: &str,
    axes: (&str, &str),
    lines: &[Line],
    faults: &Value,
) -> Result<(), String> {
    let (from, to) = span(lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)));
    let (_, top) = span(lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)));
    let top = if top > 0.0 { top * 1.1 } else { 1.0 };
    let root = root.titled(heading, font(20)).map_err(told)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d(from..to.max(from + 1.0), 0.0..top)
        .map_err(told)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.25))
        .axis_style(INK)
        .label_style(font(13))
        .x_desc(axes.0)
        .y_desc(axes.1)
        .draw()
        .map_err(told)?;
    for fault in faults.as_array().into_iter().flatten() {
        let at = |end: &str, other: f64| fault[end].as_f64().map_or(other, |us| us / 1e6);
        let (begin, end) = (at("from_us", from), at("to_us", to));
        let band = Rectangle::new([(begin.max(from), 0.0), (end.min(to), top)], INK.mix(0.2).filled());
        chart.draw_series([band]).map_err(told)?;
        let kind = fault["kind"].as_str().unwrap_or_default().to_owned();
        chart.draw_series([Text::new(kind, (begin.max(from), top * 0.99), font(12))]).map_err(told)?;
    }
    series(&mut chart, lines)
}

fn series<'a, X>(
    chart: &mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, plotters::coord::types::RangedCoordf64>>,
    lines: &[Line],
) -> Result<(), String>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    for (at, line) in lines.iter().enumerate() {
        let style = colour(at).stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style))
            .map_err(told)?
            .label(line.name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(INK.mix(0.4))
        .margin(10)
        .label_font(font(13))
        .draw()
        .map_err(told)
}

/// The least and the greatest; 0 and 1 of nothing.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .fold(None, |ends: Option<(f64, f64)>, value| {
            let (least, most) = ends.unwrap_or((value, value));
            Some((least.min(value), most.max(value)))
        })
        .unwrap_or((0.0, 1.0))
}

/// 0 → 0 %, 1 → 90 %, 2 → 99 %; nothing between whole nines.
fn percent(nines: f64) -> String {
    let whole = nines.round();
    if (nines - whole).abs() > 1e-6 {
        return String::new();
    }
    let share = 100.0 - 100.0 * 10_f64.powf(-whole);
    format!("{} %", (share * 1e6).round() / 1e6)
}
