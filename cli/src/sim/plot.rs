//! `hedgerow sim plot`.

use crate::{Failure, draw, output};
use serde_json::Value;
use std::path::PathBuf;

/// Which report to draw, and where to.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim run E4-weighted8 --json report.json\n  hedgerow sim plot report.json --svg drawings"
)]
pub(crate) struct Args {
    /// A report of `hedgerow sim run --json`.
    report: PathBuf,
    /// The folder of the drawings.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    svg: PathBuf,
    /// Writes the names of the drawings as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut drawn = Vec::new();
        for report in output::reports(&self.report)? {
            drawn.extend(draw::all(&report, &self.svg)?);
        }
        if drawn.is_empty() {
            return Err(Failure::Misuse(format!(
                "{}: holds nothing that can be drawn",
                self.report.display()
            )));
        }
        if self.json.is_none() {
            for path in &drawn {
                println!("{}", path.display());
            }
        }
        let names = drawn.iter().map(|path| Value::from(path.display().to_string())).collect();
        output::json(self.json.as_deref(), &Value::Array(names))
    }
}
