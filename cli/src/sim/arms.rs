//! Arms as they are named on the command line: a known name, or a file with a configuration document.

use crate::{Failure, output};
use hedgerow_sim::arm::Arm;
use hedgerow_sim::experiments::Session;
use std::path::Path;

/// Puts the arms into a session.
pub(super) fn choose(session: &mut Session<'_>, words: &[String]) -> Result<(), Failure> {
    for word in words {
        if is_file(word) {
            let arm = read(word)?;
            session.chosen.push(arm.name.clone());
            session.documents.push(arm);
        } else {
            session.chosen.push(word.clone());
        }
    }
    Ok(())
}

/// One arm; a file is called by its name without its end.
pub(super) fn read(word: &str) -> Result<Arm, Failure> {
    if !is_file(word) {
        return Arm::named(word).map_err(Failure::misuse);
    }
    let path = Path::new(word);
    let name = path.file_stem().map_or_else(|| word.into(), |stem| stem.to_string_lossy());
    Arm::from_json(&name, &output::read(path)?).map_err(|error| Failure::Misuse(format!("{word}: {error}")))
}

fn is_file(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}
