//! Drawings of a report: latency curves, figures over time, bars of amplification. One look for all.
//!
//! A drawing has no ground of its own and its ink is a middle grey, so that it can be read on a light and on a dark page.

mod bars;
mod lines;
mod look;
mod scatter;

use crate::{Failure, output};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Points of one line that are drawn; more would be finer than the drawing.
const MOST_POINTS: usize = 500;

/// One line, or one bar when it has one point.
#[derive(Debug)]
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// Draws everything a report holds into a folder; the files.
pub(crate) fn all(report: &Value, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let case = report["experiment"].as_str().unwrap_or("report");
    let mut drawn = Vec::new();
    let mut write = |what: &str, svg: Option<Result<String, String>>| {
        let Some(svg) = svg else { return Ok(()) };
        let path = folder.join(format!("{case}-{what}.svg"));
        output::text(&path, &svg.map_err(Failure::Misuse)?)?;
        drawn.push(path);
        Ok(())
    };
    for name in series_names(report) {
        write(&name, lines::draw(report, &name))?;
    }
    write("amplification", bars::draw(report, "amplification"))?;
    Ok(drawn)
}

/// Draws a recommendation into a folder: latencies without and with it, and gain over cost of all that was tried.
pub(crate) fn recommendation(report: &Value, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let case = report["experiment"].as_str().unwrap_or("report");
    let drawings = [("latency", lines::draw(report, "latency")), ("gains", Some(scatter::draw(report)))];
    let mut drawn = Vec::new();
    for (what, svg) in drawings {
        let Some(svg) = svg else { continue };
        let path = folder.join(format!("{case}-{what}.svg"));
        output::text(&path, &svg.map_err(Failure::Misuse)?)?;
        drawn.push(path);
    }
    Ok(drawn)
}

fn arms(report: &Value) -> impl Iterator<Item = &Value> {
    report["arms"].as_array().into_iter().flatten()
}

fn series_names(report: &Value) -> Vec<String> {
    let mut names: Vec<_> = arms(report)
        .filter_map(|arm| arm["series"].as_object())
        .flat_map(|all| all.keys().cloned())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The name of an arm as a legend has it.
fn legend(arm: &Value) -> String {
    let name = arm["name"].as_str().unwrap_or_default();
    if arm["reference_model"].as_bool() == Some(true) { format!("{name} (model)") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        let curve: Vec<_> =
            (0..150).map(|step| json!([300.0 * 1.05_f64.powi(step), 1.0 - 0.91_f64.powi(step)])).collect();
        let time: Vec<_> = (0..600).map(|second| json!([second * 1_000_000_u64, 280 + second % 7])).collect();
        let arm = |name: &str, amplification: f64| {
            json!({"name": name, "metrics": {"amplification": amplification}, "series": {
                "latency": {"title": "latency", "x": "us", "y": "share", "points": curve},
                "goodput": {"title": "goodput", "x": "us", "y": "calls/s", "points": time}}})
        };
        json!({"experiment": "E0-test", "arms": [arm("none", 1.0), arm("naive", 2.9)],
            "faults": [{"kind": "stall", "from_us": 60_000_000, "to_us": 70_000_000}]})
    }

    #[test]
    fn a_report_gives_three_small_drawings_with_axes_and_legends() {
        let report = report();
        let drawings = [
            lines::draw(&report, "latency"),
            lines::draw(&report, "goodput"),
            bars::draw(&report, "amplification"),
        ];
        let words = [
            &["latency, ms", "naive", "99 %"][..],
            &["time, s", "calls/s", "stall"],
            &["amplification", "none", "2.9"],
        ];
        for (svg, words) in drawings.into_iter().zip(words) {
            let svg = svg.unwrap().unwrap();
            assert!(svg.len() <= 100 * 1024, "{}", svg.len());
            for word in words {
                assert!(svg.contains(word), "{word}: {svg}");
            }
            assert!(!svg.contains("fill=\"#FFFFFF\""), "no ground of its own");
        }
    }

    #[test]
    fn what_is_not_there_is_not_drawn() {
        let empty = json!({"experiment": "E0", "arms": [{"name": "a", "metrics": {}, "series": {}}]});
        assert!(series_names(&empty).is_empty() && bars::draw(&empty, "amplification").is_none());
    }
}
