//! Bars: one figure of each arm.

use super::look::{INK, SIZE, colour, font, told};
use super::{arms, legend};
use crate::table::significant;
use plotters::prelude::*;
use serde_json::Value;

/// Draws one figure of all arms; none when no arm has it.
pub(super) fn draw(report: &Value, figure: &str) -> Option<Result<String, String>> {
    let value = |arm: &Value| {
        let all = arm["metrics"].as_object()?;
        let is_it = |name: &&String| *name == figure || name.ends_with(&format!(".{figure}"));
        all.get(all.keys().find(is_it)?)?.as_f64()
    };
    let bars: Vec<_> = arms(report).filter_map(|arm| Some((legend(arm), value(arm)?))).collect();
    if bars.is_empty() {
        return None;
    }
    let heading = format!("{}: {figure}", report["experiment"].as_str().unwrap_or_default());
    let mut svg = String::new();
    let drawn = paint(&mut svg, &heading, figure, &bars);
    Some(drawn.map(|()| svg))
}

fn paint(svg: &mut String, heading: &str, figure: &str, bars: &[(String, f64)]) -> Result<(), String> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let area = root.titled(heading, font(20)).map_err(told)?;
    let top = bars.iter().map(|bar| bar.1).fold(1.0, f64::max) * 1.15;
    let mut chart = ChartBuilder::on(&area)
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..f64::from(count(bars)), 0.0..top)
        .map_err(told)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.25))
        .axis_style(INK)
        .label_style(font(13))
        .x_labels(0)
        .x_desc("arm")
        .y_desc(format!("{figure}, attempts for each call"))
        .draw()
        .map_err(told)?;
    for ((at, left), (name, value)) in (0..count(bars)).map(|at| (at as usize, f64::from(at) + 0.2)).zip(bars)
    {
        let right = left + 0.6;
        chart
            .draw_series([Rectangle::new([(left, 0.0), (right, *value)], colour(at).filled())])
            .map_err(told)?
            .label(format!("{name}: {}", significant(*value)))
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour(at).filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(INK.mix(0.4))
        .margin(10)
        .label_font(font(13))
        .draw()
        .map_err(told)?;
    root.present().map_err(told)
}

/// More bars than fit would be no drawing.
fn count(bars: &[(String, f64)]) -> u32 {
    u32::try_from(bars.len()).unwrap_or(u32::MAX)
}
