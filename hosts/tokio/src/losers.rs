//! Losers: what becomes of attempts that the core asks to cancel, and what else a client settles once.

use hedgerow::{Duration, token::text::TextForm};

/// What becomes of an attempt that the core asks to cancel: the loser of a race, or one that timed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Losers {
    /// Its future is dropped at once. Right where dropping tells the server to stop, as a closed HTTP/2 stream does.
    #[default]
    Abort,
    /// It runs until it ends or `attempt.orphan_ttl_us` passes. Right for HTTP/1.1, where dropping closes the
    /// connection while the server works on: the connection stays reusable, and the endpoint's in-flight count honest.
    LetRun,
}

/// What the mailboxes need to know of the configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) losers: Losers,
    pub(crate) orphan_ttl: Duration,
    pub(crate) token_form: TextForm,
}
