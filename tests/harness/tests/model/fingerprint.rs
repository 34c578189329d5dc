//! What a machine is, in one number: everything that can decide, and nothing that only counts.
//!
//! The debug form of a client shows all of its state. Left out are its configuration, which never changes, its journal
//! (counters, notes, stories), which decides nothing, and the time of its last input, which only matters where time goes
//! back. Left out are the ids of timers, too: they are names, and the wheel shows what is armed for whom. The nonces of
//! tokens do not show, so whoever compares machines adds how many were drawn. Two fingerprints are equal for equal
//! states, and 64 bits of SipHash make different states differ.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use hedgerow::Client;

/// Takes text and makes one number of it.
#[derive(Debug)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    pub(crate) fn number(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(self.0.as_bytes());
        hasher.finish()
    }

    /// What can decide in a client.
    pub(crate) fn of(client: &Client) -> Self {
        let mut fingerprint = Self::new();
        let mut fields = Fields { into: &mut fingerprint, depth: 0, left_out: None };
        write!(fields, "{client:?}").expect("a string takes every text");
        assert_eq!(fields.depth, 0, "what opens is closed");
        fingerprint
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}

/// Passes on the debug form of a client without what is left out.
struct Fields<'a> {
    into: &'a mut Fingerprint,
    depth: u32,
    /// How deep lies what is being left out.
    left_out: Option<u32>,
}

impl Write for Fields<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if decides_nothing(text, self.depth) {
            self.left_out.get_or_insert(self.depth);
        }
        match text.as_bytes() {
            b"{" | b" { " | b"[" | b"(" => self.depth += 1,
            b"}" | b" }" | b", .. }" | b"]" | b")" => self.depth -= 1,
            _ => {}
        }
        // It ends where the next one begins, or what it is in ends.
        let ends = |from| self.depth < from || (self.depth == from && text == ", ");
        if self.left_out.is_some_and(ends) {
            self.left_out = None;
        }
        if self.left_out.is_some() { Ok(()) } else { self.into.write_str(text) }
    }
}

/// Whether this is the name of what is left out: a derived form writes names of fields and types by themselves, and
/// fields of the client at a depth of one.
const fn decides_nothing(text: &str, depth: u32) -> bool {
    match text.as_bytes() {
        b"config" | b"journal" | b"clock" => depth == 1,
        b"TimerId" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::client::action::{EndpointSpec, Start, TopologyChange};
    use hedgerow::{AttemptId, Config, Instant, Seed};

    fn of(client: &Client) -> u64 {
        Fingerprint::of(client).number()
    }

    #[test]
    fn what_only_counts_does_not_show_and_what_decides_does() {
        let add =
            |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
        let mut client = Client::new(Config::default(), &Seed::new([1; 32]), Instant::ZERO);
        client.handle_topology(&[add("a"), add("b")], Instant::ZERO).unwrap();
        let before = of(&client);
        assert_eq!(of(&client.clone()), before);
        client.handle_cancelled(AttemptId::from_number(99), Instant::ZERO);
        assert_ne!(client.stats().stale_attempts, 0);
        assert_eq!(of(&client), before);
        let mut later = client.clone();
        later.handle_timeout(Instant::from_micros(1));
        assert_ne!(of(&later), before);
        client.start(&Start::default(), Instant::ZERO).unwrap();
        assert_ne!(of(&client), before);
        let Fingerprint(text) = Fingerprint::of(&client);
        assert!(
            text.contains("timeout_id: Some()") && text.contains("armed: [(") && !text.contains("stats: ")
        );
    }
}
