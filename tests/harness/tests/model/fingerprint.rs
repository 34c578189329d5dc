//! What a machine is, in one number: everything that can decide, and nothing that only counts.
//!
//! The debug form of a client shows all of its state. Left out are its configuration, which never changes, and its
//! journal (counters, notes, stories), which decides nothing; streams of chance do not show, so whoever compares
//! machines adds how often they were asked. Two fingerprints are equal for equal states, and FNV-1a with 64 bits
//! (Fowler, Noll, Vo) makes different states differ.

use std::fmt::{self, Write};

use hedgerow::Client;

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Fields of a client that decide nothing.
const LEFT_OUT: [&str; 2] = ["config", "journal"];

/// Takes text and keeps its hash.
#[derive(Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) const fn new() -> Self {
        Self(BASIS)
    }

    pub(crate) const fn number(&self) -> u64 {
        self.0
    }

    /// Adds what can decide in a client.
    pub(crate) fn client(&mut self, client: &Client) {
        let mut fields = Fields { into: self, depth: 0, left_out: false };
        write!(fields, "{client:?}").expect("a hash takes every text");
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        Ok(())
    }
}

/// Passes on the debug form of a struct without the fields that are left out.
struct Fields<'a> {
    into: &'a mut Fingerprint,
    depth: u32,
    left_out: bool,
}

impl Write for Fields<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // A derived form writes the name of a field by itself, at a depth of one.
        if self.depth == 1 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            self.left_out = LEFT_OUT.contains(&text);
        }
        for byte in text.bytes() {
            match byte {
                b'{' | b'[' | b'(' => self.depth += 1,
                b'}' | b']' | b')' => self.depth -= 1,
                _ => {}
            }
        }
        if self.left_out { Ok(()) } else { self.into.write_str(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::client::action::{EndpointSpec, Start, TopologyChange};
    use hedgerow::{AttemptId, Config, Instant, Seed};

    fn of(client: &Client) -> u64 {
        let mut fingerprint = Fingerprint::new();
        fingerprint.client(client);
        fingerprint.number()
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
    }
}
