//! Whole calls: start, pick of 8 of 16, send, answer, completion, everything drained; beside a stack of tower.

use std::convert::Infallible;
use std::future::Ready;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tower::retry::budget::{Budget, TpsBudget};
use tower::retry::{Policy, Retry};
use tower::timeout::Timeout;

use crate::pick::{Server, balanced, send};
use crate::service::{EXPLAINED, HEDGED, PLAIN, Service, TRACED, UNHEDGED};
use crate::{Operation, Run, repeat};

const WHOLE: &str = "call: answered in time";

pub(crate) const LIST: &[Operation] = &[
    Operation::ours(WHOLE, || run(PLAIN, Service::call)),
    Operation::of(WHOLE, "tower: timeout, p2c, peak EWMA, retry, budget", stack),
    Operation::ours("call: hedging off", || run(UNHEDGED, Service::call)),
    Operation::ours("call: three replicas", || run(PLAIN, Service::call_with_replicas)),
    Operation::ours("call: with a token", || run(PLAIN, Service::call_with_token)),
    Operation::ours("call: hedged, the hedge wins", || run(HEDGED, Service::call_hedged)),
    Operation::ours("call: explanations kept", || run(EXPLAINED, Service::call)),
    Operation::ours("call: its trace recorded and fetched", || run(TRACED, Service::call_traced)),
    Operation::ours("call: 1000 others open", thousand_open),
];

fn run(part: &str, call: fn(&mut Service)) -> Run {
    let mut service = Service::new(part);
    (0..1000).for_each(|_| call(&mut service));
    repeat(move || call(&mut service))
}

fn thousand_open() -> Run {
    let mut service = Service::new(PLAIN).with_open(1000);
    repeat(move || service.call())
}

/// Retries every failure within a budget.
#[derive(Clone)]
struct WithinBudget(Arc<TpsBudget>);

impl Policy<u64, u64, Infallible> for WithinBudget {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u64, result: &mut Result<u64, Infallible>) -> Option<Self::Future> {
        if result.is_ok() {
            self.0.deposit();
            return None;
        }
        self.0.withdraw().then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &u64) -> Option<u64> {
        Some(*request)
    }
}

/// A runtime that is entered and never driven: timers ask for one when they are made.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Does less and more: no hedge timer, no plan, no zones, health or ejection, no ids and no record of why; its timeout
/// is not armed unless the answer is late. It reads the clock itself and is a future that was polled.
fn stack() -> Run {
    let runtime = runtime();
    let budget = Arc::new(TpsBudget::new(Duration::from_secs(10), 10, 0.1));
    let server = Retry::new(WithinBudget(budget), Server);
    let mut stack = Timeout::new(balanced(&server), Duration::from_millis(500));
    Box::new(move |times| {
        let _inside = runtime.enter();
        for _ in 0..times {
            std::hint::black_box(send(&mut stack, 1));
        }
    })
}
