//! Chance: the streams of draws and the nonces that follow from a seed.

use super::{JsValue, document, wasm_bindgen};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::wire::{float, id};

/// A stream of draws.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Stream {
    inner: hedgerow::Stream,
}

#[wasm_bindgen]
impl Stream {
    /// The stream with this number that follows from a seed.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8], number: f64) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Stream::derive_raw(&document::seed(seed)?, id(number)) })
    }

    /// The stream that goes on from this state.
    #[wasm_bindgen(js_name = fromState)]
    pub fn from_state(a: u64, b: u64, c: u64, d: u64) -> Self {
        Self { inner: hedgerow::Stream::from_state([a, b, c, d]) }
    }

    /// A script of words, for tests.
    #[wasm_bindgen(js_name = fromWords)]
    pub fn from_words(words: Vec<u32>) -> Self {
        Self { inner: hedgerow::Stream::from_words(words) }
    }

    /// A script of fractions of 2^32, for tests.
    #[wasm_bindgen(js_name = fromFractions)]
    pub fn from_fractions(fractions: Vec<u32>) -> Self {
        Self { inner: hedgerow::Stream::from_fractions(fractions) }
    }

    /// The state of the generator; empty for a script.
    pub fn state(&self) -> Vec<u64> {
        self.inner.state().map_or_else(Vec::new, Vec::from)
    }

    /// The next 64 bits.
    #[wasm_bindgen(js_name = u64)]
    pub fn next_u64(&mut self) -> u64 {
        self.inner.u64()
    }

    /// The next 32 bits.
    #[wasm_bindgen(js_name = u32)]
    pub fn next_u32(&mut self) -> u32 {
        self.inner.u32()
    }

    /// A whole number below `n`, 0 for 0.
    pub fn below(&mut self, n: f64) -> f64 {
        float(self.inner.below(id(n)))
    }

    /// A whole number from `low` to `high`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        float(self.inner.range(id(low), id(high)))
    }

    /// True with this chance in 2^32 parts.
    pub fn chance(&mut self, threshold: f64) -> bool {
        self.inner.chance(id(threshold))
    }

    /// Words left in a script.
    pub fn remaining(&self) -> usize {
        self.inner.remaining()
    }

    /// Draws from a script that had ended.
    pub fn overdrawn(&self) -> f64 {
        float(self.inner.overdrawn())
    }
}

/// The nonces of tokens.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Nonces {
    inner: hedgerow::Nonces,
}

#[wasm_bindgen]
impl Nonces {
    /// The nonces that follow from a seed for one instance.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8], instance: f64) -> Result<Self, JsValue> {
        Ok(Self { inner: hedgerow::Nonces::new(&document::seed(seed)?, id(instance)) })
    }

    /// The next nonce, 32 hex digits.
    #[wasm_bindgen(js_name = nextNonce)]
    pub fn next_nonce(&mut self) -> String {
        format!("{:032x}", self.inner.next_nonce())
    }
}
