//! `hedgerow check`: whether a client can be built from a document, and what in it does nothing.

use crate::{Failure, output};
use hedgerow_why::check::Checked;
use std::path::{Path, PathBuf};

/// A configuration document.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hedgerow check client.json\n\nExits with 1 when the document is refused."
)]
pub(crate) struct Args {
    /// The document, JSON.
    config: PathBuf,
    /// Writes the findings as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let checked = Checked::of(&output::read(&self.config)?);
        if self.json.as_deref() != Some(Path::new("-")) {
            for fault in &checked.faults {
                println!("{fault}");
            }
            for idle in &checked.idle {
                println!("without effect: {}: {}", idle.path, idle.because);
            }
            println!("{}", verdict(&checked));
        }
        output::json(self.json.as_deref(), &checked.to_json())?;
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
