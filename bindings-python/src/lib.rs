//! hedgerow as an extension module of Python: conversions between the core and its hosts, and nothing else.
//!
//! Times are float seconds of one monotonic clock, ids are whole numbers below 2^53, an argument that need not be given
//! is −1 where nothing is given. Every class is frozen and holds its state behind a lock, so that threads may share
//! it; after a fork it refuses, and after a panic too.
//!
//! No default, no policy, no clock and no draw of chance lives here: what is decided is decided by the core, and what
//! waits waits in the host.

mod client;
mod command;
mod document;
mod error;
mod guard;
mod policies;
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
    use super::command::run_command;
    #[pymodule_export]
    use super::document::{config_hash, config_json};
    #[pymodule_export]
    use super::policies::balance::{Ejection, Health};
    #[pymodule_export]
    use super::policies::breaker::Breaker;
    #[pymodule_export]
    use super::policies::hedge::{HedgeDelay, Limiter, is_hedge_in_time};
    #[pymodule_export]
    use super::policies::histogram::{Bucket, Ewma, Histogram};
    #[pymodule_export]
    use super::policies::http::{
        Outcome, client_field, delay_headers, fault_class, grpc_pushback, grpc_status, http_idempotency,
        is_repeatable_body, parse_http_date, pushback_from_map, ratelimit_reset, read_http, retry_after,
        retry_after_ms,
    };
    #[pymodule_export]
    use super::policies::latency::Estimator;
    #[pymodule_export]
    use super::policies::limit::{Adaptive, Limit};
    #[pymodule_export]
    use super::policies::meter::Meter;
    #[pymodule_export]
    use super::policies::offset::ClockOffset;
    #[pymodule_export]
    use super::policies::peak::Peak;
    #[pymodule_export]
    use super::policies::phi::PhiDetector;
    #[pymodule_export]
    use super::policies::picker::Picker;
    #[pymodule_export]
    use super::policies::pool::{ReportPool, decay, report_uses, score};
    #[pymodule_export]
    use super::policies::random::{Nonces, Stream};
    #[pymodule_export]
    use super::policies::reason::{failure_class_slug, reason_codes, reason_slug, reason_text};
    #[pymodule_export]
    use super::policies::retry::{Backoff, Budget, RetryCall, RetryPolicy};
    #[pymodule_export]
    use super::policies::signal::{Signals, parse_signal_header, signal_header_breadth};
    #[pymodule_export]
    use super::policies::stall::Stall;
    #[pymodule_export]
    use super::policies::timer::{Monotone, PauseTimer, TimerEnd, Wheel};
    #[pymodule_export]
    use super::policies::token::{DedupWindow, TokenGenerator, TokenText};
    #[pymodule_export]
    use super::policies::trace::{replay_trace, trace_hash, trace_lines};

    use super::guard;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        guard::watch_forks(module.py())
    }
}
