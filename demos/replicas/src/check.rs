//! The promises that a run is held to.

use crate::report::{ArmResult, title};

/// Extra requests that hedgerow may send in a hundred calls; the promise is to stay below.
pub const EXTRA_PERCENT: f64 = 6.0;

/// Says in which points `hedgerow` breaks its promises beside `plain`; empty when it keeps them all.
pub fn check(plain: &ArmResult, hedgerow: &ArmResult) -> Vec<String> {
    let (base, own) = (plain.summary(), hedgerow.summary());
    let mut broken = Vec::new();
    if own.latency_ms.p999 * 2.0 >= base.latency_ms.p999 {
        let (own, base) = (own.latency_ms.p999, base.latency_ms.p999);
        broken.push(format!("p99.9 is {own:.1} ms, not below half of the plain client's {base:.1} ms"));
    }
    if own.extra_percent >= EXTRA_PERCENT {
        broken.push(format!("{:.2} % extra requests, not below {EXTRA_PERCENT} %", own.extra_percent));
    }
    if own.duplicate_writes > 0 {
        broken.push(format!("{} writes applied more than once", own.duplicate_writes));
    }
    let new_errors = hedgerow.failed.difference(&plain.failed).count();
    if new_errors > 0 {
        broken.push(format!("{new_errors} calls failed that the plain client made"));
    }
    broken
}

/// Says which promises the hedgerow arm of another language breaks beside its plain arm.
///
/// It makes too few calls for a percentile of the tail or a share of hedges to be held to a limit.
pub fn check_elsewhere(plain: &ArmResult, hedgerow: &ArmResult) -> Vec<String> {
    let whose = title(&hedgerow.name, &hedgerow.language);
    let mut broken = Vec::new();
    if hedgerow.duplicate_writes > 0 {
        broken.push(format!("{whose}: {} writes applied more than once", hedgerow.duplicate_writes));
    }
    let new_errors = hedgerow.failed.difference(&plain.failed).count();
    if new_errors > 0 {
        broken.push(format!("{whose}: {new_errors} calls failed that the plain client made"));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn arm(p999_ms: u64, hedges: u64) -> ArmResult {
        let slow = std::iter::repeat_n(Duration::from_millis(p999_ms), 20);
        let fast = std::iter::repeat_n(Duration::from_millis(2), 980);
        let latencies_us = fast.chain(slow).collect();
        ArmResult { calls: 1000, hedges, latencies_us, ..ArmResult::new("x", "rust") }
    }

    #[test]
    fn a_good_run_breaks_nothing() {
        assert!(check(&arm(400, 0), &arm(199, 59)).is_empty());
    }

    #[test]
    fn each_promise_is_held_at_its_very_limit() {
        assert_eq!(check(&arm(400, 0), &arm(200, 0)).len(), 1);
        assert_eq!(check(&arm(400, 0), &arm(20, 60)).len(), 1);
        let twice = ArmResult { duplicate_writes: 1, ..arm(20, 0) };
        assert_eq!(check(&arm(400, 0), &twice).len(), 1);
    }

    #[test]
    fn an_error_counts_unless_the_plain_client_has_it_too() {
        let failing = |index| ArmResult { failed: [index].into(), ..arm(20, 0) };
        let plain = ArmResult { failed: [7].into(), ..arm(400, 0) };
        assert!(check(&plain, &failing(7)).is_empty());
        assert_eq!(check(&plain, &failing(8)).len(), 1);
    }

    #[test]
    fn an_arm_of_another_language_is_held_to_what_few_calls_can_show() {
        let (plain, slow) = (arm(400, 0), arm(400, 500));
        assert!(check_elsewhere(&plain, &slow).is_empty());
        let twice = ArmResult { duplicate_writes: 1, failed: [3].into(), ..arm(20, 0) };
        assert_eq!(check_elsewhere(&plain, &twice).len(), 2);
    }
}
