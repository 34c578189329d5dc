//! Shared machines of the process by number.
//!
//! Numbers are never used twice, so that a number that outlived its machine is told as one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hedgerow_shared::Shared;

static MACHINES: Mutex<Registry> = Mutex::new(Registry { last: 0, known: BTreeMap::new() });

thread_local! {
    /// Those that this thread made and has not released.
    static MADE: RefCell<BTreeMap<u32, Arc<Shared>>> = const { RefCell::new(BTreeMap::new()) };
}

struct Registry {
    last: u32,
    known: BTreeMap<u32, Weak<Shared>>,
}

pub(super) fn add(shared: Shared) -> u32 {
    let shared = Arc::new(shared);
    let mut registry = lock();
    registry.known.retain(|_, found| found.strong_count() > 0);
    registry.last += 1;
    let number = registry.last;
    registry.known.insert(number, Arc::downgrade(&shared));
    MADE.with_borrow_mut(|made| made.insert(number, shared));
    number
}

pub(super) fn find(number: u32) -> Option<Arc<Shared>> {
    lock().known.get(&number).and_then(Weak::upgrade)
}

pub(super) fn release(number: u32) -> bool {
    MADE.with_borrow_mut(|made| made.remove(&number)).is_some()
}

pub(super) fn release_all() {
    MADE.with_borrow_mut(BTreeMap::clear);
}

fn lock() -> MutexGuard<'static, Registry> {
    // Every change of it is one step.
    MACHINES.lock().unwrap_or_else(PoisonError::into_inner)
}
