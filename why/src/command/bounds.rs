//! `hedgerow bounds`: what a document promises.

use std::path::PathBuf;

use super::files::{self, Files};
use super::{Answer, Failure};
use crate::bounds::Bounds;
use crate::check::Checked;

/// A configuration document.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow bounds client.json\n  hedgerow bounds client.json --json -\n\nExits with 1 when the document is refused."
)]
pub struct Args {
    /// The document, JSON.
    config: PathBuf,
    /// Writes the bounds as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self, files: &mut dyn Files, answer: &mut Answer) -> Result<(), Failure> {
        let text = files::text(files, &self.config)?;
        let Ok(config) = serde_json::from_str(&text) else {
            for fault in Checked::of(&text).faults {
                answer.complain(fault);
            }
            return Err(Failure::Found);
        };
        let bounds = Bounds::of(&config);
        if !files::is_stdout(self.json.as_deref()) {
            answer.stdout += &bounds.to_text(&config);
        }
        files::json(files, self.json.as_deref(), &bounds.to_json(&config), answer)
    }
}
