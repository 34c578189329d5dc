//! C-style exports for hosts of any language, without a single import.
//!
//! Times are `f64` microseconds. A text or a list goes in through the *input*, a region that the host sizes with
//! [`hedgerow_input`] and fills; an answer that is more than a number lies in the *output* until the next call. A
//! client is a handle from 1 up that is never used twice; a handle that is none changes nothing. Actions are records in
//! the client's own buffer, whose last two floats are their number and the time to wake. A host looks at the memory anew
//! after each call that may grow it.

mod answers;
mod client;
mod inputs;
mod region;

pub use answers::*;
pub use client::*;
pub use inputs::*;
pub use region::*;

/// What a number answers when there is none.
const NONE: f64 = -1.0;

/// Version of these exports; a change that breaks a host raises it.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_version() -> u32 {
    1
}
