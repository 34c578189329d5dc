//! What two servers write to: values behind a window that knows which tokens were applied.

use std::collections::BTreeMap;
use std::fmt::Write;

use hedgerow::Wall;
use hedgerow::token::Token;
use hedgerow::token::window::{DedupWindow, Offer, WindowSettings};

use super::fingerprint::Fingerprint;
use super::world::Mutant;

/// The store of both servers.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// One window, before what both servers write to; the second is used by a mutant alone.
    windows: [DedupWindow; 2],
    effects: BTreeMap<Token, u32>,
    /// Requests whose effect had been made before.
    pub(crate) repeats: u32,
}

impl Store {
    pub(crate) fn new() -> Self {
        let window = || DedupWindow::new(WindowSettings::default());
        Self { windows: [window(), window()], effects: BTreeMap::new(), repeats: 0 }
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
            _ => self.repeats += 1,
        }
    }

    /// How often a token took effect.
    pub(crate) fn effects(&self, token: Token) -> u32 {
        self.effects.get(&token).copied().unwrap_or(0)
    }

    pub(crate) fn add_to(&self, fingerprint: &mut Fingerprint) {
        write!(fingerprint, "{:?}", self.effects).expect("a hash takes every text");
    }
}
