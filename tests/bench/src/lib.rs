//! What is measured: operations of the core, each beside the published crates that do nearly the same.
//!
//! An operation is a function that prepares its state and gives back a run of n repetitions. Two programs use the list:
//! `icount` counts instructions under valgrind, `peers` takes times, ours and theirs in turn in one process. Where a
//! peer does less or more than the core does, a comment at its operation says so.

mod backoff;
pub mod bars;
mod budget;
mod call;
mod pick;
#[path = "../../../core/benches/service/mod.rs"]
mod service;
mod timer;
mod token;

/// The name under which the core stands in the list.
pub const OURS: &str = "hedgerow";

/// Runs an operation so many times.
pub type Run = Box<dyn FnMut(u64)>;

/// One operation of one crate.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// What is done.
    pub what: &'static str,
    /// Which crate does it.
    pub who: &'static str,
    /// Makes what one repetition after the other needs.
    pub prepare: fn() -> Run,
}

impl Operation {
    const fn ours(what: &'static str, prepare: fn() -> Run) -> Self {
        Self { what, who: OURS, prepare }
    }

    const fn of(what: &'static str, who: &'static str, prepare: fn() -> Run) -> Self {
        Self { what, who, prepare }
    }

    /// Whether the core does it.
    pub fn is_ours(&self) -> bool {
        self.who == OURS
    }
}

/// All operations; what is done by several crates stands together, ours first.
pub fn operations() -> Vec<Operation> {
    [timer::LIST, pick::LIST, token::LIST, backoff::LIST, budget::LIST, call::LIST].concat()
}

/// A run that repeats one closure.
fn repeat<T>(mut once: impl FnMut() -> T + 'static) -> Run {
    Box::new(move |times| {
        for _ in 0..times {
            std::hint::black_box(once());
        }
    })
}
