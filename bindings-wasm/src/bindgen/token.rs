//! Tokens: minting, their texts, the server's window and the estimate of its clock.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use hedgerow::token::generator::Generator;
use hedgerow::token::offset::Estimate;
use hedgerow::token::text::{TextForm, TokenTextError};
use hedgerow::token::{Token, offset, text as texts, window};
use hedgerow::wire::float;
use hedgerow::{Nonces, Reason, Stream, StreamKind};

use super::{JsValue, MS, document, error, now, told_span, wall, wasm_bindgen};

/// A token in the form of a header; `None` when it has none.
fn text(token: Token, uuid7: bool) -> Option<String> {
    texts::TokenText::new(token, form(uuid7)).ok().map(|text| text.as_str().into())
}

fn form(uuid7: bool) -> TextForm {
    if uuid7 { TextForm::Uuid7 } else { TextForm::Hex }
}

/// Mints tokens.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TokenGenerator {
    inner: Generator,
    minted: Option<Token>,
    uuid7: bool,
}

#[wasm_bindgen]
impl TokenGenerator {
    /// Starts by the `token` settings of a document; digits and nonces come from the seed.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8]) -> Result<Self, JsValue> {
        let digits = Stream::derive(&document::seed(seed)?, StreamKind::TokenDigits, 0);
        Self::with_digits(config, seed, digits)
    }

    /// The same with a script of fractions of 2^32 for the digits, for tests.
    pub fn scripted(config: JsValue, seed: &[u8], fractions: Vec<u32>) -> Result<Self, JsValue> {
        Self::with_digits(config, seed, Stream::from_fractions(fractions))
    }

    /// Mints a token from a wall time (−1 for none): 0, the code of a warning, or the negative code of a refusal.
    pub fn mint(&mut self, wall_time: f64, at: f64) -> f64 {
        match self.inner.mint(wall(wall_time), now(at)) {
            Ok(minted) => {
                self.minted = Some(minted.token);
                if minted.clock_behind { f64::from(Reason::ClockBehind.code()) } else { 0.0 }
            }
            Err(reason) => {
                self.minted = None;
                -f64::from(reason.code())
            }
        }
    }

    /// The token minted last, in the form that headers carry.
    pub fn token(&self) -> Option<String> {
        text(self.minted?, self.uuid7)
    }

    /// The time of the last token, or −1.
    pub fn last(&self) -> f64 {
        self.inner.last().map_or(-1.0, |micros| MS.tell(micros))
    }

    /// Takes a lease of `count` timestamps from `from` on (µs since 1970), good until `expires`; whether the three are such
    /// numbers.
    #[wasm_bindgen(js_name = handleLease)]
    pub fn handle_lease(&mut self, from: f64, count: f64, expires: f64, at: f64) -> bool {
        let lease = MS.lease(from, count, expires);
        let taken = lease.map(|lease| {
            self.inner.handle_lease(lease.from_t, lease.count, lease.expires_at, now(at));
        });
        taken.is_some()
    }

    fn with_digits(config: JsValue, seed: &[u8], digits: Stream) -> Result<Self, JsValue> {
        let (settings, seed) = (document::config(config)?.token, document::seed(seed)?);
        let inner = Generator::new(settings.generator, digits, Nonces::new(&seed, 0));
        Ok(Self { inner, minted: None, uuid7: settings.uuid7 })
    }
}

/// A token as text.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TokenText {
    inner: texts::TokenText,
}

#[wasm_bindgen]
impl TokenText {
    /// Reads a token in either form.
    pub fn parse(text: &str) -> Result<Self, JsValue> {
        texts::TokenText::parse(text).map(|inner| Self { inner }).map_err(refused)
    }

    /// Reads the value of an `Idempotency-Key` field.
    #[wasm_bindgen(js_name = fromIdempotencyKey)]
    pub fn from_idempotency_key(value: &str) -> Result<Self, JsValue> {
        texts::TokenText::from_idempotency_key(value).map(|inner| Self { inner }).map_err(refused)
    }

