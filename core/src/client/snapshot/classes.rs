//! Averages, histograms and adaptive limits of the classes.
//!
//! A histogram is the buckets in use with their counts, of both halves, and how many halves ago the current one was; an
//! adaptive limit stands with the first class that uses it.

use alloc::vec::Vec;

use crate::client::Client;
use crate::client::class::{Adapting, Class};
use crate::config::{self, ConfigError, Document};
use crate::latency::ewma::Ewma;
use crate::latency::histogram::{Histogram, LearnedAnswer, LearnedWindow};
use crate::limit::adaptive::Adaptive;
use crate::limit::algorithm::LearnedLimit;
use crate::time::Instant;

use super::MOST_MICROS;
use super::books::Numbers;
use super::part::{Entries, Part, numbers};

const CLASS: &[&str] = &["namespace", "operation", "average", "window", "limit"];
const AVERAGE: &[&str] = &["state", "count", "age_us"];
const WINDOW: &[&str] = &["half_us", "halves_ago", "current", "previous", "answer"];
const LIMIT: &[&str] = &["algorithm", "estimate", "long", "sum", "seen", "rtt0_us", "probe_count", "jitter"];

impl Client {
    pub(super) fn put_classes(&self, top: &mut Entries) {
        let at = top.at();
        top.list("classes", self.classes.iter().map(|class| self.class_part(class, at)).collect());
    }

    fn class_part(&self, class: &Class, at: Instant) -> Document {
        let mut entries = Entries::new(at);
        entries.count("namespace", class.namespace.into());
        entries.count("operation", class.operation.into());
        let average = average(class.estimator.clamped(), at);
        if !average.is_empty() {
            entries.put("average", average.into());
        }
        if let Some(learned) = class.estimator.window().learned(at) {
            entries.put("window", window(class.estimator.window(), &learned, at));
        }
        let adaptive = class.settings.limits.adaptive.filter(|of| self.classes.is_first_with(class, of));
        let adapting = adaptive.and_then(|of| self.classes.adapting(class.namespace, &of));
        if let Some(adapting) = adapting {
            entries.put("limit", limit(&adapting.limit, at));
        }
        entries.into()
    }

    pub(super) fn recall_classes(
        &mut self,
        top: &Part<'_>,
        namespaces: &Numbers,
        operations: &Numbers,
    ) -> Result<(), ConfigError> {
        for part in top.parts("classes", CLASS)? {
            let namespace = namespaces.get(part.count("namespace", namespaces.last())?);
            let operation = operations.get(part.count("operation", operations.last())?);
            let learned = read(&part)?;
            let Some((namespace, operation)) = namespace.zip(operation) else {
                self.dropped();
                continue;
            };
            let now = self.clock.last();
            let class = self.classes.class(namespace, operation, &self.config, &self.signals, now);
            self.recall_class(class, &learned);
        }
        Ok(())
    }

    fn recall_class(&mut self, class: u32, learned: &Learned) {
        let Some(found) = self.classes.get_mut(class) else { return };
        let (average, histogram) = found.estimator.parts_mut();
        if let Some((state, count, last)) = learned.average {
            average.recall(state, count, last);
        }
        let mut dropped = 0;
        if let Some((half, window)) = &learned.window {
            if *half == histogram.half() {
                histogram.recall(window);
            } else {
                dropped += 1;
            }
        }
        if let Some(limit) = &learned.limit {
            dropped += u32::from(!self.recall_limit(class, limit));
        }
        (0..dropped).for_each(|_| self.dropped());
    }

    fn recall_limit(&mut self, class: u32, learned: &LearnedLimit) -> bool {
        let Some(found) = self.classes.get(class) else { return false };
        let (namespace, Some(settings)) = (found.namespace, found.settings.limits.adaptive) else {
            return false;
        };
        if self.classes.adapting(namespace, &settings).is_some() {
            return false;
        }
        // What a new one would draw is recalled, so nothing is drawn from the stream itself.
        let mut limit = Adaptive::new(settings, &mut self.streams.probe.clone());
        let kept = limit.recall(learned);
        if kept {
            self.classes.adapt(namespace, &Adapting { settings, limit, pauses: self.long_pauses });
        }
        kept
    }
}

fn average(of: &Ewma, at: Instant) -> Entries {
    let mut entries = Entries::new(at);
    let (state, count, last) = of.learned();
    if count > 0 {
        entries.number("state", state);
        entries.number("count", count.into());
        entries.age("age_us", Some(last.min(at)));
    }
    entries
}

