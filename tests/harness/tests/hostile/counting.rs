//! The system's allocator, counted for each thread, so that memory is measured and not estimated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread::LocalKey;

struct Counting;

thread_local! {
    // Of this thread alone: other tests allocate at the same time.
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<u64> = const { Cell::new(0) };
}

/// Adds to a counter; at the end of a thread there is none any more.
fn count(counter: &'static LocalKey<Cell<u64>>, amount: u64) {
    let _ = counter.try_with(|counter| counter.set(counter.get().wrapping_add(amount)));
}

// SAFETY: every call is handed to the system's allocator unchanged; only counters are added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(&ALLOCATED, layout.size() as u64);
        count(&LIVE, layout.size() as u64);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(&LIVE, (layout.size() as u64).wrapping_neg());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bytes that were allocated while something was done, whether or not they were given back.
pub(crate) fn allocated<T>(done: impl FnOnce() -> T) -> (T, u64) {
    let before = ALLOCATED.get();
    let answer = done();
    (answer, ALLOCATED.get() - before)
}

/// Bytes that a value holds beside itself: what a copy of it takes.
pub(crate) fn held(value: &impl Clone) -> u64 {
    let before = LIVE.get();
    let copy = value.clone();
    let bytes = LIVE.get() - before;
    drop(copy);
    bytes
}
