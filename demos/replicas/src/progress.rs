//! What is shown while the load runs.

use crate::load::Finished;
use crate::report::millis;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A bar on a terminal; elsewhere a line at each quarter.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    arms: Vec<(&'static str, Duration)>,
    done: u64,
    total: u64,
}

impl Progress {
    /// Starts showing progress towards `total` finished calls.
    pub fn new(total: u64, arms: &[&'static str]) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(total).with_style(style()));
        let arms = arms.iter().map(|name| (*name, Duration::ZERO)).collect();
        Self { bar, arms, done: 0, total }
    }

    /// Counts one finished call.
    pub fn tick(&mut self, one: &Finished) {
        self.done += 1;
        if let Some((_, worst)) = self.arms.get_mut(one.arm) {
            *worst = (*worst).max(one.latency);
        }
        let quarter = (self.total / 4).max(1);
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.done);
                if self.done.is_multiple_of(50) {
                    bar.set_message(self.worst());
                }
            }
            None if self.done.is_multiple_of(quarter) => {
                eprintln!("{} of {} calls, {}", self.done, self.total, self.worst());
            }
            None => {}
        }
    }

    fn worst(&self) -> String {
        let parts: Vec<_> =
            self.arms.iter().map(|(name, worst)| format!("{name} {:.0} ms", millis(*worst))).collect();
        format!("slowest so far: {}", parts.join(", "))
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{elapsed_precise} {bar:36} {pos}/{len}  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
}
