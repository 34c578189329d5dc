//! Building a client: configuration, endpoints, seed, clock and what becomes of losers.

use crate::{
    client::Client,
    clock::{Clock, Running, micros},
    driver,
    event::{Callback, Event, Sink},
    losers::{Losers, Settings},
    mailbox::Mailboxes,
    misuse::BuildError,
    names::Names,
    shared::Shared,
};
use hedgerow::{
    Client as Core, Seed,
    client::action::{EndpointSpec, TopologyChange},
    config::{Config, ConfigError, Document},
    rng::Stream,
    token::text::TextForm,
};
use std::{collections::HashSet, fmt};
use tokio::runtime::Handle;

/// The stream from which the salt of the call tags is drawn; kinds from 1024 are the hosts' own.
const TAG_STREAM: u64 = 1024;

/// Collects what a [`Client`] is built from; begins with [`Client::builder`].
pub struct Builder {
    config: Config,
    endpoints: Vec<EndpointSpec>,
    seed: Option<Seed>,
    clock: Clock,
    losers: Losers,
    on_event: Option<Callback>,
    snapshot: Option<(Document, std::time::Duration)>,
}

impl Builder {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            endpoints: Vec::new(),
            seed: None,
            clock: Clock::default(),
            losers: Losers::default(),
            on_event: None,
            snapshot: None,
        }
    }

    /// Adds an endpoint.
    pub fn endpoint(mut self, endpoint: EndpointSpec) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Adds endpoints.
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = EndpointSpec>) -> Self {
        self.endpoints.extend(endpoints);
        self
    }

    /// Fixes the seed, for tests and replays; without it one is drawn from the system's secure source.
    ///
    /// Two clients with one seed mint equal tokens, so a fixed seed has no place in production.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets where time comes from.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets what becomes of attempts that lost.
    pub fn losers(mut self, losers: Losers) -> Self {
        self.losers = losers;
        self
    }

    /// Receives every action and note, in order, outside the client's lock.
    ///
    /// A sink that panics is removed; it must not block, for it runs in whichever task made the decision.
    pub fn on_event(mut self, sink: impl FnMut(&Event) + Send + 'static) -> Self {
        self.on_event = Some(Box::new(sink));
        self
    }

    /// Goes on from a [`Client::snapshot`], perhaps of another process, `elapsed` after it was taken (zero when that is
    /// not known).
    ///
    /// What does not fit is dropped and counted in `snapshot_dropped` of [`Client::stats`]; an endpoint of the snapshot
    /// that the builder is not given is forgotten.
    pub fn restore(mut self, snapshot: Document, elapsed: std::time::Duration) -> Self {
        self.snapshot = Some((snapshot, elapsed));
        self
    }

    /// Builds the client and spawns its driver on the current runtime.
    pub fn build(self) -> Result<Client, BuildError> {
        let runtime = Handle::try_current().map_err(|_| BuildError::NoRuntime)?;
        let config = if self.on_event.is_some() { self.config.with_notes() } else { self.config };
        let seed = self.seed.map_or_else(draw_seed, Ok)?;
        let clock = Running::start(self.clock);
        let settings = Settings {
            losers: self.losers,
            orphan_ttl: config.attempt.orphan_ttl,
            token_form: if config.token.uuid7 { TextForm::Uuid7 } else { TextForm::Hex },
        };
        let mut names = Names::new(&config);
        let mut core = match &self.snapshot {
            None => Core::new(config, &seed, clock.now()),
            Some((kept, elapsed)) => {
                let elapsed = hedgerow::Duration::from_micros(micros(*elapsed));
                Core::restore(kept, config, Some(&seed), elapsed, clock.now())?
            }
        };
        add_endpoints(&mut core, &mut names, self.endpoints, &clock)?;
        let mail = Mailboxes::new(settings, Stream::derive_raw(&seed, TAG_STREAM).u64());
        let shared = Shared::new(core, names, mail, clock, runtime.clone(), Sink::new(self.on_event));
        match &shared.clock {
            Running::Tokio { .. } => drop(runtime.spawn(driver::drive(shared.clone()))),
            Running::Manual(clock) => clock.attach(&shared),
        }
        Ok(Client::new(shared))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("config", &self.config)
            .field("endpoints", &self.endpoints)
            .field("clock", &self.clock)
            .field("losers", &self.losers)
            .finish_non_exhaustive()
    }
}

fn draw_seed() -> Result<Seed, BuildError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(BuildError::Seed)?;
    Ok(Seed::new(bytes))
}

fn add_endpoints(
    core: &mut Core,
    names: &mut Names,
    endpoints: Vec<EndpointSpec>,
    clock: &Running,
) -> Result<(), BuildError> {
    let mut seen = HashSet::new();
    for (index, endpoint) in endpoints.iter().enumerate() {
        if !seen.insert(endpoint.name.as_str()) {
            return Err(BuildError::Config(ConfigError {
                path: format!("endpoints[{index}].name"),
                value: format!("{:?}", endpoint.name),
                range: "a name not given before".into(),
            }));
        }
    }
    let changes: Vec<_> = endpoints.into_iter().map(TopologyChange::Add).collect();
    let ids = core.handle_topology(&changes, clock.now())?;
    names.changed(&changes, &ids);
    Ok(())
}
