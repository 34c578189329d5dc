//! Tables for people: fixed width, one row for each arm, one column for each figure, four significant digits.
//!
//! Columns stand in the order of the names of their figures. A name with `*` is a reference model: it is not the core.

use hedgerow_sim::experiments::{Figure, Report, Row};
use std::collections::BTreeSet;
use std::fmt::Write;

const ARM_WIDTH: usize = 24;
const LEAST_WIDTH: usize = 10;
/// Wider tables are cut into several below each other.
const LINE_WIDTH: usize = 110;

/// The table of a report, with a heading.
pub(crate) fn of(report: &Report, title: &str) -> String {
    let mut text = format!("{}: {title} (seed {}, view {})\n", report.case, report.seed, report.view);
    let columns: BTreeSet<&str> =
        report.rows.iter().flat_map(|row| row.figures.keys()).map(String::as_str).collect();
    let columns: Vec<_> = columns.into_iter().collect();
    let mut rest = columns.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest));
        part(&mut text, report, now);
        rest = later;
    }
    if report.rows.iter().any(|row| row.model) {
        text.push_str("* reference model\n");
    }
    text
}

fn width(column: &str) -> usize {
    column.chars().count().max(LEAST_WIDTH)
}

/// How many columns fit on a line; at least one.
fn fitting(columns: &[&str]) -> usize {
    let mut used = ARM_WIDTH;
    let fit = columns.iter().take_while(|column| {
        used += 2 + width(column);
        used <= LINE_WIDTH
    });
    fit.count().max(1)
}

fn part(text: &mut String, report: &Report, columns: &[&str]) {
    let _ = write!(text, "{:ARM_WIDTH$}", "arm");
    for column in columns {
        let _ = write!(text, "  {column:>0$}", width(column));
    }
    text.push('\n');
    for row in &report.rows {
        let _ = write!(text, "{:ARM_WIDTH$}", name(row));
        for column in columns {
            let cell = row.figures.get(*column).map_or_else(String::new, cell);
            let _ = write!(text, "  {cell:>0$}", width(column));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
}

fn name(row: &Row) -> String {
    let name = if row.arm.is_empty() { "-" } else { &row.arm };
    if row.model { format!("{name} *") } else { name.to_owned() }
}

fn cell(figure: &Figure) -> String {
    match figure {
        Figure::Number(number) => significant(*number),
        Figure::Span(lo, hi) => format!("{}..{}", significant(*lo), significant(*hi)),
        Figure::Word(word) => (*word).to_owned(),
        Figure::None => "-".to_owned(),
    }
}

/// Four significant digits; whole numbers below a thousand million as they are.
pub(crate) fn significant(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e9 {
        return format!("{number}");
    }
    // The exponent of the rounded number: 9.9996 has two digits before its point.
    let text = format!("{number:.3e}");
    let exponent = text.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or(0);
    match exponent {
        -4..=2 => format!("{number:.*}", usize::try_from(3 - exponent).unwrap_or(0)),
        3..=8 => format!("{number:.0}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_significant_digits() {
        let shown =
            [0.0, 1.1225, 18.706_9, 9.999_96, 0.000_285_7, 63_387.82, 1e-7, 3e12, -2.5].map(significant);
        assert_eq!(
            shown,
            ["0", "1.123", "18.71", "10.00", "0.0002857", "63388", "1.000e-7", "3.000e12", "-2.500"]
        );
    }

    #[test]
    fn a_table_has_a_row_for_each_arm_and_marks_models() {
        let rows = vec![
            Row::new("weighted").with("mean_ms", 1.1225).with("share", Figure::None),
            Row::model("paper").with("mean_ms", 2.0).with("load", Figure::Span(3.0, 4.0)),
        ];
        let report =
            Report { case: "E4-x".to_owned(), seed: 1, view: "global".to_owned(), ..Report::of(rows) };
        let expected = "E4-x: choice (seed 1, view global)\n\
            arm                             load     mean_ms       share\n\
            weighted                                   1.123           -\n\
            paper *                         3..4           2\n\
            * reference model\n";
        assert_eq!(of(&report, "choice"), expected);
    }

    #[test]
    fn a_wide_table_is_cut_into_several() {
        let row = (0..20).fold(Row::new("a"), |row, column| row.with(format!("figure_{column:02}"), 1.0));
        let text = of(&Report::of(vec![row]), "wide");
        assert!(text.lines().all(|line| line.chars().count() <= LINE_WIDTH));
        assert_eq!(text.lines().filter(|line| line.starts_with("arm")).count(), 3);
    }
}
