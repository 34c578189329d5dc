//! State that threads share: one lock, refused after a fork and after a panic.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyDict;

use super::error;

/// How often this process has been forked off; counted in each child before it runs anything of its own.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Something behind a lock, of this process.
#[derive(Debug)]
pub(crate) struct Guarded<T> {
    inner: Mutex<T>,
    forks: u32,
}

impl<T> Guarded<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner: Mutex::new(inner), forks: FORKS.load(Ordering::Relaxed) }
    }

    /// Does something with it; calls nothing of Python while the lock is held.
    pub(crate) fn with<R>(&self, py: Python<'_>, act: impl FnOnce(&mut T) -> R) -> PyResult<R> {
        // Before the lock: another thread of the parent may have held it, and that thread is not here to give it back.
        if self.forks != FORKS.load(Ordering::Relaxed) {
            let text = "made before a fork: make a new one in the child";
            return Err(error::state(py, "closed_after_fork", text));
        }
        match self.inner.lock_py_attached(py) {
            Ok(mut inner) => Ok(act(&mut inner)),
            Err(_) => Err(error::state(py, "poisoned", "a panic left this object in an unknown state")),
        }
    }
}

/// Asks Python to count the forks.
pub(crate) fn watch_forks(py: Python<'_>) -> PyResult<()> {
    let count = wrap_pyfunction!(count_fork, py)?;
    let arguments = PyDict::new(py);
    arguments.set_item("after_in_child", count)?;
    py.import("os")?.getattr("register_at_fork")?.call((), Some(&arguments))?;
    Ok(())
}

#[pyfunction]
fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
