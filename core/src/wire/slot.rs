//! Where the fields of a record stand; of an input some stand for something else, as its reader says.

/// What the record is, a [`Code`](super::Code).
pub const CODE: usize = 0;
/// The host's own number.
pub const COOKIE: usize = 1;
/// Id of the call.
pub const CALL: usize = 2;
/// Id of the attempt.
pub const ATTEMPT: usize = 3;
/// Id of the endpoint; of a handshake the namespace's number, of a start of a batch how many replica ids follow.
pub const ENDPOINT: usize = 4;
/// A time, in the host's unit.
pub const TIME: usize = 5;
/// Another time, in the host's unit.
pub const ARGUMENT: usize = 6;
/// Small numbers in one, by their [parts](super::packed).
pub const PACKED: usize = 7;
