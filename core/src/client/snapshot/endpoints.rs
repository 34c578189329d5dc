//! What was learned of endpoints, by name: kept aside until the host says which of them are there.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::balance::breaker::LearnedBreaker;
use crate::balance::choice::Choice;
use crate::balance::ejection::LearnedRecord;
use crate::client::Client;
use crate::client::action::{EndpointSpec, TopologyChange};
use crate::config::{ConfigError, Document, MAX_ENDPOINT_TEXT, ordered};
use crate::id::Id;
use crate::time::{Duration, Instant};

use super::MOST_MICROS;
use super::part::{Entries, Part, numbers};

const ENDPOINT: &[&str] = &["name", "up_age_us", "answers", "ejection", "breaker", "cost"];
const EJECTION: &[&str] = &["requests", "successes", "consecutive", "multiplier", "age_us"];
const BREAKER: &[&str] = &["left_us", "bucket_us", "buckets_ago", "buckets"];
const COST: &[&str] = &["us", "age_us"];

/// Buckets of a breaker.
const BUCKETS: u64 = 10;

/// What a restored client knows of endpoints that its host has not named yet.
///
/// It is one thing only; a trait, so that a module which restores nothing carries nothing of it.
pub(crate) trait Past: Debug + Send + Sync {
    /// Adds what a topology and the snapshot both name, in the order of the snapshot. O(n log n).
    fn readmit(&mut self, client: &mut Client, changes: &[TopologyChange]);

    /// Puts what may be drawn into the order of the snapshot.
    fn settle(&self, choice: &mut Choice);

    /// Writes it as it was read.
    fn write(&self, top: &mut Entries);

    /// Another one like it.
    fn copy(&self) -> Box<dyn Past>;
}

impl Clone for Box<dyn Past> {
    fn clone(&self) -> Self {
        self.copy()
    }
}

/// Endpoints of a snapshot, in the order of their slots, and the order of sampling as places among them.
#[derive(Clone, Debug, Default)]
struct Remembered {
    endpoints: Vec<Known>,
    order: Vec<u32>,
}

/// One endpoint of a snapshot.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    up_since: Option<Instant>,
    answers: [Option<Instant>; 2],
    ejection: LearnedRecord,
    /// Width of a bucket and the breaker.
    breaker: Option<(u64, LearnedBreaker)>,
    cost: Option<(Duration, Instant)>,
}

impl Client {
    pub(super) fn put_endpoints(&self, top: &mut Entries) {
        match &self.remembered {
            Some(past) => past.write(top),
            None => self.remember(top.at()).write(top),
        }
    }

    /// What is known of the live endpoints.
    fn remember(&self, at: Instant) -> Remembered {
        let mut known = Remembered::default();
        let mut places = Vec::new();
        for position in 0..self.endpoints.slots() {
            places.push(known.endpoints.len() as u32);
            let Some((_, endpoint)) = self.endpoints.at(position) else { continue };
            let width = self.config.breaker.map_or(1, |breaker| breaker.window.as_micros() / BUCKETS);
            known.endpoints.push(Known {
                name: endpoint.name.clone(),
                up_since: endpoint.up_since,
                answers: endpoint.health.learned(),
                ejection: self.ejection.learned(position),
                breaker: endpoint.breaker().map(|breaker| (width.max(1), breaker.learned(at))),
                cost: self.choice.cost(position),
            });
        }
        let order = self.choice.permutation().iter();
        known.order = order.filter_map(|&position| places.get(position as usize).copied()).collect();
        known
    }

