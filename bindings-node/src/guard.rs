//! Panics, which must not cross into Node: they become exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::Env;

use crate::error::Fault;

/// Does something, and throws what is wrong; a panic is an error with the code `poisoned`.
pub(crate) fn guarded<R>(env: Env, act: impl FnOnce() -> Result<R, Fault>) -> napi::Result<R> {
    // What was being changed is not used again: an object was taken out of its table, a shared machine has a poisoned lock.
    let done = catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| Err(Fault::poisoned()));
    done.map_err(|fault| fault.thrown(env))
}
