//! Hedging: when a second copy goes, and how many may be in flight.

use hedgerow::hedge::delay::is_in_time;
use hedgerow::wire::{float, id};
use hedgerow::{DelayInput, DelaySettings};

use super::{JsValue, MS, document, span, told_span, wasm_bindgen};

/// The delay before a hedge.
#[wasm_bindgen]
#[derive(Debug)]
pub struct HedgeDelay {
    inner: DelaySettings,
}

#[wasm_bindgen]
impl HedgeDelay {
    /// Takes the `hedge` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<Self, JsValue> {
        Ok(Self { inner: document::config(config)?.class(0, 0).hedge.delay })
    }

    /// The delay, or the negative code of the reason why there is none; target and quantile may be −1.
    pub fn delay(&self, target: f64, average: f64, samples: u32, quantile: f64) -> f64 {
        let (target, quantile) = (MS.span(target), MS.span(quantile));
        let input = DelayInput { target, average: span(average), samples, quantile };
        self.inner.delay(input).map_or_else(|reason| -f64::from(reason.code()), told_span)
    }

    /// The quantile that the delay asks for, in parts per million.
    #[wasm_bindgen(js_name = quantilePpm)]
    pub fn quantile_ppm(&self) -> u32 {
        self.inner.quantile_ppm()
    }

    /// Whether the delay looks at the quantile at all.
    #[wasm_bindgen(js_name = needsQuantile)]
    pub fn needs_quantile(&self, target: f64, samples: u32) -> bool {
        self.inner.needs_quantile(MS.span(target), samples)
    }

    /// The chance of a hedge in 2^32 parts, or −1 when no coin is drawn.
    pub fn coin(&self, target: f64, samples: u32, window: f64, above: f64) -> f64 {
        let chance = self.inner.coin(MS.span(target), samples, id(window), id(above));
        chance.map_or(-1.0, float)
    }
}

/// Whether a hedge sent after this time would, on average, be answered before the call is given up.
#[wasm_bindgen(js_name = isHedgeInTime)]
pub fn is_hedge_in_time(elapsed: f64, average: f64, max: f64) -> bool {
    is_in_time(span(elapsed), span(average), span(max))
}

/// A count of what is in flight, compared with a limit when asked.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Limiter {
    inner: hedgerow::Limiter,
}

#[wasm_bindgen]
impl Limiter {
    /// Nothing is in flight.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript knows constructors, not defaults")]
    pub fn new() -> Self {
        Self { inner: hedgerow::Limiter::new() }
    }

    /// Takes a place, if there is one.
    #[wasm_bindgen(js_name = tryAcquire)]
    pub fn try_acquire(&mut self, limit: u32) -> bool {
        self.inner.try_acquire(limit)
    }

    /// Gives a place back.
    pub fn release(&mut self) {
        self.inner.release();
    }

    /// Places taken.
    #[wasm_bindgen(js_name = inFlight)]
    pub fn in_flight(&self) -> u32 {
        self.inner.in_flight()
    }

    /// Whether there is a place.
    #[wasm_bindgen(js_name = hasRoom)]
    pub fn has_room(&self, limit: u32) -> bool {
        self.inner.has_room(limit)
    }
}
