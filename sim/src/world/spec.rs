//! What a world is made of: its servers, clients, arrivals, costs and faults, checked when it is built.

use hedgerow::ConfigError;
use hedgerow::Duration;
use hedgerow::config::{Idempotency, Priority};

use super::saying::{Saying, Words};
use crate::fault::Fault;
use crate::sample::{Arrivals, Keys, Model};

/// In which order a server takes from its queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    /// Oldest first.
    #[default]
    Fifo,
    /// Newest first.
    Lifo,
}

/// How one server works; all servers of a world are alike but for their zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerSpec {
    /// Requests served at once; at least 1.
    pub slots: u32,
    /// Which waiting request is next.
    pub discipline: Discipline,
    /// Waiting requests at which one more is refused as `overloaded`.
    pub queue_cap: Option<u32>,
    /// Age since its sending at which a waiting request is skipped, in µs.
    pub expire_us: Option<u64>,
}

impl Default for ServerSpec {
    fn default() -> Self {
        Self { slots: 1, discipline: Discipline::Fifo, queue_cap: None, expire_us: None }
    }
}

/// Where a world's clients live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Homes {
    /// Clients have no zone.
    #[default]
    Nowhere,
    /// Client i lives in zone i mod zones.
    Spread,
    /// All in this zone.
    All(u32),
}

/// Which keys calls ask for; the replicas of a key are neighbours on the ring of servers, one of each zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// How keys are chosen.
    pub keys: Keys,
    /// Replicas of a key; at most 16.
    pub replicas: u32,
}

/// One kind of call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name in the configuration document.
    pub name: String,
    /// Whether it may be sent again.
    pub idempotency: Idempotency,
    /// How often it is called, beside the shares of the others.
    pub share: u32,
    /// Its priority; that of the configuration without one.
    pub priority: Option<Priority>,
    /// Bytes of a request.
    pub request_bytes: u64,
    /// Bytes of a reply.
    pub reply_bytes: u64,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            name: "get".into(),
            idempotency: Idempotency::Natural,
            share: 1,
            priority: None,
            request_bytes: 200,
            reply_bytes: 1000,
        }
    }
}

/// A request in `count` of `every` calls costs more.
#[derive(Clone, Debug, PartialEq)]
pub struct Slow {
    /// Length of the cycle of call numbers.
    pub every: u64,
    /// The first so many calls of a cycle are slow.
    pub count: u64,
    /// What they cost more.
    pub extra: Model,
}

/// The one-way delay between two zones, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The two zones, by number; a zone with itself is the delay inside of it.
    pub zones: (u32, u32),
    /// The delay, in µs.
    pub us: u64,
}

/// What one server costs from some time on.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerCost {
    /// Which server.
    pub server: u32,
    /// From when on, in µs.
    pub from_us: u64,
    /// Its costs, as those of the world.
    pub service: Vec<Model>,
}

