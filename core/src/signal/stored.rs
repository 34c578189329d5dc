//! The stored form of a scope's record: what every accepted record so far amounts to, small enough to keep many.
//!
//! Merging overlays the new fields, checks what must hold between fields, then clamps to the guard rails. The
//! order matters: a server that contradicts itself is refused before a clamp could hide the contradiction.

use crate::{
    signal::{
        advice::Load,
        clamped::{Clamped, Field},
        record::Record,
        settings::Guard,
    },
    time::{Duration, Instant},
};
use alloc::{boxed::Box, string::String};
use core::num::{NonZeroU32, NonZeroU64};

const LEAST_CHUNK: u32 = 1 << 10;
const MOST_CHUNK: u32 = 16 << 20;
const LEAST_PAGE: u32 = 1 << 10;
const MOST_PAGE: u32 = 64 << 20;

/// Codec names kept per scope; a server that names more is clamped, so that memory stays bounded.
const MAX_CODECS: usize = 16;
/// The longest codec name kept, in bytes.
const MAX_CODEC_LEN: usize = 32;

/// One scope's record: numbers in place, texts boxed beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) version: u64,
    pub(super) received_at: Instant,
    pub(super) values: Values,
    pub(super) origin: Option<Box<str>>,
    pub(super) compress: Option<Box<[Box<str>]>>,
}

impl Stored {
    /// Applies a valid record; `None`, and nothing changed, when its fields contradict each other or what stays.
    ///
    /// The origin is the new record's even where that names none: it says who numbered the version. Allocates only
    /// for a text that differs from the stored one.
    pub(super) fn apply(&mut self, new: &Record, guard: &Guard, now: Instant) -> Option<Clamped> {
        let old = if new.reset { Values::default() } else { self.values };
        let (values, mut clamped) = old.merged(new, guard)?;
        self.version = new.version;
        self.received_at = now;
        self.values = values;
        if self.origin.as_deref() != new.origin.as_deref() {
            self.origin = new.origin.as_deref().map(Box::from);
        }
        if new.reset {
            self.compress = None;
        }
        if let Some(names) = &new.compress {
            self.keep_codecs(names, &mut clamped);
        }
        Some(clamped)
    }

    /// The record that all so far amount to.
    pub(super) fn record(&self) -> Record {
        let Values { load, .. } = self.values;
        Record {
            version: self.version,
            origin: self.origin.as_deref().map(String::from),
            target: self.values.target(),
            max: self.values.max(),
            calls: self.values.calls(),
            hedges: self.values.hedges,
            util: load.util,
            util_target: load.util_target,
            util_max: load.util_max,
            compute: load.compute,
            storage: load.storage,
            compress: self
                .compress
                .as_ref()
                .map(|names| names.iter().map(|name| String::from(&**name)).collect()),
            chunk: self.values.chunk,
            page: self.values.page(),
            ttl: self.values.ttl(),
            reset: false,
        }
    }

    fn keep_codecs(&mut self, names: &[String], clamped: &mut Clamped) {
        let fitting = || names.iter().filter(|name| name.len() <= MAX_CODEC_LEN).take(MAX_CODECS);
        if fitting().count() != names.len() {
            clamped.add(Field::Compress);
        }
        let kept = self.compress.iter().flatten().map(|name| &**name);
        if self.compress.is_none() || !kept.eq(fitting().map(String::as_str)) {
            self.compress = Some(fitting().map(|name| Box::from(name.as_str())).collect());
        }
    }
}

/// The numbers of a record. Zero never stands for "absent": the types of fields that cannot be zero say so.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values {
    target: Option<NonZeroU64>,
    max: Option<NonZeroU64>,
    ttl: Option<NonZeroU64>,
    calls: Option<NonZeroU32>,
    page: Option<NonZeroU32>,
    pub(super) hedges: Option<u32>,
    pub(super) chunk: Option<u32>,
    pub(super) load: Load,
}

impl Values {
    pub(super) fn target(&self) -> Option<Duration> {
        self.target.map(micros)
    }

    pub(super) fn max(&self) -> Option<Duration> {
        self.max.map(micros)
    }

    pub(super) fn ttl(&self) -> Option<Duration> {
        self.ttl.map(micros)
    }

    pub(super) fn calls(&self) -> Option<u32> {
        self.calls.map(NonZeroU32::get)
    }

