//! The scripted scenario that every language plays: its decisions must be the same, bit for bit.

#[path = "../../../core/tests/scripted/mod.rs"]
mod scripted;

use std::error::Error;

/// The scenario's document.
const DOCUMENT: &str = include_str!("../../../tests/traces/scripted.json");

/// Plays the scenario in this process; the hash of the last line of its trace, 16 hex digits.
pub fn hash() -> Result<String, Box<dyn Error>> {
    let (_, trace) = scripted::play(&serde_json::from_str(DOCUMENT)?);
    Ok(format!("{:016x}", trace.hash()))
}

/// What the document promises.
pub fn promised() -> Result<String, Box<dyn Error>> {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT)?;
    Ok(document["expect"]["hash"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_ends_at_the_hash_of_the_document() {
        assert_eq!(hash().unwrap(), promised().unwrap());
    }
}