/// A whole world.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Servers; 0 is legal and denies every call.
    pub servers: u32,
    /// Zones; server i stands in zone i mod zones.
    pub zones: u32,
    /// How each server works.
    pub server: ServerSpec,
    /// Clients, each with a core of its own.
    pub clients: u32,
    /// Where they live.
    pub homes: Homes,
    /// When calls arrive.
    pub arrivals: Arrivals,
    /// No further call arrives after so many.
    pub calls: Option<u64>,
    /// No further call arrives at or after this time, in µs.
    pub until_us: Option<u64>,
    /// The run ends here whatever is open, in µs.
    pub end_us: Option<u64>,
    /// The kinds of calls; at least one.
    pub operations: Vec<Operation>,
    /// The operation of call number i, by its place in the list above; drawn by share where this list has ended.
    pub script: Vec<u16>,
    /// Placement of keys; without it every server holds everything.
    pub placement: Option<Placement>,
    /// What serving costs; each operation its own when there are several, the last one for the rest.
    pub service: Vec<Model>,
    /// Servers that cost otherwise from some time on; of several entries in force the last one counts.
    pub service_of: Vec<ServerCost>,
    /// What serving costs more when client and server stand in different zones, in µs.
    pub cross_zone_us: u64,
    /// Calls that cost more.
    pub slow: Option<Slow>,
    /// One-way delay of a message inside a zone and between zones, in µs.
    pub link_us: (u64, u64),
    /// Pairs of zones whose delay is another one.
    pub links: Vec<Link>,
    /// What servers tell their clients with replies.
    pub sayings: Vec<Saying>,
    /// Share of replies that say `transient` although the server worked, in millionths.
    pub error_ppm: u32,
    /// Whether a cancelled attempt leaves its server.
    pub cancel_reaches_server: bool,
    /// The host's own time limit of an attempt, in µs: it reports `timeout` and forgets the attempt.
    pub attempt_limit_us: Option<u64>,
    /// Time between two readings of the gauges, in µs.
    pub probe_us: u64,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Share of the calls that are not measured: those that come first, in millionths.
    pub warmup_ppm: u32,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            servers: 1,
            zones: 1,
            server: ServerSpec::default(),
            clients: 1,
            homes: Homes::Nowhere,
            arrivals: Arrivals::Constant { gap_us: 0 },
            calls: None,
            until_us: None,
            end_us: None,
            operations: vec![Operation::default()],
            script: Vec::new(),
            placement: None,
            service: vec![Model::Const(1000.0)],
            service_of: Vec::new(),
            cross_zone_us: 0,
            slow: None,
            link_us: (0, 0),
            links: Vec::new(),
            sayings: Vec::new(),
            error_ppm: 0,
            cancel_reaches_server: false,
            attempt_limit_us: None,
            probe_us: 100_000,
            faults: Vec::new(),
            warmup_ppm: 0,
        }
    }
}

/// The longest time of a world, in µs: a century.
pub const MOST_US: u64 = 3_155_760_000_000_000;
/// One million: a whole, in millionths.
pub(crate) const WHOLE_PPM: u32 = 1_000_000;

