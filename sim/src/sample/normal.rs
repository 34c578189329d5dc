//! The inverse of the normal distribution function.
//!
//! Peter Acklam's rational form: one quotient of polynomials for the middle, one for each tail, with a relative error
//! below 1.2·10⁻⁹. The square root of a tail is taken by logarithm and exponential.

use super::power;

const MIDDLE_ABOVE: [f64; 6] = [
    -3.969_683_028_665_376e1,
    2.209_460_984_245_205e2,
    -2.759_285_104_469_687e2,
    1.383_577_518_672_69e2,
    -3.066_479_806_614_716e1,
    2.506_628_277_459_239,
];
const MIDDLE_BELOW: [f64; 6] = [
    -5.447_609_879_822_406e1,
    1.615_858_368_580_409e2,
    -1.556_989_798_598_866e2,
    6.680_131_188_771_972e1,
    -1.328_068_155_288_572e1,
    1.0,
];
const TAIL_ABOVE: [f64; 6] = [
    -7.784_894_002_430_293e-3,
    -3.223_964_580_411_365e-1,
    -2.400_758_277_161_838,
    -2.549_732_539_343_734,
    4.374_664_141_464_968,
    2.938_163_982_698_783,
];
const TAIL_BELOW: [f64; 5] =
    [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];

/// Where the tails begin.
const TAIL: f64 = 0.024_25;

/// The number of deviations below which a share of `p` lies; `p` between 0 and 1.
pub fn inverse_normal(p: f64) -> f64 {
    if p < TAIL {
        tail(p)
    } else if p > 1.0 - TAIL {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        q * polynomial(&MIDDLE_ABOVE, r) / polynomial(&MIDDLE_BELOW, r)
    }
}

fn tail(p: f64) -> f64 {
    let q = power(-2.0 * libm::log(p), 0.5);
    polynomial(&TAIL_ABOVE, q) / polynomial(&TAIL_BELOW, q)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_quantiles_are_met_within_the_published_error() {
        let known = [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.99, 2.326_347_874_040_841)];
        let tails = [(0.001, -3.090_232_306_167_813_5), (1e-9, -5.997_807_015_007_687)];
        for (p, z) in known.into_iter().chain(tails) {
            assert!((inverse_normal(p) - z).abs() <= 1.2e-9 * z.abs().max(1.0), "{p}: {}", inverse_normal(p));
        }
    }

    #[test]
    fn the_pieces_meet() {
        for p in [TAIL, 1.0 - TAIL] {
            assert!((inverse_normal(p - 1e-12) - inverse_normal(p + 1e-12)).abs() < 1e-7);
        }
    }
}
