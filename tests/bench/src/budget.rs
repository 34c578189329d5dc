//! Retry budgets: one deposit and one withdrawal, as a call that is retried makes them.

use std::time::Duration as StdDuration;

use hedgerow::retry::budget::{Budget, BudgetSettings};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::{Duration, Instant};
use tower::retry::budget::{Budget as _, TpsBudget};

use crate::{Operation, Run, repeat};

const RATIO: &str = "budget: deposit and withdraw, ratio";
const FINAGLE: &str = "budget: deposit and withdraw, Finagle's rule";

const WINDOW: Duration = Duration::from_millis(10_000);
/// One token per deposit, so that every withdrawal is granted.
const WHOLE: u64 = 1_000_000;

pub(crate) const LIST: &[Operation] = &[
    Operation::ours(RATIO, || {
        run(BudgetSettings::Ratio {
            ratio: WHOLE,
            cap: 100 * WHOLE,
            window: WINDOW,
            min_rate: WHOLE,
            initial: 10 * WHOLE,
        })
    }),
    Operation::ours(FINAGLE, || run(BudgetSettings::Finagle { ttl: WINDOW, min_per_s: 10, pct: WHOLE })),
    Operation::of(FINAGLE, "tower TpsBudget", tower_budget),
];

/// A call each hundred microseconds.
fn run(settings: BudgetSettings) -> Run {
    let mut now = Instant::ZERO;
    let mut budget = Budget::new(settings, now);
    repeat(move || {
        now = now + Duration::from_micros(100);
        budget.deposit(now);
        budget.withdraw(FailureClass::Transient, now)
    })
}

/// Does less and more: whole tokens from a truncated ratio; atomics and a lock to be shared; reads the clock itself.
fn tower_budget() -> Run {
    let budget = TpsBudget::new(StdDuration::from_secs(10), 10, 1.0);
    repeat(move || {
        budget.deposit();
        budget.withdraw()
    })
}