impl Spec {
    /// Checks every field; the error names path, value and range.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("servers.count", self.servers, 0, 65_536)?;
        within("servers.slots", self.server.slots, 1, 1_000_000)?;
        within("zones", self.zones, 1, 64)?;
        within("clients.count", self.clients, 1, 1_000_000)?;
        within("operations", self.operations.len(), 1, 64)?;
        within("service", self.service.len(), 1, 64)?;
        within("probe_us", self.probe_us, 1, MOST_US)?;
        within("error_ppm", self.error_ppm, 0, WHOLE_PPM)?;
        within("warmup_ppm", self.warmup_ppm, 0, WHOLE_PPM - 1)?;
        if let Homes::All(zone) = self.homes {
            within("clients.zone", zone, 0, self.zones - 1)?;
        }
        for (name, time) in [("end_us", self.end_us), ("until_us", self.until_us)] {
            time.map_or(Ok(()), |time| within(name, time, 0, MOST_US))?;
        }
        if let Some(placement) = &self.placement {
            within("placement.replicas", placement.replicas, 1, 16)?;
        }
        for (index, op) in self.script.iter().enumerate() {
            within(&format!("script[{index}]"), usize::from(*op), 0, self.operations.len() - 1)?;
        }
        if self.operations.iter().all(|operation| operation.share == 0) {
            return Err(ConfigError::new("operations", "no share above 0", "one operation that is called"));
        }
        self.check_arrivals()?;
        self.check_costs()?;
        for (index, link) in self.links.iter().enumerate() {
            for (side, zone) in [("zones[0]", link.zones.0), ("zones[1]", link.zones.1)] {
                within(&format!("links[{index}].{side}"), zone, 0, self.zones - 1)?;
            }
            within(&format!("links[{index}].us"), link.us, 0, MOST_US)?;
        }
        self.sayings.iter().enumerate().try_for_each(|(at, saying)| saying.check(at, self.servers))?;
        self.faults.iter().enumerate().try_for_each(|(at, fault)| fault.check(at, self))
    }

    /// Arrivals that go on need an end, and a closed loop has the world's clients.
    fn check_arrivals(&self) -> Result<(), ConfigError> {
        if let Arrivals::Closed { clients, .. } = self.arrivals {
            within("arrivals.clients", clients, self.clients, self.clients)?;
        }
        let ends = self.calls.is_some() || self.until_us.is_some() || self.end_us.is_some();
        let silent = matches!(self.arrivals, Arrivals::Replay(_) | Arrivals::Constant { gap_us: 0 });
        if ends || silent {
            return Ok(());
        }
        Err(ConfigError::new("arrivals", "without an end", "`calls`, `until_us` or `end_us`"))
    }

    /// Models are refused where they are not finite, negative, or outside of what their formula allows.
    fn check_costs(&self) -> Result<(), ConfigError> {
        let check = |path: String, model: &Model| {
            let refused = |error: crate::sample::ModelError| {
                ConfigError::new(path, error.to_string(), "a model of times")
            };
            model.clone().checked().map(|_| ()).map_err(refused)
        };
        let list = |name: &str, list: &[Model]| {
            list.iter().enumerate().try_for_each(|(at, model)| check(format!("{name}[{at}]"), model))
        };
        list("service", &self.service)?;
        for (at, cost) in self.service_of.iter().enumerate() {
            list(&format!("service_of[{at}].service"), &cost.service)?;
        }
        self.slow.iter().try_for_each(|slow| check("slow.extra".into(), &slow.extra))?;
        match &self.arrivals {
            Arrivals::Closed { think, .. } => check("arrivals.think".into(), think),
            _ => Ok(()),
        }
    }

    /// One-way delay of a message between a client's home and a zone, in µs.
    pub(crate) fn link(&self, home: Option<u32>, zone: u32) -> u64 {
        let Some(home) = home else { return self.link_us.0 };
        let joins = |link: &&Link| link.zones == (home, zone) || link.zones == (zone, home);
        match self.links.iter().find(joins) {
            Some(link) => link.us,
            None if home == zone => self.link_us.0,
            None => self.link_us.1,
        }
    }

    /// Target and max by which servers measure their replies, if any of them tells what it has measured.
    pub(crate) fn measured_by(&self) -> Option<(Duration, Duration)> {
        self.sayings.iter().find_map(|saying| match &saying.words {
            Words::Signal(signal) if signal.measured => Some(signal.objectives()),
            _ => None,
        })
    }

    /// The cost model of an operation at a server: its own, or the last one of the list.
    pub(crate) fn cost(&self, op: u16, server: u32, now: u64) -> Option<&Model> {
        let special = |cost: &&ServerCost| cost.server == server && cost.from_us <= now;
        let costs = match self.service_of.iter().rfind(special) {
            Some(special) => &special.service,
            None => &self.service,
        };
        costs.get(usize::from(op)).or(costs.last())
    }

    /// The zone of a client.
    pub(crate) fn home(&self, client: u32) -> Option<u32> {
        match self.homes {
            Homes::Nowhere => None,
            Homes::Spread => Some(client % self.zones),
            Homes::All(zone) => Some(zone),
        }
    }

    /// The zone of a server.
    pub(crate) const fn zone(&self, server: u32) -> u32 {
        server % self.zones
    }
}

/// Refuses a number out of range, by path.
pub(crate) fn within<T>(path: &str, value: T, least: T, most: T) -> Result<(), ConfigError>
where
    T: PartialOrd + core::fmt::Display + Copy,
{
    if value >= least && value <= most {
        return Ok(());
    }
    Err(ConfigError::new(path, value.to_string(), format!("{least}..={most}")))
}
