//! The flat form: actions, notes and events as records of eight floats in one buffer that the caller owns.
//!
//! A language that reaches the core through a boundary pays for each crossing and each object, so a hot call carries
//! numbers or fills a buffer. A record is [`RECORD`] floats (64 bytes, little-endian wherever it lies in memory):
//!
//! | slot | field | meaning |
//! |---|---|---|
//! | 0 | code | [`Code`]: actions below 16, inputs from 64 |
//! | 1 | cookie | the host's own number, echoed; −1 in a record that belongs to no call |
//! | 2 | call | call id, or −1 |
//! | 3 | attempt | attempt id, or −1 |
//! | 4 | endpoint | endpoint id, or −1; of a handshake the namespace's number |
//! | 5 | time | send: the effective deadline; complete: wall; note: its value; else 0 |
//! | 6 | argument | send: time remaining; complete: lost; else 0 |
//! | 7 | packed | reason code + 2^16 × ordinal + 2^24 × detail; its parts are in [`packed`] |
//!
//! The detail of a send is its kind + 4 × priority + 16 when a token of this library's form travels (to be asked by
//! the call's id); that of a completion is its outcome + 4 × failure class + 32 × cause (0 none, 1 server, 2 the
//! client's pause). The ordinal of a completion is the number of attempts sent. Inputs use the same slots, −1 where
//! nothing is given; see [`Client::push_events`](crate::Client::push_events).
//!
//! State: none. This room decides nothing: it converts, and is the only one that knows that bindings exist. Floats are
//! met here because they are the one number that every language and every memory has; they are compared, multiplied
//! and cast, never formatted, and what they say is a whole number of µs before the machine sees it.

mod event;
pub mod input;
pub mod packed;
mod poll;
mod push;
mod record;
pub mod slot;
mod units;

pub use push::{first_records, told_start};
pub use record::Code;
pub use units::{Units, float, id};

/// Floats of one record.
pub const RECORD: usize = 8;

/// Records of the buffer that a binding holds for each client.
pub const BUFFER_RECORDS: usize = 64;

/// Floats behind the records of a binding's buffer: the number of records written, and when to wake.
pub const TAIL: usize = 2;

/// What stands in a slot in which nothing is given.
pub const NOT_GIVEN: f64 = -1.0;

/// A batch takes no further start while this many actions wait to be drained.
pub const MOST_WAITING: usize = 65_536;
