//! Plays a scenario against any client, seen through the public surface of its language.

use hedgerow::Trace;
use hedgerow::wire::RECORD;
use serde_json::Value;

/// What a player needs of a client. Times are µs, and NaN is no time.
pub trait Face {
    /// Hands in records of inputs and drains; answers how many were taken.
    fn push(&mut self, records: &[f64], now: f64) -> usize;
    /// Starts a call that brings a token, and drains.
    fn start(&mut self, record: &[f64; RECORD], replicas: &[f64], token: &str, now: f64);
    /// Applies changes of the endpoints, and drains; false when they are refused.
    fn topology(&mut self, changes: &Value, now: f64) -> bool;
    /// Hands in a record of a server, and drains; −1 is any.
    fn signal(&mut self, record: &Value, namespace: i64, operation: i64, now: f64);
    /// Hands in a record as the response field has it, and drains.
    fn header(&mut self, text: &str, namespace: u32, operation: u32, now: f64);
    /// Reports a stall: `paused` (with its two ends), `throttled`, `resumed`, `suspended` or
    /// `reset`.
    fn stall(&mut self, kind: &str, ends: [f64; 2], now: f64);
    /// Denies later starts, and drains; −1 is no deadline.
    fn drain(&mut self, deadline: f64, now: f64);
    /// Interns a name: `namespace` or `operation`.
    fn name(&mut self, kind: &str, name: &str);
    /// The trace in its compact form.
    fn take_trace(&mut self) -> Vec<u8>;

    /// Where the run has ended.
    ///
    /// # Panics
    ///
    /// When the client gave bytes that are no trace.
    fn end(&mut self) -> Ended {
        let trace = Trace::from_bytes(&self.take_trace()).expect("a client gives a trace");
        Ended { records: trace.len(), hash: format!("{:016x}", trace.hash()) }
    }
}

/// Where a run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Records of the trace.
    pub records: u64,
    /// The hash of its last line.
    pub hash: String,
}

/// Hands every input of a scenario to a client.
///
/// # Panics
///
/// When an input cannot be read, or is not taken.
pub fn play(face: &mut impl Face, scenario: &Value) {
    for input in scenario["inputs"].as_array().expect("inputs") {
        assert!(hand_in(face, input).is_some(), "an input that cannot be played: {input}");
    }
}

pub(super) fn hand_in(face: &mut impl Face, input: &Value) -> Option<()> {
    let now = input["t"].as_f64().unwrap_or(f64::NAN);
    let number = |key: &str| input[key].as_f64();
    let name = |key: &str| input[key].as_i64();
    match input["e"].as_str()? {
        "records" => {
            let records = floats(&input["of"])?;
            assert_eq!(face.push(&records, now) * RECORD, records.len(), "every record is taken: {input}");
        }
        "start" => {
            let record: [f64; RECORD] = floats(&input["record"])?.try_into().ok()?;
            face.start(&record, &floats(&input["replicas"])?, input["token"].as_str()?, now);
        }
        "topology" => {
            let applied = face.topology(&input["changes"], now);
            assert_eq!(applied, !input["refused"].as_bool()?, "{input}");
        }
        "signal" => face.signal(&input["record"], name("ns")?, name("op")?, now),
        "header" => {
            let known = |key| u32::try_from(name(key)?).ok();
            face.header(input["text"].as_str()?, known("ns")?, known("op")?, now);
        }
        "stall" => {
            let end = |key| number(key).unwrap_or(f64::NAN);
            face.stall(input["kind"].as_str()?, [end("from_us"), end("to_us")], now);
        }
        "drain" => face.drain(number("deadline_us")?, now),
        kind @ ("namespace" | "operation") => face.name(kind, input["name"].as_str()?),
        _ => return None,
    }
    Some(())
}

fn floats(list: &Value) -> Option<Vec<f64>> {
    list.as_array()?.iter().map(Value::as_f64).collect()
}
