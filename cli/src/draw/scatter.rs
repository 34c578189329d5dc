//! Points: what each configuration costs beside what it gives.

use super::arms;
use super::look::{INK, SIZE, colour, font, told};
use plotters::prelude::*;
use serde_json::Value;

/// One configuration: extra load in percent, its latency in ms, and which of three kinds it is.
#[derive(Debug)]
struct Point {
    x: f64,
    y: f64,
    kind: usize,
}

const KINDS: [&str; 3] = ["plain", "tried", "recommended"];

/// Draws the p99.9 of every arm of a recommendation over its extra load.
pub(super) fn draw(report: &Value) -> Result<String, String> {
    let best = report["recommended"]["arm"].as_str().unwrap_or_default();
    let point = |arm: &Value| {
        let figure = |name: &str| arm["metrics"][name].as_f64();
        let name = arm["name"].as_str().unwrap_or_default();
        let kind = if name == "plain" { 0 } else { 1 + usize::from(name == best) };
        Some(Point { x: figure("extra_load")? * 100.0, y: (figure("p99_9_us")? / 1e3).max(1e-3), kind })
    };
    let points: Vec<_> = arms(report).filter_map(point).collect();
    let heading = format!("{}: gain and cost", report["experiment"].as_str().unwrap_or_default());
    let mut svg = String::new();
    paint(&mut svg, &heading, &points)?;
    Ok(svg)
}

fn paint(svg: &mut String, heading: &str, points: &[Point]) -> Result<(), String> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let area = root.titled(heading, font(20)).map_err(told)?;
    let most = |of: fn(&Point) -> f64| points.iter().map(of).fold(0.0, f64::max);
    let least = points.iter().map(|point| point.y).fold(f64::INFINITY, f64::min).min(1e6);
    let (right, top) = (most(|point| point.x).max(0.1) * 1.1, most(|point| point.y).max(least) * 2.0);
    let mut chart = ChartBuilder::on(&area)
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..right, (least * 0.7..top).log_scale())
        .map_err(told)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.25))
        .axis_style(INK)
        .label_style(font(13))
        .x_desc("extra load, % of the calls")
        .y_desc("p99.9, ms")
        .draw()
        .map_err(told)?;
    for (kind, name) in KINDS.into_iter().enumerate() {
        let of_kind = points.iter().filter(|point| point.kind == kind);
        let size = if kind == 1 { 4 } else { 7 };
        let dots = of_kind.map(|point| Circle::new((point.x, point.y), size, colour(kind).filled()));
        chart
            .draw_series(dots)
            .map_err(told)?
            .label(name)
            .legend(move |at| Circle::new(at, 5, colour(kind).filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .border_style(INK.mix(0.4))
        .margin(10)
        .label_font(font(13))
        .draw()
        .map_err(told)?;
    root.present().map_err(told)
}
