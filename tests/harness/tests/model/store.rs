//! What two servers write to: values behind a window that knows which tokens were applied.

use std::collections::BTreeMap;
use std::fmt::Write;

use hedgerow::token::Token;
use hedgerow::token::window::{DedupWindow, Offer, WindowSettings};
use hedgerow::{Duration, Wall};

use super::fingerprint::Fingerprint;
use super::step::Mutant;

/// The store of both servers.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// One window, before what both servers write to; the second is used by a mutant alone.
    windows: [DedupWindow; 2],
    effects: BTreeMap<Token, u32>,
    /// Requests whose effect had been made before.
    pub(crate) repeats: u32,
    /// Requests that the window would not look at, since they were too old or too new.
    refused: u32,
}

impl Store {
    pub(crate) fn new() -> Self {
        let window = || {
            DedupWindow::new(WindowSettings { past: Duration::from_secs(60), ..WindowSettings::default() })
        };
        Self { windows: [window(), window()], effects: BTreeMap::new(), repeats: 0, refused: 0 }
    }

    /// A server applies a request.
    pub(crate) fn apply(&mut self, server: usize, token: Token, wall: Wall, mutant: Option<Mutant>) {
        let window = if mutant == Some(Mutant::WindowOfEachServer) { server } else { 0 };
        let offer = self.windows[window].offer(token, wall);
        match offer {
            Offer::New => {
                self.windows[window].done(token);
                *self.effects.entry(token).or_default() += 1;
            }
            Offer::Duplicate(_) if mutant == Some(Mutant::NoDedupe) => {
                *self.effects.entry(token).or_default() += 1;
            }
            Offer::Duplicate(_) => self.repeats += 1,
            Offer::TooOld | Offer::TooNew => self.refused += 1,
        }
    }

    /// How often a token took effect.
    pub(crate) fn effects(&self, token: Token) -> u32 {
        self.effects.get(&token).copied().unwrap_or(0)
    }

    /// Every token was looked at and none forgotten: what is answered to one never depends on another.
    pub(crate) fn refused_nothing(&self) -> Result<(), String> {
        let held: usize = self.windows.iter().map(DedupWindow::len).sum();
        if self.refused == 0 && held >= self.effects.len() {
            return Ok(());
        }
        Err(format!("{} requests refused, {held} of {} tokens held", self.refused, self.effects.len()))
    }

    pub(crate) fn add_to(&self, fingerprint: &mut Fingerprint) {
        write!(fingerprint, "{:?}", self.effects).expect("a hash takes every text");
    }
}
