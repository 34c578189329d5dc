//! `hedgerow replay`: whether a recorded run would go the same way again, and which way it would have gone under another
//! document.

use std::path::PathBuf;

use hedgerow::retry::outcome::FailureClass;
use hedgerow::trace::Trace;
use hedgerow::{Config, Duration};

use super::files::{self, Files};
use super::{Answer, Failure};
use crate::replay::Replayed;
use crate::whatif::{Assumed, Model, WhatIf};

/// A trace to be repeated.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow replay run.jsonl --config client.json\n  hedgerow replay run.jsonl --config client.json --with other.json\n\nWith --with, an attempt that is not in the trace has no known outcome, and its call is told to be undecided.\n\nExits with 1 when a decision differs from the recorded one."
)]
pub struct Args {
    /// The trace: its lines, or its compact form.
    trace: PathBuf,
    /// The document under which it was recorded; the empty one if not given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Another document: tells which decisions would have been others under it.
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// What to assume of attempts that are not in the trace: `latency_us=4000` for an answer after 4 ms,
    /// `latency_us=4000,class=transient` for a failure.
    #[arg(long, value_name = "MODEL", requires = "with", value_parser = assumed)]
    unknown: Option<Assumed>,
    /// Writes the result as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self, files: &mut dyn Files, answer: &mut Answer) -> Result<(), Failure> {
        let (trace, config) = files::recorded(files, &self.trace, self.config.as_deref())?;
        match &self.with {
            Some(with) => {
                let other = files::config(files, Some(with))?;
                self.what_if(&trace, &config, &other, files, answer)
            }
            None => self.tell(&Replayed::of(&trace, &config), &config, files, answer),
        }
    }

    fn tell(
        &self,
        replayed: &Replayed,
        config: &Config,
        files: &mut dyn Files,
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        if !files::is_stdout(self.json.as_deref()) {
            answer.stdout += &replayed.to_text(config);
        }
        files::json(files, self.json.as_deref(), &replayed.to_json(), answer)?;
        if matches!(replayed, Replayed::Same { .. }) { Ok(()) } else { Err(Failure::Found) }
    }

    fn what_if(
        &self,
        trace: &Trace,
        config: &Config,
        other: &Config,
        files: &mut dyn Files,
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        match WhatIf::of(trace, config, other, self.unknown.map_or(Model::Unknown, Model::Always)) {
            Ok(told) => {
                if !files::is_stdout(self.json.as_deref()) {
                    answer.stdout += &told.to_text();
                }
                files::json(files, self.json.as_deref(), &told.to_json(), answer)
            }
            Err(replayed) => {
                answer.complain("the trace does not repeat itself, so there is nothing to compare with");
                self.tell(&replayed, config, files, answer)
            }
        }
    }
}

/// Reads what to assume.
fn assumed(text: &str) -> Result<Assumed, String> {
    let (mut after, mut failure) = (None, None);
    for part in text.split(',') {
        match part.split_once('=') {
            Some(("latency_us", micros)) => {
                let micros =
                    micros.parse().map_err(|_| format!("latency_us: {micros}, want a number of µs"))?;
                after = Some(Duration::from_micros(micros));
            }
            Some(("class", word)) => {
                let class = FailureClass::ALL.into_iter().find(|class| class.slug() == word);
                failure = Some(class.ok_or_else(|| format!("class: {word}, want {}", classes()))?);
            }
            _ => return Err(format!("{part}: want latency_us=… and perhaps class=…")),
        }
    }
    let after = after.ok_or("latency_us: missing, want a number of µs")?;
    Ok(failure.map_or(Assumed::Answer { after }, |class| Assumed::Failure { class, after }))
}

fn classes() -> String {
    FailureClass::ALL.map(FailureClass::slug).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_or_its_fault_named() {
        let after = Duration::from_micros(4000);
        assert_eq!(assumed("latency_us=4000"), Ok(Assumed::Answer { after }));
        let class = FailureClass::Transient;
        assert_eq!(assumed("class=transient,latency_us=4000"), Ok(Assumed::Failure { class, after }));
        assert_eq!(assumed("class=odd").unwrap_err().split_once(',').unwrap().0, "class: odd");
        for wrong in ["", "latency_us=soon", "class=fatal", "latency_us=1,speed=2"] {
            assert!(assumed(wrong).is_err(), "{wrong}");
        }
    }
}
