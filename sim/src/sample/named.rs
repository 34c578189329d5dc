//! Workloads with a name, with exactly the parameters under which they were published or measured.

use super::MS;
use super::curve::{Curve, Piece};
use super::model::{Mixture, Model};

/// Length of a server's pause in the workload `pauses24`.
pub const PAUSE_US: u64 = 24_000;

/// Mean gap between two pauses of a server in the workload `pauses24`; gaps are exponential.
pub const PAUSE_GAP_US: u64 = 2_000_000;

/// The mixture of a Cassandra node as its clients see it: answers, collections, retransmits, safepoints, a stuck node.
///
/// Source: jolynch/performance-analysis, notebook `snitch_lpf_comparison`. The shares add up to 1.
pub fn cassandra_mix() -> Model {
    let part = |share, lo: f64, hi: f64, scale: f64| {
        (share, Model::Truncated { lo: lo * MS, hi: hi * MS, scale: scale * MS })
    };
    let parts = vec![
        part(0.90, 1.0, 10.0, 5.0),
        part(0.0925, 20.0, 30.0, 3.0),
        part(0.005, 200.0, 210.0, 5.0),
        part(0.001_95, 1000.0, 2000.0, 10.0),
        part(0.000_55, 10_000.0, 10_005.0, 1.0),
    ];
    Mixture::new(parts).map_or(Model::Const(0.0), Model::Mixture)
}

/// A curve that agrees with the three figures of "The Tail at Scale" (Dean and Barroso, 2013) on hedged reads.
///
/// The paper publishes no distribution of one key; this one is ours.
pub fn bigtable_curve() -> Model {
    let piece = |t: f64, s, exponent| Piece { t: t * MS, s, exponent };
    Model::Curve(Curve::of_pieces(vec![
        piece(1.0, 1.0, 1.698_97),
        piece(10.0, 0.02, 1.552_957),
        piece(74.0, 8.936_144e-4, 2.129_038),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Purpose;

    #[test]
    fn the_components_of_the_mixture_end_where_they_were_published() {
        let Model::Mixture(mixture) = cassandra_mix() else { panic!("no mixture") };
        let ends: Vec<_> = mixture.boundaries().collect();
        for (end, want) in ends.iter().zip([0.9, 0.9925, 0.9975, 0.99945, 1.0]) {
            assert!((end - want).abs() < 1e-12, "{end}");
        }
        assert_eq!(ends.len(), 5);
    }

    #[test]
    fn the_mixture_has_its_published_median_and_clamped_mean() {
        let (model, mut draws) = (cassandra_mix(), Purpose::Service.stream(1, 0));
        let mut drawn: Vec<_> = (0..200_000).map(|_| model.sample(&mut draws)).collect();
        let clamped = drawn.iter().map(|&us| us.min(10_000)).sum::<u64>() / 200_000;
        drawn.sort_unstable();
        assert!((4050..=4170).contains(&drawn[100_000]), "{}", drawn[100_000]);
        assert!((22_000..=22_420).contains(&drawn[190_000]), "{}", drawn[190_000]);
        assert!((4770..=4830).contains(&clamped), "{clamped}");
    }

    #[test]
    fn two_percent_of_the_keys_take_longer_than_ten_milliseconds() {
        let Model::Curve(curve) = bigtable_curve() else { panic!("no curve") };
        assert!((curve.survival(10.0 * MS) - 0.02).abs() < 1e-9);
        assert!((bigtable_curve().at(8.936_144e-4) - 74.0 * MS).abs() < 1e-6);
    }
}
