//! Arms as they are named on the command line: a known name, or a file with a configuration document.

use crate::{Failure, output};
use hedgerow_sim::arm::Arm;
use hedgerow_sim::experiments::Session;
use std::path::Path;

/// Puts the arms into a session; a file is called by its name without its end.
pub(super) fn choose(session: &mut Session<'_>, words: &[String]) -> Result<(), Failure> {
    for word in words {
        let path = Path::new(word);
        let is_file = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if is_file {
            let name =
                path.file_stem().map_or_else(|| word.clone(), |stem| stem.to_string_lossy().into_owned());
            let arm = Arm::from_json(&name, &output::read(path)?)
                .map_err(|error| Failure::Misuse(format!("{word}: {error}")))?;
            session.documents.push(arm);
            session.chosen.push(name);
        } else {
            session.chosen.push(word.clone());
        }
    }
    Ok(())
}
