//! Snapshots of a client: what it has learned, as an object on its way out and in.

use alloc::vec::Vec;

use hedgerow::Config;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Client, document, error, now, span};

#[wasm_bindgen]
impl Client {
    /// What this client has learned until now, as a plain object that JSON keeps.
    pub fn snapshot(&self, at: f64) -> Result<JsValue, JsValue> {
        document::show(&self.core().snapshot(now(at)))
    }

    /// Makes a client that goes on from a snapshot, `elapsed` after it was taken; hand in its endpoints next.
    ///
    /// `seed` is 32 fresh secret bytes, from which nonces are drawn; without them nothing is minted. `notes` keeps them
    /// for a listener.
    pub fn restore(
        snapshot: JsValue,
        config: JsValue,
        seed: Option<Vec<u8>>,
        elapsed: f64,
        notes: bool,
        at: f64,
    ) -> Result<Self, JsValue> {
        let config = document::config(config)?;
        let config: Config = if notes { config.with_notes() } else { config };
        let seed = seed.map(|bytes| document::seed(&bytes)).transpose()?;
        let kept = document::read(snapshot)?;
        let client = hedgerow::Client::restore(&kept, config, seed.as_ref(), span(elapsed), now(at));
        client.map(Self::of).map_err(|found| error::config(&found))
    }
}
