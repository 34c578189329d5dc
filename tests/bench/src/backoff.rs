//! Backoff: the three delays of a call that fails four times.

use backon::{BackoffBuilder, ExponentialBuilder};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::preset::Preset;
use hedgerow::{Duration, Seed, Stream, StreamKind};

use crate::{Operation, Run, repeat};

const THREE: &str = "backoff: three delays with jitter";

pub(crate) const LIST: &[Operation] =
    &[Operation::ours(THREE, three), Operation::of(THREE, "backon", three_of_backon)];

/// The default: exponential, anchored at the target, each delay drawn from its whole span.
fn three() -> Run {
    let settings = Preset::Netflix.backoff();
    let (target, max) = (Some(Duration::from_millis(10)), Duration::from_millis(500));
    let mut rng = Stream::derive(&Seed::new([1; 32]), StreamKind::Backoff, 0);
    repeat(move || {
        let mut last = Duration::ZERO;
        let mut delay = |k| settings.delay(k, target, max, FailureClass::Transient, &mut last, &mut rng);
        (1..=3).map(|k| delay(k).as_micros()).sum::<u64>()
    })
}

/// Does nearly the same: exponential with a cap, a random part of the first delay added to each; floats inside.
fn three_of_backon() -> Run {
    let builder = ExponentialBuilder::default().with_max_times(3).with_jitter();
    repeat(move || builder.build().map(|delay| delay.as_nanos() as u64).sum::<u64>())
}
