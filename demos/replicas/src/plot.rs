//! The latency curves of all arms in one drawing.
//!
//! The horizontal axis counts nines (90 %, 99 %, 99.9 %), because stalls live in the tail; the vertical axis
//! is logarithmic, because the tail is a hundred times the median.

use crate::report::{ArmResult, millis, title};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const SIZE: (u32, u32) = (960, 540);
const INK: RGBColor = RGBColor(45, 49, 66);
const PALE: RGBColor = RGBColor(228, 230, 235);
const COLOURS: [RGBColor; 8] = [
    RGBColor(209, 73, 91),
    RGBColor(0, 121, 140),
    RGBColor(237, 174, 73),
    RGBColor(102, 84, 140),
    RGBColor(48, 99, 142),
    RGBColor(90, 150, 80),
    RGBColor(166, 106, 58),
    RGBColor(110, 118, 130),
];

type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, LogCoord<f64>>>;

/// Draws the curves into an SVG file.
pub fn draw(path: &Path, arms: &[ArmResult], caption: &str) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    draw_on(&root, arms, caption)?;
    root.present()?;
    Ok(())
}

fn draw_on(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    arms: &[ArmResult],
    caption: &str,
) -> Result<(), Box<dyn Error>> {
    root.fill(&WHITE)?;
    let root =
        root.titled("Latency of one call while servers stall", ("sans-serif", 22).into_font().color(&INK))?;
    let root = root.titled(caption, ("sans-serif", 14).into_font().color(&INK.mix(0.7)))?;
    let nines =
        arms.iter().map(|arm| (2.0 * arm.latencies_us.len().max(10) as f64).log10()).fold(1.0, f64::max);
    let highest = arms.iter().map(|arm| millis(arm.latencies_us.max())).fold(10.0, f64::max);
    let lowest = arms.iter().map(|arm| millis(arm.latencies_us.quantile(0))).fold(1.0, f64::min);
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .x_label_area_size(46)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..nines, (lowest.max(0.1) * 0.8..highest * 1.4).log_scale())?;
    mesh(&mut chart)?;
    for (arm, colour) in arms.iter().zip(COLOURS.into_iter().cycle()) {
        curve(&mut chart, arm, colour)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .margin(12)
        .label_font(("sans-serif", 15).into_font().color(&INK))
        .draw()?;
    Ok(())
}

fn mesh(chart: &mut Chart<'_>) -> Result<(), Box<dyn Error>> {
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(PALE)
        .axis_style(INK.mix(0.5))
        .label_style(("sans-serif", 14).into_font().color(&INK))
        .x_desc("share of calls that were at least as fast")
        .y_desc("latency, ms (log scale)")
        .x_labels(6)
        .x_label_formatter(&|nines| percent_label(*nines))
        .y_label_formatter(&|ms| if *ms < 1.0 { format!("{ms:.1}") } else { format!("{ms:.0}") })
        .draw()?;
    Ok(())
}

fn curve(chart: &mut Chart<'_>, arm: &ArmResult, colour: RGBColor) -> Result<(), Box<dyn Error>> {
    let p999 = millis(arm.latencies_us.quantile(99_900));
    let label = format!("{} (p99.9 {p999:.1} ms)", title(&arm.name, &arm.language));
    chart
        .draw_series(LineSeries::new(arm.latencies_us.curve(), colour.stroke_width(3)))?
        .label(label)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    if arm.latencies_us.len() >= 1000 {
        chart.draw_series([Circle::new((3.0, p999.max(0.1)), 5, colour.filled())])?;
    }
    Ok(())
}

/// 0 → 0 %, 1 → 90 %, 2 → 99 %, 3 → 99.9 %; nothing between whole nines.
fn percent_label(nines: f64) -> String {
    let whole = nines.round();
    if (nines - whole).abs() > 1e-6 {
        return String::new();
    }
    // Shortest form: 90, 99, 99.9, 99.99.
    let share = 100.0 - 100.0 * 10_f64.powf(-whole);
    format!("{} %", (share * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::TempDir;

    #[test]
    fn labels_count_nines() {
        let labels = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0].map(percent_label);
        assert_eq!(labels, ["0 %", "", "90 %", "99 %", "99.9 %", "99.99 %"]);
    }

    #[test]
    fn a_drawing_names_its_arms_even_when_one_is_empty() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("latency.svg");
        let plain = ArmResult {
            latencies_us: (1..=2000_u32).map(|n| n * 100).collect::<Vec<_>>().into(),
            ..ArmResult::new("plain", "rust")
        };
        draw(&path, &[plain, ArmResult::new("empty", "rust")], "caption").unwrap();
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(svg.contains("plain (p99.9 199.8 ms)") && svg.contains("empty"), "{svg}");
    }
}
