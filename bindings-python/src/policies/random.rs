//! Chance: the streams of draws and the nonces that follow from a seed.

use pyo3::prelude::*;

use crate::document;
use crate::guard::Guarded;

/// A stream of draws.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Stream(Guarded<hedgerow::Stream>);

#[pymethods]
impl Stream {
    /// The stream with this number that follows from a seed.
    #[new]
    fn new(py: Python<'_>, seed: &[u8], number: u64) -> PyResult<Self> {
        Ok(Self(Guarded::new(hedgerow::Stream::derive_raw(&document::seed(py, seed)?, number))))
    }

    /// The stream that goes on from this state.
    #[staticmethod]
    fn from_state(a: u64, b: u64, c: u64, d: u64) -> Self {
        Self(Guarded::new(hedgerow::Stream::from_state([a, b, c, d])))
    }

    /// A script of words, for tests.
    #[staticmethod]
    fn from_words(words: Vec<u32>) -> Self {
        Self(Guarded::new(hedgerow::Stream::from_words(words)))
    }

    /// A script of fractions of 2^32, for tests.
    #[staticmethod]
    fn from_fractions(fractions: Vec<u32>) -> Self {
        Self(Guarded::new(hedgerow::Stream::from_fractions(fractions)))
    }

    /// The state of the generator; `None` for a script.
    fn state(&self, py: Python<'_>) -> PyResult<Option<(u64, u64, u64, u64)>> {
        self.0.with(py, |inner| inner.state().map(|[a, b, c, d]| (a, b, c, d)))
    }

    /// The next 64 bits.
    fn u64(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, hedgerow::Stream::u64)
    }

    /// The next 32 bits.
    fn u32(&self, py: Python<'_>) -> PyResult<u32> {
        self.0.with(py, hedgerow::Stream::u32)
    }

    /// A whole number below `n`, 0 for 0.
    fn below(&self, py: Python<'_>, n: u64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.below(n))
    }

    /// A whole number from `low` to `high`.
    fn range(&self, py: Python<'_>, low: u64, high: u64) -> PyResult<u64> {
        self.0.with(py, |inner| inner.range(low, high))
    }

    /// True with this chance in 2^32 parts.
    fn chance(&self, py: Python<'_>, threshold: u64) -> PyResult<bool> {
        self.0.with(py, |inner| inner.chance(threshold))
    }

    /// Words left in a script.
    fn remaining(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |inner| inner.remaining())
    }

    /// Draws from a script that had ended.
    fn overdrawn(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |inner| inner.overdrawn())
    }
}

/// The nonces of tokens.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct Nonces(Guarded<hedgerow::Nonces>);

#[pymethods]
impl Nonces {
    /// The nonces that follow from a seed for one instance.
    #[new]
    fn new(py: Python<'_>, seed: &[u8], instance: u64) -> PyResult<Self> {
        Ok(Self(Guarded::new(hedgerow::Nonces::new(&document::seed(py, seed)?, instance))))
    }

    /// The next nonce, 32 hex digits.
    fn next_nonce(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |inner| format!("{:032x}", inner.next_nonce()))
    }
}
