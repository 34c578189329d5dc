//! A server's meter: the utilization that its signals tell.

use hedgerow::signal::advice::Load;
use hedgerow::signal::meter::{self, MeterSettings};
use hedgerow::wire::float;

use super::{now, span, wasm_bindgen};

/// Counts what was served late, and tells shares in ten-thousandths.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Meter {
    inner: meter::Meter,
    load: Load,
}

#[wasm_bindgen]
impl Meter {
    /// Starts empty; below `min_samples` requests in the window, shares of them are not told.
    #[wasm_bindgen(constructor)]
    pub fn new(window: f64, min_samples: u32) -> Self {
        let settings = MeterSettings { window: span(window), min_samples };
        Self { inner: meter::Meter::new(settings), load: Load::default() }
    }

    /// A request was served in this time, under this target and maximum.
    pub fn served(&mut self, elapsed: f64, target: f64, max: f64, at: f64) {
        self.inner.served(span(elapsed), span(target), span(max), now(at));
    }

    /// Computes the shares, with what the host knows of compute and storage (−1 for nothing); the overall one, or −1.
    pub fn report(&mut self, compute: i32, storage: i32, at: f64) -> i32 {
        self.load = self.inner.report(compute.try_into().ok(), storage.try_into().ok(), now(at));
        share(self.load.util)
    }

    /// The share of the last report that missed the target, or −1.
    #[wasm_bindgen(js_name = overTarget)]
    pub fn over_target(&self) -> i32 {
        share(self.load.util_target)
    }

    /// The share of the last report that missed the maximum, or −1.
    #[wasm_bindgen(js_name = overMax)]
    pub fn over_max(&self) -> i32 {
        share(self.load.util_max)
    }

    /// Requests in the window.
    pub fn window(&mut self, at: f64) -> u32 {
        self.inner.window(now(at)).total
    }

    /// Requests whose times could not be counted.
    pub fn refused(&self) -> f64 {
        float(self.inner.refused())
    }
}

fn share(points: Option<impl Into<i32>>) -> i32 {
    points.map_or(-1, Into::into)
}
