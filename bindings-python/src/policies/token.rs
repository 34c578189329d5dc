//! Tokens: minting, their texts and the server's window.

use hedgerow::token::generator::Generator;
use hedgerow::token::text::{TextForm, TokenTextError};
use hedgerow::token::{Token, text as texts, window};
use hedgerow::{Nonces, Reason, Stream, StreamKind};
use pyo3::prelude::*;

use super::{S, at, wall_if};
use crate::guard::Guarded;
use crate::{document, error};

fn form(uuid7: bool) -> TextForm {
    if uuid7 { TextForm::Uuid7 } else { TextForm::Hex }
}

/// Mints tokens.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct TokenGenerator {
    inner: Guarded<Minting>,
    uuid7: bool,
}

struct Minting {
    generator: Generator,
    minted: Option<Token>,
}

#[pymethods]
impl TokenGenerator {
    /// Starts by the `token` settings of a document; digits and nonces come from the seed.
    #[new]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, seed: &[u8]) -> PyResult<Self> {
        let digits = Stream::derive(&document::seed(py, seed)?, StreamKind::TokenDigits, 0);
        Self::with_digits(config, seed, digits)
    }

    /// The same with a script of fractions of 2^32 for the digits, for tests.
    #[staticmethod]
    fn scripted(config: &Bound<'_, PyAny>, seed: &[u8], fractions: Vec<u32>) -> PyResult<Self> {
        Self::with_digits(config, seed, Stream::from_fractions(fractions))
    }

    /// Mints a token from a wall time, if there is one: 0, the code of a warning, or the negative code of a refusal.
    fn mint(&self, py: Python<'_>, wall: Option<f64>, now: f64) -> PyResult<i32> {
        self.inner.with(py, |inner| {
            let minted = inner.generator.mint(wall_if(wall), at(now));
            inner.minted = minted.ok().map(|minted| minted.token);
            match minted {
                Ok(minted) if minted.clock_behind => i32::from(Reason::ClockBehind.code()),
                Ok(_) => 0,
                Err(reason) => -i32::from(reason.code()),
            }
        })
    }

    /// The token minted last, in the form that headers carry.
    fn token(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let minted = self.inner.with(py, |inner| inner.minted)?;
        let text = minted.and_then(|token| texts::TokenText::new(token, form(self.uuid7)).ok());
        Ok(text.map(|text| text.as_str().into()))
    }

    /// The time of the last token.
    fn last(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        self.inner.with(py, |inner| inner.generator.last().map(|micros| S.tell(micros)))
    }

    /// Takes a lease of `count` timestamps from `start` on (µs since 1970), good until `expires`.
    fn handle_lease(&self, py: Python<'_>, start: u64, count: u64, expires: f64, now: f64) -> PyResult<()> {
        self.inner.with(py, |inner| inner.generator.handle_lease(start, count, at(expires), at(now)))
    }
}

impl TokenGenerator {
    fn with_digits(config: &Bound<'_, PyAny>, seed: &[u8], digits: Stream) -> PyResult<Self> {
        let settings = document::config(config)?.token;
        let nonces = Nonces::new(&document::seed(config.py(), seed)?, 0);
        let generator = Generator::new(settings.generator, digits, nonces);
        Ok(Self { inner: Guarded::new(Minting { generator, minted: None }), uuid7: settings.uuid7 })
    }
}

/// A token as text.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct TokenText(texts::TokenText);

#[pymethods]
impl TokenText {
    /// Reads a token in either form.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str) -> PyResult<Self> {
        texts::TokenText::parse(text).map(Self).map_err(|found| refused(py, found))
    }

    /// Reads the value of an `Idempotency-Key` field.
    #[staticmethod]
    fn from_idempotency_key(py: Python<'_>, value: &str) -> PyResult<Self> {
        texts::TokenText::from_idempotency_key(value).map(Self).map_err(|found| refused(py, found))
    }

    /// The same token in another form.
    fn in_form(&self, py: Python<'_>, uuid7: bool) -> PyResult<Self> {
        let text = texts::TokenText::new(self.0.token(), form(uuid7));
        text.map(Self).map_err(|found| refused(py, found))
    }

    /// The text.
    fn text(&self) -> &str {
        self.0.as_str()
    }

    /// The value of an `Idempotency-Key` field.
    fn idempotency_key(&self) -> String {
        self.0.idempotency_key()
    }

    /// Whether the text has the form of a UUID.
    fn is_uuid7(&self) -> bool {
        self.0.form() == TextForm::Uuid7
    }

    /// The time of the token.
    fn time(&self) -> f64 {
        S.tell(self.0.token().t)
    }

    /// The nonce, 32 hex digits.
    fn nonce(&self) -> String {
        format!("{:032x}", self.0.token().nonce)
    }
}

fn refused(py: Python<'_>, found: TokenTextError) -> PyErr {
    error::state(py, found.reason().slug(), &found.to_string())
}

/// A server's window: each token is accepted once.
#[pyclass(frozen, module = "hedgerow._native")]
pub(crate) struct DedupWindow(Guarded<window::DedupWindow>);

#[pymethods]
impl DedupWindow {
    /// Starts empty, by the `token.accept` and `token.window` settings of a document.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(Guarded::new(window::DedupWindow::new(document::config(config)?.token.window))))
    }

    /// Offers a token: 0 new, 1 still running, 2 done, 3 too old, 4 too new; `None` for a wall time that is none.
    fn offer(&self, py: Python<'_>, token: &Bound<'_, TokenText>, wall: f64) -> PyResult<Option<u8>> {
        let Some(wall) = S.wall(wall) else { return Ok(None) };
        self.0.with(py, |inner| Some(inner.offer(token.get().0.token(), wall).code()))
    }

    /// What an offer would answer.
    fn peek(&self, py: Python<'_>, token: &Bound<'_, TokenText>, wall: f64) -> PyResult<Option<u8>> {
        let Some(wall) = S.wall(wall) else { return Ok(None) };
        self.0.with(py, |inner| Some(inner.peek(token.get().0.token(), wall).code()))
    }

    /// The work of a token is done; whether it was known.
    fn done(&self, py: Python<'_>, token: &Bound<'_, TokenText>) -> PyResult<bool> {
        self.0.with(py, |inner| inner.done(token.get().0.token()))
    }

    /// The work of a token failed and may be tried again; whether it was known.
    fn forget(&self, py: Python<'_>, token: &Bound<'_, TokenText>) -> PyResult<bool> {
        self.0.with(py, |inner| inner.forget(token.get().0.token()))
    }

    /// Tokens held.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |inner| inner.len())
    }

    /// The time up to which every token is refused.
    fn floor(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.with(py, |inner| S.tell(inner.floor()))
    }
}
