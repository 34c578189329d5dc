//! What a client takes and tells beside its calls, in the module with the policies.

use alloc::vec::Vec;

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::{Stream, config};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::client::stream_kind;
use super::{Client, document, error, now};

#[wasm_bindgen]
impl Client {
    /// Hands in the document `{records: […]}` of a handshake; answers how many records were invalid. Names that were never
    /// interned are foreign.
    #[wasm_bindgen(js_name = handleSignals)]
    pub fn handle_signals(&mut self, records: JsValue, at: f64) -> Result<u32, JsValue> {
        let records = config::records(&document::read(records)?).map_err(|found| error::config(&found))?;
        self.inner.handle_signals(&records, now(at));
        self.turn();
        Ok(records.invalid)
    }

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
