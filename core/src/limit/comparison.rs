//! A published gradient that is no policy here, kept to be compared with in simulations.
//!
//! Source: Envoy's *adaptive concurrency* filter. It measures a minimum response time by letting hardly anything in for a
//! while. Its lessons are rules of this room: samples begun before an epoch are dropped, an empty window changes nothing,
//! the floor of the measurement is not the floor of operation.

use super::PPM;

const LEAST: u64 = 3;
const MOST: u64 = 1000;
/// The tolerated excess over the minimum response time, 1.25 in ppm.
const BUFFER: u64 = 1_250_000;

/// One step of Envoy's gradient: the gradient in parts per million, and the next limit, 3 to 1000.
///
/// ```
/// use hedgerow::limit::comparison::min_rtt_gradient;
/// assert_eq!(min_rtt_gradient(100, 10, 20), (625_000, 70));
/// ```
pub fn min_rtt_gradient(limit: u32, min_rtt: u64, sample: u64) -> (u32, u32) {
    let gradient = super::scaled(min_rtt, BUFFER, sample).clamp(PPM / 2, 2 * PPM);
    let scaled_u = u128::from(gradient) * u128::from(limit);
    // The root of x millionths, in millionths, is the integer root of x · 10^6.
    let headroom = (scaled_u * u128::from(PPM)).isqrt();
    let next = (scaled_u + headroom) / u128::from(PPM);
    (gradient as u32, next.clamp(u128::from(LEAST), u128::from(MOST)) as u32)
}
