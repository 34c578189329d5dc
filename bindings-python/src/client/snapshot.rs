//! Snapshots: what a client has learned, on its way out and in.

use hedgerow::wire::Units;
use pyo3::prelude::*;

use super::{Client, Machine};
use crate::guard::Guarded;
use crate::{S, document, error};

#[pymethods]
impl Client {
    /// What this client has learned until now, as plain values that JSON keeps.
    #[pyo3(signature = (now, /))]
    fn snapshot<'py>(&self, py: Python<'py>, now: f64) -> PyResult<Bound<'py, PyAny>> {
        let kept = self.ask(py, |client| client.snapshot(S.now(now)))?;
        document::show(py, &kept)
    }

    /// Makes a client that goes on from a snapshot, `elapsed` seconds after it was taken; hand in its endpoints next.
    /// Nonces are drawn from 32 fresh secret bytes; without them nothing is minted.
    #[staticmethod]
    #[pyo3(signature = (snapshot, config, nonce_seed, elapsed, now, listener, /))]
    fn restore(
        py: Python<'_>,
        snapshot: &Bound<'_, PyAny>,
        config: &Bound<'_, PyAny>,
        nonce_seed: Option<&[u8]>,
        elapsed: f64,
        now: f64,
        listener: bool,
    ) -> PyResult<Self> {
        let (kept, config) = (document::read(snapshot)?, document::config(config)?);
        let config = if listener { config.with_notes() } else { config };
        let seed = nonce_seed.map(|bytes| document::seed(py, bytes)).transpose()?;
        let elapsed = Units::span(S, elapsed).unwrap_or_default();
        let client = hedgerow::Client::restore(&kept, config, seed.as_ref(), elapsed, S.now(now));
        let client = client.map_err(|found| error::config(py, &found))?;
        Ok(Self { inner: Guarded::new(Machine { client, told: f64::INFINITY, listened: listener }) })
    }
}