    pub(super) fn page(&self) -> Option<u32> {
        self.page.map(NonZeroU32::get)
    }

    /// Overlays, checks, clamps: a contradiction is refused before a clamp could hide it.
    fn merged(mut self, new: &Record, guard: &Guard) -> Option<(Self, Clamped)> {
        self.overlay(new);
        if !self.is_consistent() {
            return None;
        }
        let mut clamped = Clamped::NONE;
        self.clamp_objective(guard, &mut clamped);
        self.clamp_limits(guard, &mut clamped);
        self.clamp_features(&mut clamped);
        Some((self, clamped))
    }

    fn overlay(&mut self, new: &Record) {
        let micros = |time: Option<Duration>| time.and_then(|time| NonZeroU64::new(time.as_micros()));
        self.target = micros(new.target).or(self.target);
        self.max = micros(new.max).or(self.max);
        self.ttl = micros(new.ttl).or(self.ttl);
        self.calls = new.calls.and_then(NonZeroU32::new).or(self.calls);
        self.hedges = new.hedges.or(self.hedges);
        self.chunk = new.chunk.or(self.chunk);
        // A page of zero bytes is one below the least: it is clamped, not absent.
        self.page = new.page.and_then(|page| NonZeroU32::new(page.max(1))).or(self.page);
        self.load.util = new.util.or(self.load.util);
        self.load.util_target = new.util_target.or(self.load.util_target);
        self.load.util_max = new.util_max.or(self.load.util_max);
        self.load.compute = new.compute.or(self.load.compute);
        self.load.storage = new.storage.or(self.load.storage);
    }

    fn is_consistent(&self) -> bool {
        let objective = self.target.zip(self.max).is_none_or(|(target, max)| target <= max);
        let limits = self.hedges.zip(self.calls()).is_none_or(|(hedges, calls)| hedges <= calls);
        objective && limits
    }

    fn clamp_objective(&mut self, guard: &Guard, clamped: &mut Clamped) {
        let longest = guard.max_max.as_micros();
        let target = within(self.target, guard.min_target.as_micros(), longest);
        settle(&mut self.target, target, Field::Target, clamped);
        let max = within(self.max, target.map_or(1, NonZeroU64::get), longest);
        settle(&mut self.max, max, Field::Max, clamped);
    }

    fn clamp_limits(&mut self, guard: &Guard, clamped: &mut Clamped) {
        let calls = self.calls().and_then(|calls| NonZeroU32::new(calls.min(guard.max_calls).max(1)));
        settle(&mut self.calls, calls, Field::Calls, clamped);
        let hedges = self.hedges.map(|hedges| hedges.min(guard.max_hedges));
        settle(&mut self.hedges, hedges, Field::Hedges, clamped);
        let ttl = within(self.ttl, guard.ttl_min.as_micros(), guard.ttl_max.as_micros());
        settle(&mut self.ttl, ttl, Field::Ttl, clamped);
    }

    fn clamp_features(&mut self, clamped: &mut Clamped) {
        let size = |chunk: u32| if chunk == 0 { 0 } else { chunk.clamp(LEAST_CHUNK, MOST_CHUNK) };
        let chunk = self.chunk.map(size);
        settle(&mut self.chunk, chunk, Field::Chunk, clamped);
        let page = self.page().and_then(|page| NonZeroU32::new(page.clamp(LEAST_PAGE, MOST_PAGE)));
        settle(&mut self.page, page, Field::Page, clamped);
    }
}

fn micros(count: NonZeroU64) -> Duration {
    Duration::from_micros(count.get())
}

/// Clamps to `[low, high]`; where a guard contradicts itself the upper rail wins, as the one that protects.
fn within(value: Option<NonZeroU64>, low: u64, high: u64) -> Option<NonZeroU64> {
    value.and_then(|value| NonZeroU64::new(value.get().max(low).min(high).max(1)))
}

fn settle<T: PartialEq>(value: &mut T, fitting: T, field: Field, clamped: &mut Clamped) {
    if *value != fitting {
        clamped.add(field);
        *value = fitting;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::merge::Scope;
    use core::mem::size_of;

    #[test]
    fn a_stored_scope_takes_at_most_160_bytes_beside_its_texts() {
        assert!(size_of::<(Scope, Stored)>() <= 160, "{}", size_of::<(Scope, Stored)>());
    }
}