fn window(of: &Histogram, learned: &LearnedWindow, at: Instant) -> Document {
    let mut entries = Entries::new(at);
    entries.number("half_us", of.half());
    entries.count("halves_ago", (at.as_micros() / of.half()).saturating_sub(learned.grid));
    for (name, half) in ["current", "previous"].iter().zip(&learned.halves) {
        if !half.is_empty() {
            entries
                .put(name, numbers(half.iter().flat_map(|&(bucket, count)| [bucket.into(), count.into()])));
        }
    }
    if let Some(LearnedAnswer { ppm, bucket, samples, since }) = learned.cached {
        entries.put(
            "answer",
            numbers([ppm.into(), bucket.map_or(0, |bucket| u64::from(bucket) + 1), samples, since]),
        );
    }
    entries.into()
}

fn limit(of: &Adaptive, at: Instant) -> Document {
    let mut entries = Entries::new(at);
    match of.learned() {
        LearnedLimit::Aimd { estimate_u } => {
            entries.text("algorithm", "aimd");
            entries.number("estimate", estimate_u);
        }
        LearnedLimit::Gradient2 { estimate_u, long: (long, sum, seen) } => {
            entries.text("algorithm", "gradient2");
            entries.number("estimate", estimate_u);
            entries.number("long", long);
            entries.number("sum", sum);
            entries.number("seen", seen.into());
        }
        LearnedLimit::Vegas { estimate_u, rtt0, probe_count, jitter_ppm } => {
            entries.text("algorithm", "vegas");
            entries.number("estimate", estimate_u);
            entries.number("rtt0_us", rtt0);
            entries.number("probe_count", probe_count);
            entries.number("jitter", jitter_ppm);
        }
        LearnedLimit::Fixed => entries.text("algorithm", "fixed"),
    }
    entries.into()
}

/// What a snapshot keeps of a class.
struct Learned {
    average: Option<(u64, u32, Instant)>,
    /// Length of a half, and the window.
    window: Option<(u64, LearnedWindow)>,
    limit: Option<LearnedLimit>,
}

fn read(part: &Part<'_>) -> Result<Learned, ConfigError> {
    let average = part.part("average", AVERAGE)?;
    let learned = (average.count("state", u64::MAX)?, average.narrow("count")?, average.age("age_us")?);
    let average = learned.2.map(|last| (learned.0, learned.1, last));
    let window = part.part("window", WINDOW)?;
    let window = if window.is_empty() { None } else { Some(read_window(&window)?) };
    let limit = part.part("limit", LIMIT)?;
    let limit = if limit.is_empty() { None } else { Some(read_limit(&limit)?) };
    Ok(Learned { average, window, limit })
}

fn read_window(part: &Part<'_>) -> Result<(u64, LearnedWindow), ConfigError> {
    let half = part.count("half_us", MOST_MICROS)?.max(1);
    let grid = part.at.as_micros() / half;
    let halves = [read_half(part, "current")?, read_half(part, "previous")?];
    let cached = if part.get("answer").is_some() { Some(read_answer(part)?) } else { None };
    Ok((half, LearnedWindow { grid: grid - part.count("halves_ago", grid)?, halves, cached }))
}

fn read_half(part: &Part<'_>, name: &str) -> Result<Vec<(u32, u32)>, ConfigError> {
    let found = part.numbers(name, u32::MAX.into())?;
    let (pairs, rest) = found.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ConfigError::new(
            part.path(name),
            "an odd number of numbers",
            "buckets and counts in turn",
        ));
    }
    Ok(pairs.iter().map(|&[bucket, count]| (bucket as u32, count as u32)).collect())
}

fn read_answer(part: &Part<'_>) -> Result<LearnedAnswer, ConfigError> {
    let [ppm, bucket, samples, since] = part.exactly("answer", crate::time::MAX_MICROS)?;
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(LearnedAnswer { ppm: narrow(ppm), bucket: bucket.checked_sub(1).map(narrow), samples, since })
}

fn read_limit(part: &Part<'_>) -> Result<LearnedLimit, ConfigError> {
    let number = |name| part.count(name, u64::MAX);
    let estimate_u = number("estimate")?;
    Ok(match part.text("algorithm")? {
        Some("aimd") => LearnedLimit::Aimd { estimate_u },
        Some("gradient2") => LearnedLimit::Gradient2 {
            estimate_u,
            long: (number("long")?, number("sum")?, part.narrow("seen")?),
        },
        Some("vegas") => LearnedLimit::Vegas {
            estimate_u,
            rtt0: number("rtt0_us")?,
            probe_count: number("probe_count")?,
            jitter_ppm: number("jitter")?,
        },
        Some("fixed") => LearnedLimit::Fixed,
        found => {
            let value = found.map_or("none".into(), config::quoted);
            return Err(ConfigError::new(part.path("algorithm"), value, "aimd, gradient2, vegas or fixed"));
        }
    })
}
