//! What an operation may cost beside another one, held by the committed counts and by those of each check.

use std::collections::BTreeMap;

/// Instructions per operation, by its name.
pub type Counts = BTreeMap<String, u64>;

/// An operation that may cost no more than so many hundredths of another one.
struct Bar {
    what: &'static str,
    most: u64,
    of: &'static str,
}

const BARS: [Bar; 1] = [
    // To record a trace, and to fetch it, costs at most a quarter of what the core does for a call.
    Bar { what: "call: its trace recorded and fetched", most: 125, of: "call: answered in time" },
];

/// Names every bar that counts break, or that they cannot be compared with.
pub fn broken(counts: &Counts) -> Vec<String> {
    let told = |bar: &Bar| {
        let Bar { what, most, of } = bar;
        match (counts.get(*what), counts.get(*of)) {
            (Some(cost), Some(whole)) if cost * 100 <= whole * most => None,
            (Some(cost), Some(whole)) => Some(format!(
                "{what}: {cost} instructions, more than {most} hundredths of the {whole} of {of}"
            )),
            _ => Some(format!("{what} or {of}: not counted")),
        }
    };
    BARS.iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> Counts {
        pairs.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
    }

    #[test]
    fn the_committed_counts_keep_every_bar() {
        let committed: Counts = serde_json::from_str(include_str!("../instructions.json")).unwrap();
        assert_eq!(broken(&committed), Vec::<String>::new());
    }

    #[test]
    fn a_bar_that_is_broken_or_not_counted_is_told() {
        let [recorded, plain] = [BARS[0].what, BARS[0].of];
        assert_eq!(broken(&counts(&[(recorded, 125), (plain, 100)])).len(), 0);
        assert_eq!(broken(&counts(&[(recorded, 126), (plain, 100)])).len(), 1);
        assert_eq!(broken(&counts(&[(plain, 100)])).len(), 1);
    }
}
