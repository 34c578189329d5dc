//! The report as a table for people.

use crate::report::{ArmSummary, Report, TraceHash, title};
use std::fmt::Write;

const HEADER: [&str; 13] = [
    "arm",
    "p50",
    "p95",
    "p99",
    "p99.9",
    "max",
    "errors",
    "hedges",
    "retries",
    "extra",
    "duplicate",
    "lost to own",
    "calls",
];
const UNITS: [&str; 13] =
    ["", "ms", "ms", "ms", "ms", "ms", "", "%", "%", "requests %", "writes", "stalls, ms", ""];

/// Renders the table and the lines below it.
pub fn render(report: &Report) -> String {
    let mut rows = vec![HEADER.map(str::to_owned), UNITS.map(str::to_owned)];
    rows.extend(report.arms.iter().map(row));
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = "─".repeat(widths.iter().map(|width| width + 2).sum());
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        line(&mut text, row, &widths);
        if number == 1 {
            text.push_str(&rule);
            text.push('\n');
        }
    }
    text.push('\n');
    text.push_str(&below(report));
    text
}

fn row(arm: &ArmSummary) -> [String; 13] {
    let ms = arm.latency_ms;
    [
        title(&arm.name, &arm.language),
        format!("{:.1}", ms.p50),
        format!("{:.1}", ms.p95),
        format!("{:.1}", ms.p99),
        format!("{:.1}", ms.p999),
        format!("{:.1}", ms.max),
        arm.errors.to_string(),
        format!("{:.2}", arm.hedges_percent),
        format!("{:.2}", arm.retries_percent),
        format!("{:.2}", arm.extra_percent),
        arm.duplicate_writes.to_string(),
        arm.lost_ms.map_or_else(|| "–".to_owned(), |lost| format!("{lost:.1}")),
        arm.calls.to_string(),
    ]
}

fn line(text: &mut String, row: &[String], widths: &[usize]) {
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        // Writing to a string cannot fail.
        let _ = if column == 0 { write!(text, "{cell:<width$}  ") } else { write!(text, "{cell:>width$}  ") };
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn below(report: &Report) -> String {
    let mut text = String::new();
    let (pauses, host) = (&report.pauses, &report.host);
    let _ = writeln!(
        text,
        "{} servers stood still {} times ({} of them for 100 ms or more), {:.1} s in all, {:.0} ms at the longest.",
        report.settings.servers,
        pauses.count,
        pauses.long,
        pauses.total_ms / 1000.0,
        pauses.longest_ms
    );
    let _ = writeln!(
        text,
        "The load process itself woke late {} times, {:.1} ms in all, {:.1} ms at the worst; all arms pay for it.",
        host.count, host.total_ms, host.longest_ms
    );
    let hash = |trace: &TraceHash| format!("{} {}", trace.language, trace.hash);
    let hashes: Vec<_> = report.traces.iter().map(hash).collect();
    let _ = writeln!(text, "Trace of the scripted scenario: {}", hashes.join(", "));
    for arm in &report.arms {
        for (kind, count) in &arm.errors_by_kind {
            let _ = writeln!(text, "{}: {count} × {kind}", title(&arm.name, &arm.language));
        }
    }
    for left_out in &report.left_out {
        let _ = writeln!(text, "{left_out}");
    }
    if let Some(rescued) = &report.rescued {
        text.push_str(&timeline(rescued));
    }
    text
}

fn timeline(rescued: &crate::report::Rescued) -> String {
    let mut text = format!(
        "\nThe slowest rescued call: {} {} (call {} of {}), {:.1} ms\n",
        rescued.op, rescued.key, rescued.call, rescued.arm, rescued.latency_ms
    );
    for server in &rescued.servers {
        let _ = writeln!(text, "  {server}");
    }
    if !rescued.plan.is_empty() {
        let _ = writeln!(text, "  plan: {}", rescued.plan.join("; "));
    }
    let what = rescued.steps.iter().map(|step| step.what.chars().count()).max().unwrap_or(0);
    let reason = rescued.steps.iter().map(|step| step.reason.chars().count()).max().unwrap_or(0);
    for step in &rescued.steps {
        let (at, did, slug, why) = (step.at_ms, &step.what, &step.reason, &step.sentence);
        let _ = writeln!(text, "  {at:>9.3} ms  {did:<what$}  {slug:<reason$}  {why}");
    }
    text
}
