//! The client machine.
//!
//! A hot call takes numbers, hands one input to the machine and drains into the record buffer, so that one crossing
//! is enough: the records begin at [`Client::records`], and behind the last of them lie their number and the time to
//! wake. A view of that memory must be made anew when the module's memory has grown.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::token::Token;
use hedgerow::token::text::TokenText;
use hedgerow::wire::{BUFFER_RECORDS, NOT_GIVEN, RECORD, TAIL, first_records, float, id, input, told_start};
use hedgerow::{CallId, Config, EndpointId, Stream, StreamKind, config};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{MS, document, error, now, told_span};

/// One service: its endpoints, its calls, and every decision about them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client {
    pub(super) inner: hedgerow::Client,
    buffer: Vec<f64>,
}

#[wasm_bindgen]
impl Client {
    /// Builds a client without endpoints from its document and 32 secret bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: &[u8], at: f64) -> Result<Self, JsValue> {
        Self::build(document::config(config)?, seed, at)
    }

    /// Builds a client as the constructor does, for a host with a listener: notes are kept.
    #[wasm_bindgen(js_name = withNotes)]
    pub fn with_notes(config: JsValue, seed: &[u8], at: f64) -> Result<Self, JsValue> {
        Self::build(document::config(config)?.with_notes(), seed, at)
    }

    /// Where the record buffer lies in linear memory, in bytes.
    pub fn records(&self) -> *const f64 {
        self.buffer.as_ptr()
    }

    /// How many records the buffer holds; two more floats follow them.
    #[wasm_bindgen(js_name = recordCapacity)]
    pub fn record_capacity(&self) -> usize {
        (self.buffer.len() - TAIL) / RECORD
    }

    /// Starts a call with the replica ids at the head of the buffer: its id, the negative code of a denial, or NaN when
    /// an argument is no number that it may be.
    #[expect(clippy::too_many_arguments, reason = "a hot call carries numbers, the same as a start's record")]
    pub fn start(
        &mut self,
        cookie: f64,
        namespace: f64,
        operation: f64,
        replicas: usize,
        deadline: f64,
        wall: f64,
        packed: f64,
        at: f64,
    ) -> f64 {
        let record = input::start(cookie, namespace, operation, deadline, wall, packed);
        self.start_with(&record, replicas, None, at)
    }

    /// Starts a call as [`Self::start`] does, with a token of this library's form that the caller brings.
    #[wasm_bindgen(js_name = startWithToken)]
    #[expect(clippy::too_many_arguments, reason = "the same numbers as a start's, and the token")]
    pub fn start_with_token(
        &mut self,
        token: &str,
        cookie: f64,
        namespace: f64,
        operation: f64,
        replicas: usize,
        deadline: f64,
        wall: f64,
        packed: f64,
        at: f64,
    ) -> Result<f64, JsValue> {
        let text = TokenText::parse(token);
        let text = text.map_err(|found| error::error(found.reason().slug(), &found.to_string()))?;
        let record = input::start(cookie, namespace, operation, deadline, wall, packed);
        Ok(self.start_with(&record, replicas, Some(text.token()), at))
    }

    /// An attempt answered; answers the number of records written.
    #[wasm_bindgen(js_name = handleResponse)]
    pub fn handle_response(&mut self, attempt: f64, at: f64) -> usize {
        self.push(input::response(attempt), at)
    }

    /// An attempt failed; `packed` is the class + 256 if the server said never.
    #[wasm_bindgen(js_name = handleFailure)]
    pub fn handle_failure(
        &mut self,
        attempt: f64,
        packed: f64,
        retry_after: f64,
        max_retries: f64,
        at: f64,
    ) -> usize {
        self.push(input::failure(attempt, retry_after, max_retries, packed), at)
    }

    /// An attempt is over and produced nothing.
    #[wasm_bindgen(js_name = handleCancelled)]
    pub fn handle_cancelled(&mut self, attempt: f64, at: f64) -> usize {
        self.push(input::cancelled(attempt), at)
    }

    /// The caller gives a call up.
    pub fn cancel(&mut self, call: f64, at: f64) -> usize {
        self.push(input::give_up(call), at)
    }

    /// The host's timer fired.
    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&mut self, at: f64) -> usize {
        self.push(input::timeout(), at)
    }

    /// Takes `count` records of inputs from the buffer; answers how many it took, which is fewer when the next is none.
    #[wasm_bindgen(js_name = pushEvents)]
    pub fn push_events(&mut self, count: usize, at: f64) -> usize {
        let taken = self.inner.push_events(first_records(&self.buffer, count), MS, now(at));
        self.turn();
        taken
    }

    /// Drains waiting actions into the buffer; answers how many.
    #[wasm_bindgen(js_name = pollActions)]
    pub fn poll_actions(&mut self) -> usize {
        self.turn()
    }

    /// Drains notes into the buffer; answers how many.
    #[wasm_bindgen(js_name = pollNotes)]
    pub fn poll_notes(&mut self) -> usize {
        self.inner.poll_notes(&mut self.buffer, MS)
    }

    /// When to wake, infinity for never.
    #[wasm_bindgen(js_name = pollTimeout)]
    pub fn poll_timeout(&self) -> f64 {
        self.inner.poll_deadline(MS)
    }

    /// What waits there, a code; 0 for nothing.
    #[wasm_bindgen(js_name = pollTimeoutReason)]
    pub fn poll_timeout_reason(&self) -> u16 {
        self.inner.poll_timeout().map_or(0, |wake| wake.reason.code())
    }

    /// The number of a namespace.
    pub fn namespace(&mut self, name: &str) -> Result<u32, JsValue> {
        self.inner.namespace(name).map(|found| found.0).map_err(|found| error::config(&found))
    }

    /// The number of an operation.
    pub fn operation(&mut self, name: &str) -> Result<u32, JsValue> {
        self.inner.operation(name).map(|found| found.0).map_err(|found| error::config(&found))
    }

    /// The id of a live endpoint, or −1.
    pub fn endpoint(&self, name: &str) -> f64 {
        self.inner.endpoint(name).map_or(NOT_GIVEN, |found| float(found.number()))
    }

    /// The name of an endpoint that is live or has attempts in flight.
    #[wasm_bindgen(js_name = endpointName)]
    pub fn endpoint_name(&self, endpoint: f64) -> Option<String> {
        self.inner.endpoint_name(EndpointId::from_number(id(endpoint))).map(Into::into)
    }

    /// Applies a list of changes of the endpoints, all or none; answers the ids of added and updated ones.
    #[wasm_bindgen(js_name = handleTopology)]
    pub fn handle_topology(&mut self, changes: JsValue, at: f64) -> Result<Vec<f64>, JsValue> {
        let changes = config::topology(&document::read(changes)?).map_err(|found| error::config(&found))?;
        let ids = self.inner.handle_topology(&changes, now(at)).map_err(|found| error::config(&found))?;
        self.turn();
        Ok(ids.iter().map(|endpoint| float(endpoint.number())).collect())
    }

    /// Hands in the signal header of an answer to a request of this namespace and operation; answers the record's
    /// version, or −1 when there is none to read.
    #[wasm_bindgen(js_name = handleSignalHeader)]
    pub fn handle_signal_header(&mut self, text: &str, namespace: u32, operation: u32, at: f64) -> f64 {
        let (namespace, operation) = (Namespace(namespace), Operation(operation));
        let seen = self.inner.handle_signal_field(text, namespace, operation, now(at));
        self.turn();
        seen.map_or(NOT_GIVEN, float)
    }

    /// Hands in one record for a class, for a namespace (operation −1) or for all (both −1).
    #[wasm_bindgen(js_name = handleSignal)]
    pub fn handle_signal(
        &mut self,
        record: JsValue,
        namespace: i32,
        operation: i32,
        at: f64,
    ) -> Result<usize, JsValue> {
        let record = config::record(&document::read(record)?).map_err(|found| error::config(&found))?;
        let namespace = u32::try_from(namespace).ok().map(Namespace);
        let operation = u32::try_from(operation).ok().map(Operation);
        self.inner.handle_signal(namespace, operation, &record, now(at));
        Ok(self.turn())
    }

    /// Hands in the document `{records: […]}` of a handshake; answers how many records were invalid. Names that were never
    /// interned are foreign.
    #[wasm_bindgen(js_name = handleSignals)]
    pub fn handle_signals(&mut self, records: JsValue, at: f64) -> Result<u32, JsValue> {
        let records = config::records(&document::read(records)?).map_err(|found| error::config(&found))?;
        self.inner.handle_signals(&records, now(at));
        self.turn();
        Ok(records.invalid)
    }

    /// The client did not run from `from` to `to`.
    #[wasm_bindgen(js_name = handlePause)]
    pub fn handle_pause(&mut self, from: f64, to: f64, at: f64) {
        self.inner.handle_stall(StallReport::Paused { from: now(from), to: now(to) }, now(at));
    }

    /// A timer that was due at one time fired at another: a pause, when it is later than the configured slack.
    #[wasm_bindgen(js_name = handleLateTick)]
    pub fn handle_late_tick(&mut self, due: f64, at: f64) {
        self.inner.handle_late_tick(now(due), now(at));
    }

    /// Timers are throttled from now on.
    #[wasm_bindgen(js_name = handleThrottled)]
    pub fn handle_throttled(&mut self, at: f64) {
        self.inner.handle_stall(StallReport::Throttled, now(at));
    }

    /// The throttling has ended.
    #[wasm_bindgen(js_name = handleResumed)]
    pub fn handle_resumed(&mut self, at: f64) {
        self.inner.handle_stall(StallReport::Resumed, now(at));
    }

    /// Forgets the stall debt.
    #[wasm_bindgen(js_name = resetStall)]
    pub fn reset_stall(&mut self, at: f64) {
        self.inner.handle_stall(StallReport::Reset, now(at));
    }

    /// The machine slept, and its clock may have stood still: samples of a server's clock are dropped.
    #[wasm_bindgen(js_name = handleSuspended)]
    pub fn handle_suspended(&mut self, at: f64) {
        self.inner.handle_stall(StallReport::Suspended, now(at));
    }

    /// Takes a reading of a server's wall clock within a round trip; whether the three are times.
    #[wasm_bindgen(js_name = handleClock)]
    pub fn handle_clock(&mut self, sent: f64, received: f64, server: f64, at: f64) -> bool {
        let sample = MS.clock_sample(sent, received, server);
        sample.map(|sample| self.inner.handle_clock(sample, now(at))).is_some()
    }

    /// Takes a lease of `count` timestamps from `from` on (µs since 1970), good until `expires`; whether the three are such
    /// numbers.
    #[wasm_bindgen(js_name = handleLease)]
    pub fn handle_lease(&mut self, from: f64, count: f64, expires: f64, at: f64) -> bool {
        let lease = MS.lease(from, count, expires);
        lease.map(|lease| self.inner.handle_lease(lease, now(at))).is_some()
    }

    /// Denies later starts; with a deadline (−1 for none) what is undecided then ends.
    pub fn drain(&mut self, deadline: f64, at: f64) -> usize {
        self.inner.drain(MS.deadline(deadline), now(at));
        self.turn()
    }

    /// The token of a call in the form that headers carry, if it has one.
    pub fn token(&self, call: f64) -> Option<String> {
        self.inner.token_text(CallId::from_number(id(call))).map(|text| text.as_str().into())
    }

    /// Attempts at an endpoint whose end is not known.
    #[wasm_bindgen(js_name = inFlight)]
    pub fn in_flight(&self, endpoint: f64) -> u32 {
        self.inner.in_flight(EndpointId::from_number(id(endpoint)))
    }

    /// Call slots that a namespace holds.
    #[wasm_bindgen(js_name = callsHeld)]
    pub fn calls_held(&self, namespace: u32) -> u32 {
        self.inner.calls_held(Namespace(namespace))
    }

    /// Hedges of a namespace in flight.
    #[wasm_bindgen(js_name = hedgesInFlight)]
    pub fn hedges_in_flight(&self, namespace: u32) -> u32 {
        self.inner.hedges_in_flight(Namespace(namespace))
    }

    /// Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone.
    pub fn state(&self, call: f64) -> u8 {
        self.inner.state(CallId::from_number(id(call))) as u8
    }

    /// Whether no call is undecided and none lingers.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    /// The lateness above which a host lets its event loop turn once more before the timeout.
    #[wasm_bindgen(js_name = lateTolerance)]
    pub fn late_tolerance(&self) -> f64 {
        told_span(self.inner.late_tolerance())
    }

    /// The configuration in force, as canonical JSON.
    #[wasm_bindgen(js_name = configJson)]
    pub fn config_json(&self) -> String {
        self.inner.config().to_json()
    }

    /// Every counter.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        document::show(&self.inner.stats().to_document())
    }

    /// What happened to a call and why; `undefined` when it is forgotten.
    pub fn explain(&self, call: f64) -> Result<JsValue, JsValue> {
        let told = self.inner.explain(CallId::from_number(id(call)));
        told.map_or(Ok(JsValue::UNDEFINED), |told| document::show(&told.to_document()))
    }

    /// The waiting records of the trace in their compact form; joined, all answers are one trace. It holds the seed.
    #[wasm_bindgen(js_name = takeTrace)]
    pub fn take_trace(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.inner.poll_trace_bytes(&mut bytes);
        bytes
    }

    /// Puts a script of fractions of 2^32 in the place of the stream of this kind, for tests.
    #[wasm_bindgen(js_name = scriptFractions)]
    pub fn script_fractions(&mut self, kind: u16, fractions: Vec<u32>) -> Result<(), JsValue> {
        self.inner.script(stream_kind(kind)?, Stream::from_fractions(fractions));
        Ok(())
    }

    fn build(config: Config, seed: &[u8], at: f64) -> Result<Self, JsValue> {
        Ok(Self::of(hedgerow::Client::new(config, &document::seed(seed)?, now(at))))
    }

    /// A client with a buffer of its own.
    pub(super) fn of(inner: hedgerow::Client) -> Self {
        Self { inner, buffer: vec![0.0; BUFFER_RECORDS * RECORD + TAIL] }
    }

    /// The client itself.
    #[cfg(feature = "policies")]
    pub(super) const fn core(&self) -> &hedgerow::Client {
        &self.inner
    }

    fn start_with(&mut self, record: &[f64; RECORD], replicas: usize, token: Option<Token>, at: f64) -> f64 {
        let ids = self.buffer.get(..replicas).unwrap_or(&[]);
        let answer = self.inner.start_record(record, ids, token, MS, now(at));
        self.turn();
        told_start(answer)
    }

    fn push(&mut self, record: [f64; RECORD], at: f64) -> usize {
        self.inner.push_events(&record, MS, now(at));
        self.turn()
    }

    pub(super) fn turn(&mut self) -> usize {
        self.inner.poll_turn(&mut self.buffer, MS)
    }
}

/// The module's linear memory, in which the record buffers lie.
#[wasm_bindgen(js_name = linearMemory)]
pub fn linear_memory() -> JsValue {
    wasm_bindgen::memory()
}

pub(super) fn stream_kind(kind: u16) -> Result<StreamKind, JsValue> {
    StreamKind::from_number(kind).ok_or_else(|| error::invalid("no stream of this kind"))
}
