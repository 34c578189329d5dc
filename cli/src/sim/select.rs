//! Which cases are meant by a word: an experiment, one case, or a file of inputs.

use crate::{Failure, output};
use hedgerow_sim::experiments::{Case, find};
use serde_json::Value;
use std::path::Path;

/// The cases of an experiment's id, the case of that id, or those of a file.
pub(super) fn cases(word: &str) -> Result<Vec<Case>, Failure> {
    let shipped: Vec<_> = Case::shipped().map_err(Failure::misuse)?;
    let found: Vec<_> =
        shipped.into_iter().filter(|case| case.id == word || case.experiment() == word).collect();
    if !found.is_empty() && (find(word).is_some() || found.iter().any(|case| case.id == word)) {
        return Ok(found);
    }
    let path = Path::new(word);
    if path.is_file() {
        let read = Case::read_document(&inputs(path)?);
        return read.map_err(|error| Failure::Misuse(format!("{word}: {error}")));
    }
    Err(Failure::Misuse(format!(
        "{word:?}: want an experiment or case of `hedgerow sim list`, or a file of inputs"
    )))
}

/// The document of a file: JSON, or TOML if its name ends so; a document with servers is a fleet.
pub(super) fn inputs(path: &Path) -> Result<Value, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Misuse(format!("{}: {error}", path.display()));
    let text = output::read(path)?;
    let is_toml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    let mut document: Value = if is_toml {
        toml::from_str(&text).map_err(|error| refused(&error))?
    } else {
        serde_json::from_str(&text).map_err(|error| refused(&error))?
    };
    if let Value::Object(fields) = &mut document
        && fields.contains_key("servers")
    {
        fields.entry("experiment").or_insert_with(|| Value::from("fleet"));
    }
    Ok(document)
}

/// What an experiment is called.
pub(super) fn title(case: &Case) -> &'static str {
    find(case.experiment()).map_or("inputs of one's own", |experiment| experiment.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_is_all_of_its_cases_and_a_case_is_itself() {
        assert!(cases("E8").unwrap().len() >= 9);
        assert_eq!(cases("E8-20-full").unwrap().len(), 1);
        assert!(matches!(cases("E999"), Err(Failure::Misuse(_))));
    }
}
