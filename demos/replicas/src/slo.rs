//! What a server tells its clients in the response field `Hedgerow-Slo`.

use hedgerow::signal::header::{Breadth, FieldError, SloField};
use hedgerow::signal::record::Record;
use std::time::Duration;

/// Name of the response field that carries objectives and limits.
pub const RESPONSE_FIELD: &str = "hedgerow-slo";

/// Objectives and limits of one server, the same for reads and writes.
#[derive(Clone, Copy, Debug)]
pub struct Slo {
    /// Version of the record; grows with every change.
    pub version: u64,
    /// The latency that hedges try to meet.
    pub target: Duration,
    /// After this a client gives up.
    pub max: Duration,
    /// Concurrent normal requests of one client.
    pub calls: u32,
    /// Concurrent hedges of one client.
    pub hedges: u32,
}

impl Default for Slo {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self { version: 1, target: ms(10), max: ms(500), calls: 1000, hedges: 50 }
    }
}

impl Slo {
    /// Renders the record as a structured-field dictionary (RFC 9651), as broad as the whole server.
    pub fn header(&self) -> Result<String, FieldError> {
        let micros = |time: Duration| hedgerow::Duration::from_micros(time.as_micros() as u64);
        let record = Record {
            version: self.version,
            target: Some(micros(self.target)),
            max: Some(micros(self.max)),
            calls: Some(self.calls),
            hedges: Some(self.hedges),
            ..Record::default()
        };
        SloField { breadth: Breadth::All, record }.to_text()
    }
}
