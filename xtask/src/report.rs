//! What the steps of a run came to, and the table at its end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::child::Ending;

/// What is known of one step when it has ended.
#[derive(Debug)]
struct Line {
    name: String,
    took: Duration,
    ending: Ending,
}

/// Steps in the order they ran; a failed step does not keep the next one from running.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    skipped: Vec<String>,
}

impl Report {
    /// Runs one step and keeps its time and ending.
    pub(crate) fn step(&mut self, name: &str, run: impl FnOnce() -> Ending) {
        println!("\n=== {name}");
        let begun = Instant::now();
        let ending = run();
        self.lines.push(Line { name: name.to_owned(), took: begun.elapsed(), ending });
    }

    /// Names a step that cannot run here, and why.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.skipped.push(format!("{name}: {why}"));
    }

    /// Whether no step has failed so far.
    pub(crate) fn is_ok(&self) -> bool {
        self.lines.iter().all(|line| line.ending.ok)
    }

    /// Prints the table and the closing line, and answers the exit code.
    pub(crate) fn finish(&self) -> ExitCode {
        println!();
        for line in &self.lines {
            let verdict = if line.ending.ok { "ok" } else { "failed" };
            println!("{:<32} {:>7.1} s  {verdict}", line.name, line.took.as_secs_f64());
        }
        for line in &self.skipped {
            println!("skipped: {line}");
        }
        let (passed, failed) = self.counts();
        println!("\n{passed} passed, {failed} failed");
        if self.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Counts tests where a step ran tests, and the step itself where it did not.
    ///
    /// A step that failed counts at least one failure, whatever its tests say (it may not have compiled).
    fn counts(&self) -> (u64, u64) {
        self.lines.iter().fold((0, 0), |(passed, failed), Line { ending, .. }| {
            let own = u64::from(ending.ok && ending.tests_passed == 0);
            let broken = if ending.ok { 0 } else { ending.tests_failed.max(1) };
            (passed + ending.tests_passed + own, failed + broken)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(endings: &[(bool, u64, u64)]) -> Report {
        let mut report = Report::default();
        for &(ok, tests_passed, tests_failed) in endings {
            report.step("step", || Ending { ok, tests_passed, tests_failed });
        }
        report
    }

    #[test]
    fn a_step_without_tests_counts_as_one() {
        assert_eq!(report(&[(true, 0, 0), (true, 7, 0)]).counts(), (8, 0));
    }

    #[test]
    fn a_failed_step_counts_a_failure_even_when_no_test_ran() {
        let report = report(&[(false, 0, 0), (false, 5, 2)]);
        assert_eq!(report.counts(), (5, 3));
        assert!(!report.is_ok());
    }
}
