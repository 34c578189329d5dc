//! How a world is put together: documents, cores with their endpoints, the first events.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use hedgerow::client::action::{EndpointSpec, Operation, TopologyChange};
use hedgerow::{BudgetSettings, Client, Config, ConfigError, Instant};

use super::checks::Checks;
use super::event::Event;
use super::node::{Directory, Node};
use super::server::Server;
use super::slab::Slab;
use super::spec::Spec;
use super::weather::Weather;
use super::{Progress, Streams, World};
use crate::arm::Arm;
use crate::fault::Edge;
use crate::heap::{Class, Heap};
use crate::metrics::Metrics;
use crate::sample::Arrivals;
use crate::stream::{Purpose, client_seed};

/// Arrivals have one stream for their times and one for who calls what.
const WHO: u64 = 1;

pub(super) fn build(spec: &Spec, arm: &Arm, seed: u64, checked: bool) -> Result<World, ConfigError> {
    let spec = Spec { server: arm.server.over(spec.server), ..spec.clone() };
    spec.check()?;
    let (mut nodes, config) = clients(&spec, arm, seed, checked)?;
    let edges = spec.faults.iter().enumerate().map(|(number, fault)| {
        let targets = fault.targets(spec.servers, spec.clients);
        (0..targets).map(|target| Edge::new(seed, number as u32, target)).collect()
    });
    let mut world = World {
        now: 0,
        events: 0,
        heap: Heap::new(),
        servers: vec![Server::default(); spec.servers as usize],
        calls: Slab::new(),
        flights: Slab::new(),
        said: Slab::new(),
        objectives: spec.measured_by(),
        open: 0,
        resolved_at: 0,
        arrived: 0,
        arrivals_over: false,
        coming: 0,
        operations: operations(&mut nodes, &spec)?,
        streams: Streams {
            arrivals: Purpose::Arrivals.stream(seed, 0),
            who: Purpose::Arrivals.stream(seed, WHO),
            placement: Purpose::Placement.stream(seed, 0),
        },
        service: Purpose::Service.base(seed),
        link: Purpose::Link.base(seed),
        edges: edges.collect(),
        weather: Weather::default(),
        epoch: 0,
        metrics: Metrics::new(&arm.name, config.class(0, 1).objective),
        checks: checked.then(|| Box::new(Checks::new(&config, &spec))),
        journal: None,
        progress: Progress::Running,
        zones_are_regions: arm.zones_are_regions,
        has_budget: config.budget.settings != BudgetSettings::Off,
        nodes,
        spec: Rc::new(spec),
        #[cfg(test)]
        planted: false,
    };
    world.first_events();
    Ok(world)
}

/// The clients of the world and the document that all of them run with.
fn clients(spec: &Spec, arm: &Arm, seed: u64, checked: bool) -> Result<(Vec<Node>, Config), ConfigError> {
    let document = arm.document(&spec.operations, checked);
    let zones: Vec<_> = (0..spec.zones).map(zone_name).collect();
    let adds: Vec<_> = (0..spec.servers)
        .map(|server| TopologyChange::Add(endpoint(spec, server, &zones, arm.zones_are_regions)))
        .collect();
    let mut nodes = Vec::with_capacity(spec.clients as usize);
    let mut shared = None;
    let mut configs = BTreeMap::new();
    for client in 0..spec.clients {
        let home = spec.home(client);
        let config = match configs.entry(home) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(document.config(home.map(|zone| zones[zone as usize].as_str()))?)
            }
        };
        let mut core = Client::new(config.clone(), &client_seed(seed, u64::from(client)), Instant::ZERO);
        let directory = equip(&mut core, &adds)?;
        // Every core is given the same endpoints in the same order, so that all begin with one directory.
        let directory = Rc::clone(shared.get_or_insert_with(|| Rc::new(directory)));
        nodes.push(Node::new(core, directory, home));
    }
    let config = configs.into_values().next().unwrap_or_default();
    Ok((nodes, config))
}

/// The numbers that every core has given to the world's operations.
fn operations(nodes: &mut [Node], spec: &Spec) -> Result<Vec<Operation>, ConfigError> {
    let Some(first) = nodes.first_mut() else { return Ok(Vec::new()) };
    spec.operations.iter().map(|operation| first.core.operation(&operation.name)).collect()
}

/// Tells a core its endpoints.
fn equip(core: &mut Client, adds: &[TopologyChange]) -> Result<Directory, ConfigError> {
    let ids = core.handle_topology(adds, Instant::ZERO)?;
    let mut directory = Directory::default();
    for (server, id) in (0..).zip(ids) {
        directory.put(server, id);
    }
    Ok(directory)
}

pub(super) fn endpoint(spec: &Spec, server: u32, zones: &[String], zones_are_regions: bool) -> EndpointSpec {
    let zone = zones[spec.zone(server) as usize].clone();
    EndpointSpec {
        name: format!("s{server}"),
        region: zones_are_regions.then(|| zone.clone()),
        zone: Some(zone),
        ..EndpointSpec::default()
    }
}

/// The name of a zone: a, b, c …, and numbers from the 27th on.
pub(super) fn zone_name(zone: u32) -> String {
    match u8::try_from(zone) {
        Ok(letter @ 0..26) => char::from(b'a' + letter).to_string(),
        _ => format!("z{zone}"),
    }
}

impl World {
    fn first_events(&mut self) {
        for (fault, edges) in (0..).zip(0..self.edges.len()) {
            for target in 0..self.edges[edges].len() {
                self.schedule_fault(fault, target as u32);
            }
        }
        if let Arrivals::Closed { clients, .. } = self.spec.arrivals {
            self.arrivals_over = true;
            (0..clients).for_each(|client| self.think(client));
        } else {
            self.schedule_arrival();
        }
        self.heap.push(0, Class::Probe, Event::Probe);
        for client in 0..self.spec.clients {
            self.schedule_wake(client);
        }
    }
}
