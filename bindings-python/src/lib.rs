//! hedgerow as an extension module of Python: conversions between the core and its hosts, and nothing else.
//!
//! Times are float seconds of one monotonic clock, ids are whole numbers below 2^53, an argument that need not be given
//! is −1 where nothing is given. Every class is frozen and holds its state behind a lock, so that threads may share
//! it; after a fork it refuses, and after a panic too.
//!
//! No default, no policy, no clock and no draw of chance lives here: what is decided is decided by the core, and what
//! waits waits in the host.

mod client;
mod document;
mod error;
mod guard;
mod turn;

use hedgerow::wire::Units;
use pyo3::prelude::*;

/// The unit of Python.
const S: Units = Units::Seconds;

/// What stands where nothing is given.
const NONE: i64 = -1;

/// The native layer of hedgerow.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::client::Client;
    #[pymodule_export]
    use super::document::{config_hash, config_json};

    use super::guard;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        guard::watch_forks(module.py())
    }
}
