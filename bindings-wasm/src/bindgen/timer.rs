//! Time: the wheel, the pause-tolerant timer and the monotone clamp.

use hedgerow::wire::{float, id};
use hedgerow::{Cause, ExpiredBy, Expiry, Fired, Observation, PauseSettings, TimerId};

use super::{JsValue, document, now, span, told, told_span, wasm_bindgen};

/// A wheel of timers, each with a number of the host's own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Wheel {
    inner: hedgerow::Wheel,
    fired: Option<Fired>,
}

#[wasm_bindgen]
impl Wheel {
    /// Makes an empty wheel.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript knows constructors, not defaults")]
    pub fn new() -> Self {
        Self { inner: hedgerow::Wheel::new(), fired: None }
    }

    /// Arms a timer; its id.
    pub fn insert(&mut self, deadline: f64, payload: f64) -> f64 {
        float(self.inner.insert(now(deadline), id(payload)).number())
    }

    /// Removes a timer; whether it was live.
    pub fn cancel(&mut self, timer: f64) -> bool {
        self.inner.cancel(TimerId::from_number(id(timer)))
    }

    /// The deadline of a live timer, or −1.
    pub fn deadline(&self, timer: f64) -> f64 {
        self.inner.deadline(TimerId::from_number(id(timer))).map_or(-1.0, told)
    }

    /// The earliest deadline, infinity when none is armed.
    #[wasm_bindgen(js_name = nextDeadline)]
    pub fn next_deadline(&self) -> f64 {
        self.inner.next_deadline().map_or(f64::INFINITY, told)
    }

    /// Fires the next due timer: its number, or −1 when none is due any more.
    pub fn advance(&mut self, at: f64) -> f64 {
        self.fired = self.inner.advance(now(at));
        self.fired.map_or(-1.0, |fired| float(fired.payload))
    }

    /// The deadline of the timer that fired last, or −1.
    #[wasm_bindgen(js_name = firedDeadline)]
    pub fn fired_deadline(&self) -> f64 {
        self.fired.map_or(-1.0, |fired| told(fired.deadline))
    }

    /// Timers armed.
    #[wasm_bindgen(js_name = size)]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether no timer is armed.
    #[wasm_bindgen(js_name = isEmpty)]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// The time that the wheel has reached.
    pub fn reached(&self) -> f64 {
        told(self.inner.reached())
    }
}

/// A timer that tells a pause of the client from the silence of a server.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PauseTimer {
    inner: hedgerow::PauseTimer,
    settings: PauseSettings,
    expiry: Option<Expiry>,
}

#[wasm_bindgen]
impl PauseTimer {
    /// Arms a timer by the `timer` settings of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, duration: f64, max: f64, at: f64) -> Result<Self, JsValue> {
        let settings = document::config(config)?.timer.pause;
        Ok(Self::armed_by(settings, duration, max, at))
    }

    /// Arms the trigger of a hedge: one stage, extended once.
    #[wasm_bindgen(js_name = hedgeTrigger)]
    pub fn hedge_trigger(delay: f64, at: f64) -> Self {
        Self::armed_by(PauseSettings::hedge_trigger(span(delay)), delay, delay, at)
    }

    /// When to observe it next.
    pub fn due(&self) -> f64 {
        told(self.inner.due())
    }

    /// When it was armed.
    pub fn armed(&self) -> f64 {
        told(self.inner.armed())
    }

    /// The time in which the client was observed not to run.
    pub fn lost(&self) -> f64 {
        told_span(self.inner.lost())
    }

    /// Observes it: 0 early, 1 it runs on until `due`, 2 it is over.
    pub fn observe(&mut self, at: f64) -> u8 {
        match self.inner.observe(&self.settings, now(at)) {
            Observation::Early => 0,
            Observation::Rearmed(_) => 1,
            Observation::Expired(expiry) => {
                self.expiry = Some(expiry);
                2
            }
        }
    }

    /// Whom the end points to: 1 the server, 2 the client's pause, 0 while it runs.
    pub fn cause(&self) -> u8 {
        self.expiry.map_or(0, |expiry| match expiry.cause {
            Cause::Server => 1,
            Cause::ClientPause => 2,
        })
    }

    /// Whether the hard ceiling ended it.
    #[wasm_bindgen(js_name = byCeiling)]
    pub fn by_ceiling(&self) -> bool {
        self.expiry.is_some_and(|expiry| expiry.by == ExpiredBy::Ceiling)
    }

    /// Real time from its arming to its end; −1 while it runs.
    pub fn wall(&self) -> f64 {
        self.expiry.map_or(-1.0, |expiry| told_span(expiry.wall))
    }

    /// The part of that time in which the client ran; −1 while it runs.
    pub fn live(&self) -> f64 {
        self.expiry.map_or(-1.0, |expiry| told_span(expiry.live))
    }

    /// How many observations were late, once it is over.
    #[wasm_bindgen(js_name = lateCount)]
    pub fn late_count(&self) -> u32 {
        self.expiry.map_or(0, |expiry| expiry.late_count)
    }

    /// How many extensions were used, once it is over.
    pub fn extensions(&self) -> u8 {
        self.expiry.map_or(0, |expiry| expiry.ext)
    }

    fn armed_by(settings: PauseSettings, duration: f64, max: f64, at: f64) -> Self {
        let inner = hedgerow::PauseTimer::arm(&settings, span(duration), span(max), now(at));
        Self { inner, settings, expiry: None }
    }
}

/// The clamp that keeps a host's clock from going back.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Monotone {
    inner: hedgerow::Monotone,
}

#[wasm_bindgen]
impl Monotone {
    /// Starts at this time.
    #[wasm_bindgen(constructor)]
    pub fn new(at: f64) -> Self {
        Self { inner: hedgerow::Monotone::new(now(at)) }
    }

    /// The time to use.
    pub fn observe(&mut self, at: f64) -> f64 {
        told(self.inner.observe(now(at)))
    }

    /// The last time.
    pub fn last(&self) -> f64 {
        told(self.inner.last())
    }

    /// How often the clock stepped back.
    #[wasm_bindgen(js_name = stepsBack)]
    pub fn steps_back(&self) -> f64 {
        float(self.inner.steps_back())
    }

    /// The largest step back.
    #[wasm_bindgen(js_name = largestBack)]
    pub fn largest_back(&self) -> f64 {
        told_span(self.inner.largest_back())
    }

    /// How often the clock gave no usable number.
    pub fn bad(&self) -> f64 {
        float(self.inner.bad())
    }
}
