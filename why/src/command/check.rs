//! `hedgerow check`: whether a client can be built from a document, and what in it does nothing.

use std::path::PathBuf;

use super::files::{self, Files};
use super::{Answer, Failure};
use crate::check::Checked;

/// A configuration document.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hedgerow check client.json\n\nExits with 1 when the document is refused."
)]
pub struct Args {
    /// The document, JSON.
    config: PathBuf,
    /// Writes the findings as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self, files: &mut dyn Files, answer: &mut Answer) -> Result<(), Failure> {
        let checked = Checked::of(&files::text(files, &self.config)?);
        if !files::is_stdout(self.json.as_deref()) {
            for fault in &checked.faults {
                answer.say(fault);
            }
            for idle in &checked.idle {
                answer.say(format_args!("without effect: {}: {}", idle.path, idle.because));
            }
            answer.say(verdict(&checked));
        }
        files::json(files, self.json.as_deref(), &checked.to_json(), answer)?;
        if checked.is_valid() { Ok(()) } else { Err(Failure::Found) }
    }
}

fn verdict(checked: &Checked) -> String {
    match checked.faults.len() {
        0 => "valid".to_owned(),
        1 => "refused: 1 fault".to_owned(),
        many => format!("refused: {many} faults"),
    }
}
