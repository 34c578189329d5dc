//! The mutants as `cargo mutants` names them, each with the place that it replaces.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::child::{self, cargo};

/// A place in a file: line and column, both from 1.
pub(super) type Place = (usize, usize);

/// One mutant.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    pub(super) file: String,
    /// What is done, without its place: `replace < with <= in Wheel::insert`, numbered where several are called so.
    pub(super) what: String,
    pub(super) replacement: String,
    pub(super) from: Place,
    pub(super) to: Place,
    /// First and last line of its function; none outside of functions.
    pub(super) function: Option<(usize, usize)>,
    /// Whether it is in the woven core.
    pub(super) woven: bool,
}

impl Mutant {
    /// The room of the core that its file lies in.
    pub(super) fn room(&self) -> &str {
        self.file.split('/').nth(2).unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn of(file: &str, what: &str) -> Self {
        let (file, what) = (file.to_owned(), what.to_owned());
        Self {
            file,
            what,
            replacement: String::new(),
            from: (1, 1),
            to: (1, 1),
            function: Some((1, 1)),
            woven: true,
        }
    }
}

/// Lists the mutants of these files.
pub(super) fn list(files: &[&str]) -> Option<Vec<Mutant>> {
    let mut command = cargo("mutants --list --json -p hedgerow");
    for file in files {
        command.args(["--file", file]);
    }
    let told: Value = serde_json::from_str(&child::told(&mut command)?).ok()?;
    let mut mutants: Vec<Mutant> = told.as_array()?.iter().filter_map(read).collect();
    number(&mut mutants);
    Some(mutants)
}

fn read(told: &Value) -> Option<Mutant> {
    let place = |value: &Value| {
        let number = |key: &str| value[key].as_u64().and_then(|number| usize::try_from(number).ok());
        Some((number("line")?, number("column")?))
    };
    let function = &told["function"]["span"];
    let lines = place(&function["start"]).zip(place(&function["end"]));
    let name = told["name"].as_str()?;
    Some(Mutant {
        file: told["file"].as_str()?.to_owned(),
        what: name.split_once(": ")?.1.to_owned(),
        replacement: told["replacement"].as_str()?.to_owned(),
        from: place(&told["span"]["start"])?,
        to: place(&told["span"]["end"])?,
        function: lines.map(|(from, to)| (from.0, to.0)),
        woven: false,
    })
}

/// Mutants of one file with one name are told apart by their order, which outlives a change of lines.
fn number(mutants: &mut [Mutant]) {
    let mut seen: BTreeMap<(String, String), u32> = BTreeMap::new();
    for mutant in mutants {
        let count = seen.entry((mutant.file.clone(), mutant.what.clone())).or_default();
        *count += 1;
        if *count > 1 {
            mutant.what = format!("{} #{count}", mutant.what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutants_of_one_name_are_told_apart() {
        let mut mutants = [("a.rs", "x"), ("a.rs", "x"), ("b.rs", "x"), ("a.rs", "x")]
            .map(|(file, what)| Mutant::of(file, what));
        number(&mut mutants);
        assert_eq!(mutants.map(|mutant| mutant.what), ["x", "x #2", "x", "x #3"]);
    }
}
