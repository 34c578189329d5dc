//! What servers say with their replies: records of objectives, limits and load, and hints about trying again.
//!
//! A world has a list of sayings. Each is said by one server or by all, from one time to another, with a share of the
//! replies, drawn by call and attempt like everything that an attempt meets. A record rides on any reply and is handed
//! in before it; a hint rides on failures. Of several records the first of the list that applies is said, and of
//! several hints, too. A record may be a script to the letter, hostile or plainly wrong, or number itself and tell what
//! the server has measured. A handshake is answered with the first record that applies, by a server of the client's.

use hedgerow::ConfigError;
use hedgerow::Duration;
use hedgerow::client::action::{Namespace, Operation};
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::{MAX_VERSION, Record};

use super::spec::{MOST_US, WHOLE_PPM, within};

/// Which classes a record is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breadth {
    /// All operations of the call's namespace.
    #[default]
    Namespace,
    /// The operation of the call.
    Operation,
    /// Everything.
    All,
    /// A namespace that no client knows.
    Foreign,
}

/// A namespace's number that no client of a world has.
const FOREIGN: Namespace = Namespace(u32::MAX);

/// A record as a server says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signal {
    /// What is said; nothing of it is checked, so that a server may say what it must not.
    pub record: Record,
    /// For which classes.
    pub breadth: Breadth,
    /// The version grows by one in every such time, in µs; 0 keeps that of the record.
    pub renewed_us: u64,
    /// Whether the utilizations are those that the server has measured.
    pub measured: bool,
}

impl Signal {
    /// The record that a server says at `age` after it began to.
    pub(crate) fn at(&self, age: u64) -> Record {
        let grown = age.checked_div(self.renewed_us).unwrap_or(0);
        let version = if grown == 0 {
            self.record.version
        } else {
            self.record.version.saturating_add(grown).min(MAX_VERSION)
        };
        Record { version, ..self.record.clone() }
    }

    /// For what a client is told it, after a call of this operation.
    pub(crate) const fn scope(&self, operation: Operation) -> (Option<Namespace>, Option<Operation>) {
        match self.breadth {
            Breadth::Namespace => (Some(Namespace(0)), None),
            Breadth::Operation => (Some(Namespace(0)), Some(operation)),
            Breadth::All => (None, None),
            Breadth::Foreign => (Some(FOREIGN), None),
        }
    }

    /// The objectives by which the server measures: those that it says.
    pub(crate) fn objectives(&self) -> (Duration, Duration) {
        let max = self.record.max.unwrap_or(Duration::MAX);
        (self.record.target.unwrap_or(max), max)
    }
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// A record, with any reply.
    Signal(Signal),
    /// A hint, with a failure.
    Pushback {
        /// The hint.
        hint: Pushback,
        /// Whether the whole service refuses, which turns `overloaded` into `refused`.
        refuses: bool,
    },
}

/// One thing that servers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Which server; `None` for all.
    pub server: Option<u32>,
    /// From when on, in µs.
    pub from_us: u64,
    /// Until when, in µs.
    pub to_us: u64,
    /// With which share of the replies, in millionths.
    pub share_ppm: u32,
    /// What.
    pub words: Words,
}

impl Saying {
    /// What every server says with every reply of the whole run.
    pub const fn always(words: Words) -> Self {
        Self { server: None, from_us: 0, to_us: u64::MAX, share_ppm: WHOLE_PPM, words }
    }

    /// Whether this server says it now, if chance lets it.
    pub(crate) fn applies(&self, server: u32, now: u64) -> bool {
        self.server.is_none_or(|one| one == server) && (self.from_us..self.to_us).contains(&now)
    }

    /// Checks the saying at this place of a world's list; what is said is nobody's to check.
    pub(crate) fn check(&self, index: usize, servers: u32) -> Result<(), ConfigError> {
        let path = |field: &str| format!("sayings[{index}].{field}");
        if let Some(server) = self.server.filter(|server| *server >= servers) {
            return Err(ConfigError::new(path("server"), server.to_string(), format!("below {servers}")));
        }
        within(&path("from_us"), self.from_us, 0, MOST_US)?;
        within(&path("to_us"), self.to_us, self.from_us.saturating_add(1), u64::MAX)?;
        within(&path("share_ppm"), self.share_ppm, 0, WHOLE_PPM)
    }
}

/// What a reply carries beside its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// A record and for what it is.
    pub(crate) record: Option<(Option<Namespace>, Option<Operation>, Record)>,
    pub(crate) hint: Pushback,
    pub(crate) refuses: bool,
}

impl Said {
    pub(crate) fn is_silence(&self) -> bool {
        self.record.is_none() && self.hint == Pushback::NONE && !self.refuses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_renews_its_version_with_time_and_goes_no_further_than_the_largest() {
        let signal = |version, renewed_us| {
            let record = Record { version, ..Record::default() };
            Signal { record, renewed_us, ..Signal::default() }
        };
        assert_eq!([0, 9, 10, 25].map(|age| signal(5, 10).at(age).version), [5, 5, 6, 7]);
        assert_eq!(signal(MAX_VERSION, 1).at(100).version, MAX_VERSION);
        assert_eq!(signal(0, 0).at(u64::MAX).version, 0, "a script to the letter, valid or not");
    }

    #[test]
    fn a_saying_has_its_server_and_its_time() {
        let words = Words::Pushback { hint: Pushback::NEVER, refuses: false };
        let saying = Saying { server: Some(2), from_us: 10, to_us: 20, ..Saying::always(words) };
        assert!(saying.applies(2, 10) && !saying.applies(2, 20) && !saying.applies(1, 10));
        assert_eq!(saying.check(0, 2).unwrap_err().to_string(), "sayings[0].server: 2, want below 2");
        let never = Saying { to_us: 10, ..saying };
        assert!(never.check(1, 3).unwrap_err().to_string().starts_with("sayings[1].to_us: 10, want 11..="));
    }
}
