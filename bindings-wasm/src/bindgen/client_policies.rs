//! What a client takes and tells beside its calls, in the module with the policies.

use alloc::vec::Vec;

use hedgerow::Stream;
use hedgerow::client::action::{Namespace, Operation};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Client;
use super::client::stream_kind;

#[wasm_bindgen]
impl Client {
    /// The limit that the next call of a class is compared with, −1 for a class not used yet.
    #[wasm_bindgen(js_name = callsAllowed)]
    pub fn calls_allowed(&self, namespace: u32, operation: u32) -> f64 {
        self.inner.calls_allowed(Namespace(namespace), Operation(operation)).map_or(-1.0, f64::from)
    }

    /// Puts a script of words in the place of the stream of this kind, for tests.
    #[wasm_bindgen(js_name = scriptWords)]
    pub fn script_words(&mut self, kind: u16, words: Vec<u32>) -> Result<(), JsValue> {
        self.inner.script(stream_kind(kind)?, Stream::from_words(words));
        Ok(())
    }
}
