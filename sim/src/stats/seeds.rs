//! Figures over several seeds: of heavy tails one run says nothing, the middle of many does.

/// The middle and the tenth from either end of the figures of k runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Element ⌊k/10⌋.
    pub p10: f64,
    /// Element ⌊k/2⌋.
    pub median: f64,
    /// Element ⌊9k/10⌋.
    pub p90: f64,
}

/// The band of the figures of k runs; `None` without runs.
pub fn band(mut runs: Vec<f64>) -> Option<Band> {
    runs.sort_by(f64::total_cmp);
    let k = runs.len();
    let at = |index: usize| runs.get(index.min(k.checked_sub(1)?)).copied();
    Some(Band { p10: at(k / 10)?, median: at(k / 2)?, p90: at(9 * k / 10)? })
}

/// The median of the figures of k runs: element ⌊k/2⌋ in ascending order; `None` without runs.
pub fn median(runs: Vec<f64>) -> Option<f64> {
    band(runs).map(|band| band.median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elements_of_the_rule_are_taken() {
        let ten = (0..10).rev().map(f64::from).collect();
        assert_eq!(band(ten), Some(Band { p10: 1.0, median: 5.0, p90: 9.0 }));
        assert_eq!(median(vec![3.0, 1.0]), Some(3.0));
        assert_eq!(median(Vec::new()), None);
    }
}
