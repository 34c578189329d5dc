//! States of the policy streams, the time of the last token, and what the choice of endpoints keeps of itself.
//!
//! A stream is four words, written as 64 hexadecimal digits. One that a test had scripted has no state; it and one that is
//! absent are drawn anew from the seed of the nonces.

use alloc::format;

use crate::client::Client;
use crate::config::{ConfigError, Document};
use crate::rng::{Nonces, Seed, Stream, StreamKind};
use crate::time::{Duration, Instant};
use crate::token::generator::Generator;

use super::MOST_MICROS;
use super::part::{Entries, Part};

pub(super) const FIELDS: &[&str] = &["backoff", "coin", "balance", "refresh", "probe", "digits"];
pub(super) const TOKEN: &[&str] = &["last", "warned_age_us"];
pub(super) const BALANCE: &[&str] = &["cursor", "start_window_us"];

const KINDS: [StreamKind; 6] = [
    StreamKind::Backoff,
    StreamKind::HedgeCoin,
    StreamKind::Balance,
    StreamKind::SignalRefresh,
    StreamKind::LimitProbe,
    StreamKind::TokenDigits,
];

impl Client {
    pub(super) fn learned_streams(&self) -> Document {
        let of = &self.streams;
        let streams = [&of.backoff, &of.coin, &of.balance, &of.refresh, &of.probe, self.generator.digits()];
        let mut entries = Entries::new(self.clock.last());
        for (name, stream) in FIELDS.iter().zip(streams) {
            if let Some(words) = stream.state() {
                let [a, b, c, d] = words;
                entries.text(name, &format!("{a:016x}{b:016x}{c:016x}{d:016x}"));
            }
        }
        entries.into()
    }

    /// All streams but that of the digits, which comes with the generator.
    pub(super) fn recall_streams(
        &mut self,
        streams: &Part<'_>,
        nonce_seed: Option<&Seed>,
    ) -> Result<(), ConfigError> {
        for (name, kind) in FIELDS.iter().zip(KINDS) {
            let stream = match streams.text(name)? {
                Some(text) => state(text).map(Stream::from_state),
                None => nonce_seed.map(|seed| Stream::derive(seed, kind, 0)),
            };
            let Some(stream) = stream else {
                let value = streams.text(name)?.map_or("none".into(), crate::config::quoted);
                return Err(ConfigError::new(streams.path(name), value, "64 hexadecimal digits"));
            };
            if kind == StreamKind::TokenDigits {
                let settings = self.config.token.generator;
                self.generator = Generator::restored(settings, stream, None, None);
            } else {
                self.script(kind, stream);
            }
        }
        Ok(())
    }

    pub(super) fn learned_token(&self, at: Instant) -> Document {
        let mut token = Entries::new(at);
        if let Some(last) = self.generator.last() {
            token.number("last", last);
        }
        token.age("warned_age_us", self.generator.warned_at());
        token.into()
    }

    pub(super) fn recall_token(
        &mut self,
        token: &Part<'_>,
        nonce_seed: Option<&Seed>,
    ) -> Result<(), ConfigError> {
        let last = token.number("last", u64::MAX)?;
        let warned_at = token.age("warned_age_us")?;
        let nonces = nonce_seed.map(|seed| Nonces::new(seed, 0));
        let (settings, digits) = (*self.generator.settings(), self.generator.digits().clone());
        self.generator = Generator::restored(settings, digits, nonces, last);
        self.generator.recall_warning(warned_at);
        Ok(())
    }

    pub(super) fn learned_balance(&self, at: Instant) -> Document {
        let mut balance = Entries::new(at);
        balance.count("cursor", self.choice.cursor());
        balance.number("start_window_us", self.choice.start_window().as_micros());
        balance.into()
    }

    pub(super) fn recall_balance(&mut self, balance: &Part<'_>) -> Result<(), ConfigError> {
        let cursor = balance.count("cursor", u64::MAX)?;
        let window = balance.number("start_window_us", MOST_MICROS)?.map(Duration::from_micros);
        self.choice.recall(cursor, window.unwrap_or(self.choice.start_window()));
        Ok(())
    }
}

/// The four words of a stream.
fn state(text: &str) -> Option<[u64; 4]> {
    let digits = text.as_bytes().as_chunks::<16>();
    let (words, []) = digits else { return None };
    let words: &[[u8; 16]; 4] = words.try_into().ok()?;
    let mut state = [0; 4];
    for (place, word) in state.iter_mut().zip(words) {
        *place = u64::from_str_radix(core::str::from_utf8(word).ok()?, 16).ok()?;
    }
    Some(state)
}