    /// Keeps the endpoints of a snapshot for the first topology.
    pub(super) fn recall_endpoints(&mut self, top: &Part<'_>, same: bool) -> Result<(), ConfigError> {
        let parts = top.parts("endpoints", ENDPOINT)?;
        let mut endpoints = parts.iter().map(Known::read).collect::<Result<Vec<_>, _>>()?;
        let order = read_order(top, endpoints.len())?;
        let most = self.config.capacity.endpoints as usize;
        (most..endpoints.len()).for_each(|_| self.dropped());
        endpoints.truncate(most);
        if !same {
            // Counters of another configuration count what this one may not; ejections and open breakers stay.
            for known in &mut endpoints {
                let LearnedRecord { multiplier, ejected_at, .. } = known.ejection;
                known.ejection = LearnedRecord { multiplier, ejected_at, ..LearnedRecord::default() };
                if let Some((_, breaker)) = &mut known.breaker {
                    *breaker = LearnedBreaker { open_until: breaker.open_until, ..LearnedBreaker::default() };
                }
            }
        }
        self.topology_seen |= !endpoints.is_empty();
        self.remembered = None;
        if !endpoints.is_empty() {
            self.remembered = Some(Box::new(Remembered { endpoints, order }));
        }
        Ok(())
    }

    fn put_known(&mut self, spec: &EndpointSpec, known: &Known) -> Option<Id> {
        let id = self.endpoints.add(spec, known.up_since)?;
        let position = id.index();
        self.choice.add(position);
        self.ejection.add(position);
        self.ejection.recall(position, &known.ejection);
        if let Some((cost, learned)) = known.cost
            && !self.choice.recall_cost(position, cost, learned)
        {
            self.dropped();
        }
        let width = self.config.breaker.map_or(1, |breaker| breaker.window.as_micros() / BUCKETS).max(1);
        self.endpoints.recall_health(id, known.answers);
        if let Some((of, breaker)) = known.breaker {
            let counted = LearnedBreaker { open_until: breaker.open_until, ..LearnedBreaker::default() };
            self.endpoints.recall_breaker(id, if of == width { &breaker } else { &counted });
        }
        Some(id)
    }
}

const fn added(change: &TopologyChange) -> Option<&EndpointSpec> {
    match change {
        TopologyChange::Add(spec) => Some(spec),
        _ => None,
    }
}

impl Past for Remembered {
    fn readmit(&mut self, client: &mut Client, changes: &[TopologyChange]) {
        let specs: Vec<&EndpointSpec> = changes.iter().filter_map(added).collect();
        let names = ordered(specs.iter().map(|spec| spec.name.as_str()));
        let mut positions = Vec::new();
        for known in &self.endpoints {
            let found = names.binary_search_by(|(name, _)| (*name).cmp(&known.name)).ok();
            let spec = found.and_then(|at| names.get(at)).and_then(|(_, place)| specs.get(*place));
            let spec = spec.filter(|_| client.endpoints.by_name(&known.name).is_none());
            let id = spec.and_then(|spec| client.put_known(spec, known));
            if id.is_none() {
                client.dropped();
            }
            positions.push(id.map(Id::index));
        }
        let position = |place: u32| positions.get(place as usize).copied().flatten();
        self.order = self.order.iter().filter_map(|&place| position(place)).collect();
    }

    fn settle(&self, choice: &mut Choice) {
        choice.recall_order(&self.order);
    }

    fn write(&self, top: &mut Entries) {
        let at = top.at();
        top.list("endpoints", self.endpoints.iter().map(|one| one.write(at)).collect());
        if !self.order.is_empty() {
            top.put("order", numbers(self.order.iter().map(|&place| place.into())));
        }
    }

    fn copy(&self) -> Box<dyn Past> {
        Box::new(self.clone())
    }
}

impl Known {
    fn write(&self, at: Instant) -> Document {
        let mut entries = Entries::new(at);
        entries.text("name", &self.name);
        entries.age("up_age_us", self.up_since.map(|since| since.min(at)));
        let ages = self.answers.iter().flatten().map(|answer| at.since(*answer).as_micros());
        let ages: Vec<u64> = ages.collect();
        if !ages.is_empty() {
            entries.put("answers", numbers(ages));
        }
        let ejection = self.write_ejection(at);
        if !ejection.is_empty() {
            entries.put("ejection", ejection.into());
        }
        if let Some((width, breaker)) = &self.breaker {
            let breaker = write_breaker(*width, breaker, at);
            if !breaker.is_empty() {
                entries.put("breaker", breaker.into());
            }
        }
        if let Some((cost, learned)) = self.cost {
            let mut entry = Entries::new(at);
            entry.number("us", cost.as_micros());
            entry.age("age_us", Some(learned));
            entries.put("cost", entry.into());
        }
        entries.into()
    }

