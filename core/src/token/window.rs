//! The server's accept window: recognises a token that was accepted before, or refuses it.
//!
//! A token far in the past is a write silently lost behind newer ones; one far in the future is a value that
//! nobody can overwrite or delete until then. Between the two edges a set remembers what was accepted.
//!
//! State: accepted tokens in order, each with one flag; the largest wall time seen; a floor below which everything
//! is too old. Inputs: tokens and wall time. The guarantee: one window answers [`Offer::New`] at most once per
//! token (unless it is forgotten), whatever the order, the clock or the load. When memory runs short it errs to
//! [`Offer::TooOld`], which a client must read as *unknown*, not as failure. Time here is real wall time, never
//! paused time; a clock that steps back is ignored.

use crate::{
    time::{Duration, Wall},
    token::Token,
};
use alloc::collections::BTreeMap;

/// What a window that starts without a persisted set does about tokens accepted before the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColdStart {
    /// Accepts within the usual window, and so perhaps a token that was applied before a crash.
    Open,
    /// Refuses everything that could have been accepted before, and so new tokens too for the length of `future`.
    Closed,
}

/// Settings of a [`DedupWindow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSettings {
    /// How old a token may be; default 10 s, at least twice the largest time a call may take.
    pub past: Duration,
    /// How far ahead of the clock a token may be; default 1 s, generous for clocks within a good cloud.
    pub future: Duration,
    /// Tokens held at most; default 65 536, 16 to 4 194 304; 0 reads as 1.
    pub capacity: u32,
    /// The rule after a start; default [`ColdStart::Open`].
    pub cold_start: ColdStart,
}

impl WindowSettings {
    /// The defaults; a document whose calls may take longer than 5 s has a longer past.
    pub const DEFAULT: Self = Self {
        past: Duration::from_secs(10),
        future: Duration::from_secs(1),
        capacity: 65_536,
        cold_start: ColdStart::Open,
    };
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How far the first request with a token has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It still runs.
    Running,
    /// It is done; the host may return the result it kept.
    Done,
}

/// The answer to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offer {
    /// Never seen: execute it.
    New,
    /// Accepted before: do not execute it again.
    Duplicate(Progress),
    /// Older than what the window remembers: unknown, refuse.
    TooOld,
    /// Too far ahead of the clock: refuse.
    TooNew,
}

impl Offer {
    /// The number by which bindings tell it: 0 new, 1 still running, 2 done, 3 too old, 4 too new.
    pub const fn code(self) -> u8 {
        match self {
            Self::New => 0,
            Self::Duplicate(Progress::Running) => 1,
            Self::Duplicate(Progress::Done) => 2,
            Self::TooOld => 3,
            Self::TooNew => 4,
        }
    }
}

/// The edges of the window at one wall time.
struct Edges {
    lowest: u64,
    highest: u64,
}

/// The set of tokens accepted in the window; O(log n) per operation (expiry amortised), 32 bytes a token.
///
/// ```
/// use hedgerow::{Wall, token::{Token, window::{DedupWindow, Offer, Progress, WindowSettings}}};
/// let mut window = DedupWindow::new(WindowSettings::default());
/// let (token, wall) = (Token { t: 1_000_000_000, nonce: 7 }, Wall::from_micros(1_000_000_000));
/// assert_eq!(window.offer(token, wall), Offer::New);
/// window.done(token);
/// assert_eq!(window.offer(token, wall), Offer::Duplicate(Progress::Done));
/// ```
#[derive(Clone, Debug)]
pub struct DedupWindow {
    settings: WindowSettings,
    accepted: BTreeMap<Token, Progress>,
    seen: u64,
    floor: u64,
    /// Closed start, and no wall time seen yet.
    cold: bool,
}

impl DedupWindow {
    /// Makes an empty window.
    pub fn new(settings: WindowSettings) -> Self {
        let cold = settings.cold_start == ColdStart::Closed;
        Self { settings, accepted: BTreeMap::new(), seen: 0, floor: 0, cold }
    }

    /// Asks for a token and remembers it when new; wall time 0 means "not known", the largest seen decides.
    pub fn offer(&mut self, token: Token, wall: Wall) -> Offer {
        self.observe(wall);
        let lowest = self.edges(wall).lowest;
        while self.accepted.first_entry().is_some_and(|first| first.key().t < lowest) {
            self.accepted.pop_first();
        }
        let answer = self.peek(token, wall);
        if answer == Offer::New {
            self.make_room();
            self.accepted.insert(token, Progress::Running);
        }
        answer
    }

    /// The answer that [`DedupWindow::offer`] would give; records, drops and evicts nothing.
    pub fn peek(&self, token: Token, wall: Wall) -> Offer {
        let edges = self.edges(wall);
        if token.t > edges.highest {
            return Offer::TooNew;
        }
        if token.t < edges.lowest || self.is_blind(wall) {
            return Offer::TooOld;
        }
        if let Some(&progress) = self.accepted.get(&token) {
            return Offer::Duplicate(progress);
        }
        match self.accepted.first_key_value() {
            // An entry below the edge makes room by leaving.
            Some((first, _)) if self.is_full() && first.t >= edges.lowest && token.t <= first.t => {
                Offer::TooOld
            }
            _ => Offer::New,
        }
    }

    /// Marks a token as done; false when the window does not hold it.
    pub fn done(&mut self, token: Token) -> bool {
        self.accepted.get_mut(&token).is_some_and(|progress| {
            *progress = Progress::Done;
            true
        })
    }

    /// Removes a token so that it counts as new again; false when the window does not hold it.
    ///
    /// Right only when the effect certainly did not happen, such as a failure before the commit.
    pub fn forget(&mut self, token: Token) -> bool {
        self.accepted.remove(&token).is_some()
    }

    /// Tokens held.
    pub fn len(&self) -> usize {
        self.accepted.len()
    }

    /// Whether no token is held.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// The time below which everything is too old because of eviction or a closed start; 0 when there is none.
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// The settings.
    pub const fn settings(&self) -> &WindowSettings {
        &self.settings
    }

    fn observe(&mut self, wall: Wall) {
        self.floor = self.floor_at(wall);
        self.cold = self.is_blind(wall);
        self.seen = self.seen.max(wall.as_micros());
    }

    fn edges(&self, wall: Wall) -> Edges {
        let now = self.seen.max(wall.as_micros());
        let oldest = now.saturating_sub(self.settings.past.as_micros());
        Edges {
            lowest: oldest.max(self.floor_at(wall)),
            highest: now.saturating_add(self.settings.future.as_micros()),
        }
    }

    /// The floor once `wall` is seen: the first wall time after a closed start sets it.
    fn floor_at(&self, wall: Wall) -> u64 {
        if self.cold && wall.as_micros() > 0 {
            wall.as_micros().saturating_add(self.settings.future.as_micros()).saturating_add(1)
        } else {
            self.floor
        }
    }

    /// Whether a closed start still waits for its first wall time, so that nothing can be told new.
    fn is_blind(&self, wall: Wall) -> bool {
        self.cold && wall.as_micros() == 0
    }

    fn is_full(&self) -> bool {
        self.accepted.len() as u64 >= u64::from(self.settings.capacity.max(1))
    }

    /// Evicts every token of the smallest time when full, and raises the floor above them.
    fn make_room(&mut self) {
        if !self.is_full() {
            return;
        }
        if let Some((oldest, _)) = self.accepted.pop_first() {
            while self.accepted.first_entry().is_some_and(|first| first.key().t == oldest.t) {
                self.accepted.pop_first();
            }
            self.floor = oldest.t.saturating_add(1);
        }
    }
}