    /// The same token in another form.
    #[wasm_bindgen(js_name = inForm)]
    pub fn in_form(&self, uuid7: bool) -> Result<Self, JsValue> {
        let text = texts::TokenText::new(self.inner.token(), form(uuid7));
        text.map(|inner| Self { inner }).map_err(refused)
    }

    /// The text.
    pub fn text(&self) -> String {
        self.inner.as_str().into()
    }

    /// The value of an `Idempotency-Key` field.
    #[wasm_bindgen(js_name = idempotencyKey)]
    pub fn idempotency_key(&self) -> String {
        self.inner.idempotency_key()
    }

    /// Whether the text has the form of a UUID.
    #[wasm_bindgen(js_name = isUuid7)]
    pub fn is_uuid7(&self) -> bool {
        self.inner.form() == TextForm::Uuid7
    }

    /// The time of the token.
    pub fn time(&self) -> f64 {
        MS.tell(self.inner.token().t)
    }

    /// The nonce, 32 hex digits.
    pub fn nonce(&self) -> String {
        format!("{:032x}", self.inner.token().nonce)
    }
}

fn refused(found: TokenTextError) -> JsValue {
    error::error(found.reason().slug(), &found.to_string())
}

/// A server's window: each token is accepted once.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DedupWindow {
    inner: window::DedupWindow,
}

#[wasm_bindgen]
impl DedupWindow {
    /// Starts empty, by the `token.accept` and `token.window` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        Ok(Self { inner: window::DedupWindow::new(document::config(config)?.token.window) })
    }

    /// Offers a token: 0 new, 1 still running, 2 done, 3 too old, 4 too new; −1 for a wall time that is none.
    pub fn offer(&mut self, token: &TokenText, wall_time: f64) -> i8 {
        wall(wall_time).map_or(-1, |wall| self.inner.offer(token.inner.token(), wall).code().cast_signed())
    }

    /// What an offer would answer.
    pub fn peek(&self, token: &TokenText, wall_time: f64) -> i8 {
        wall(wall_time).map_or(-1, |wall| self.inner.peek(token.inner.token(), wall).code().cast_signed())
    }

    /// The work of a token is done; whether it was known.
    pub fn done(&mut self, token: &TokenText) -> bool {
        self.inner.done(token.inner.token())
    }

    /// The work of a token failed and may be tried again; whether it was known.
    pub fn forget(&mut self, token: &TokenText) -> bool {
        self.inner.forget(token.inner.token())
    }

    /// Tokens held.
    #[wasm_bindgen(js_name = size)]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether no token is held.
    #[wasm_bindgen(js_name = isEmpty)]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// The time up to which every token is refused.
    pub fn floor(&self) -> f64 {
        MS.tell(self.inner.floor())
    }
}

/// The estimate of a server's wall clock.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ClockOffset {
    inner: offset::ClockOffset,
    estimate: Option<Estimate>,
}

#[wasm_bindgen]
impl ClockOffset {
    /// Knows nothing.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript knows constructors, not defaults")]
    pub fn new() -> Self {
        Self { inner: offset::ClockOffset::new(), estimate: None }
    }

    /// A request was sent and answered, and the answer named the server's wall time; whether the sample counts.
    pub fn observe(&mut self, sent: f64, received: f64, server: f64) -> bool {
        wall(server).is_some_and(|server| self.inner.observe(now(sent), now(received), server))
    }

    /// Forgets every sample.
    pub fn clear(&mut self) {
        self.inner.clear();
    }

    /// The estimated wall time, or −1 without samples.
    pub fn estimate(&mut self, at: f64) -> f64 {
        self.estimate = self.inner.estimate(now(at));
        self.estimate.map_or(-1.0, |found| MS.tell(found.wall.as_micros()))
    }

    /// By how much the last estimate may be off, or −1.
    #[wasm_bindgen(js_name = estimateError)]
    pub fn estimate_error(&self) -> f64 {
        self.estimate.map_or(-1.0, |found| told_span(found.error))
    }

    /// Samples that were refused.
    pub fn rejected(&self) -> f64 {
        float(self.inner.rejected())
    }
}