    fn write_ejection(&self, at: Instant) -> Entries {
        let LearnedRecord { tally: (requests, successes), consecutive, multiplier, ejected_at } =
            self.ejection;
        let mut entries = Entries::new(at);
        entries.count("requests", requests.into());
        entries.count("successes", successes.into());
        entries.count("consecutive", consecutive.into());
        entries.count("multiplier", multiplier.into());
        entries.age("age_us", ejected_at);
        entries
    }

    fn read(part: &Part<'_>) -> Result<Self, ConfigError> {
        let name = part.text("name")?.unwrap_or_default();
        if name.is_empty() || name.len() > MAX_ENDPOINT_TEXT {
            let range = format!("a text of 1 to {MAX_ENDPOINT_TEXT} bytes");
            return Err(ConfigError::new(part.path("name"), crate::config::quoted(name), range));
        }
        let ages = part.numbers("answers", part.at.as_micros())?;
        let answer = |index: usize| ages.get(index).map(|age| part.at - Duration::from_micros(*age));
        let cost = part.part("cost", COST)?;
        let learned = cost.age("age_us")?;
        Ok(Self {
            name: name.into(),
            up_since: part.age("up_age_us")?,
            answers: [answer(0), answer(1)],
            ejection: read_ejection(&part.part("ejection", EJECTION)?)?,
            breaker: read_breaker(&part.part("breaker", BREAKER)?)?,
            cost: learned
                .zip(cost.number("us", MOST_MICROS)?)
                .map(|(at, us)| (Duration::from_micros(us), at)),
        })
    }
}

/// The order of sampling, as places among the endpoints, each at most once.
fn read_order(top: &Part<'_>, endpoints: usize) -> Result<Vec<u32>, ConfigError> {
    let mut seen = Vec::new();
    seen.resize(endpoints, false);
    let places = top.numbers("order", (endpoints as u64).saturating_sub(1))?;
    for &place in &places {
        match seen.get_mut(place as usize) {
            Some(seen) if !*seen => *seen = true,
            _ => {
                let range = "each place of an endpoint at most once";
                return Err(ConfigError::new(top.path("order"), format!("{place}"), range));
            }
        }
    }
    Ok(places.into_iter().map(|place| place as u32).collect())
}

fn write_breaker(width: u64, breaker: &LearnedBreaker, at: Instant) -> Entries {
    let mut entries = Entries::new(at);
    entries.left("left_us", breaker.open_until);
    if breaker.buckets.iter().any(|(requests, _)| *requests > 0) {
        entries.number("bucket_us", width);
        entries.count("buckets_ago", (at.as_micros() / width).saturating_sub(breaker.newest));
        let counts =
            breaker.buckets.iter().flat_map(|&(requests, successes)| [requests.into(), successes.into()]);
        entries.put("buckets", numbers(counts));
    }
    entries
}

fn read_ejection(part: &Part<'_>) -> Result<LearnedRecord, ConfigError> {
    Ok(LearnedRecord {
        tally: (part.narrow("requests")?, part.narrow("successes")?),
        consecutive: part.narrow("consecutive")?,
        multiplier: part.narrow("multiplier")?,
        ejected_at: part.age("age_us")?,
    })
}

fn read_breaker(part: &Part<'_>) -> Result<Option<(u64, LearnedBreaker)>, ConfigError> {
    if part.is_empty() {
        return Ok(None);
    }
    let open_until = part.left("left_us")?;
    let width = part.count("bucket_us", MOST_MICROS)?.max(1);
    let grid = part.at.as_micros() / width;
    let newest = grid - part.count("buckets_ago", grid)?;
    let mut breaker = LearnedBreaker { open_until, newest, ..LearnedBreaker::default() };
    if part.get("buckets").is_some() {
        let counts: [u64; 20] = part.exactly("buckets", u32::MAX.into())?;
        let (pairs, _) = counts.as_chunks::<2>();
        for (bucket, &[requests, successes]) in breaker.buckets.iter_mut().zip(pairs) {
            *bucket = (requests as u32, successes as u32);
        }
    }
    Ok(Some((width, breaker)))
}
