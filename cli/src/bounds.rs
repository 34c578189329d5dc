//! `hedgerow bounds`: what a document promises.

use crate::{Failure, output};
use hedgerow_why::bounds::Bounds;
use hedgerow_why::check::Checked;
use std::path::{Path, PathBuf};

/// A configuration document.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow bounds client.json\n  hedgerow bounds client.json --json -\n\nExits with 1 when the document is refused."
)]
pub(crate) struct Args {
    /// The document, JSON.
    config: PathBuf,
    /// Writes the bounds as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let text = output::read(&self.config)?;
        let Ok(config) = serde_json::from_str(&text) else {
            Checked::of(&text).faults.iter().for_each(|fault| eprintln!("{fault}"));
            return Err(Failure::Found);
        };
        let bounds = Bounds::of(&config);
        if self.json.as_deref() != Some(Path::new("-")) {
            print!("{}", bounds.to_text(&config));
        }
        output::json(self.json.as_deref(), &bounds.to_json(&config))
    }
}
