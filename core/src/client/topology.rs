//! Changes of the set of endpoints: checked whole, then applied whole.

use alloc::format;
use alloc::vec::Vec;

use crate::client::Client;
use crate::client::action::{EndpointSpec, TopologyChange};
use crate::client::endpoint::View;
use crate::config::{ConfigError, check_endpoint, ordered};
use crate::id::{EndpointId, Id};
use crate::stats::bump;
use crate::time::Instant;

impl Client {
    pub(super) fn change_topology(
        &mut self,
        changes: &[TopologyChange],
        now: Instant,
    ) -> Result<Vec<EndpointId>, ConfigError> {
        self.check_topology(changes)?;
        // Endpoints of the first topology were there before us; later ones have just come up.
        let up_since = self.topology_seen.then_some(now);
        self.topology_seen = true;
        let mut past = self.remembered.take();
        if let Some(past) = &mut past {
            past.readmit(self, changes);
        }
        let mut ids = Vec::new();
        for change in changes {
            match change {
                TopologyChange::Add(spec) | TopologyChange::Update(spec) => {
                    ids.extend(self.put_endpoint(spec, up_since).map(EndpointId::from_id));
                }
                TopologyChange::Remove(name) => self.remove_endpoint(name),
            }
        }
        self.settle_reach(now);
        if let Some(past) = past {
            past.settle(&mut self.choice);
        }
        Ok(ids)
    }

    fn check_topology(&self, changes: &[TopologyChange]) -> Result<(), ConfigError> {
        let mut live = self.endpoints.live() as usize;
        let again = first_again(changes);
        for (index, change) in changes.iter().enumerate() {
            let path = format!("endpoints[{index}]");
            match change {
                TopologyChange::Add(spec) | TopologyChange::Update(spec) => {
                    check_endpoint(&path, spec)?;
                    if again == Some(index) {
                        let range = "a name that the list has once";
                        return Err(error(&format!("{path}.name"), &spec.name, range));
                    }
                    let known = self.endpoints.by_name(&spec.name).is_some();
                    if matches!(change, TopologyChange::Update(_)) && !known {
                        return Err(error(
                            &format!("{path}.name"),
                            &spec.name,
                            "the name of a live endpoint",
                        ));
                    }
                    live += usize::from(!known);
                }
                TopologyChange::Remove(name) => {
                    live -= usize::from(self.endpoints.by_name(name).is_some() && live > 0);
                }
            }
        }
        let most = self.config.capacity.endpoints;
        if live > most as usize {
            let range = format!("at most {most} live endpoints");
            return Err(ConfigError { path: "capacity.endpoints".into(), value: format!("{live}"), range });
        }
        Ok(())
    }

    fn put_endpoint(&mut self, spec: &EndpointSpec, up_since: Option<Instant>) -> Option<Id> {
        let told = spec.up_since.map(|at| self.shift.inward(at));
        if let Some(known) = self.endpoints.by_name(&spec.name) {
            self.endpoints.update(known, spec, told);
            return Some(known);
        }
        let id = self.endpoints.add(spec, told.or(up_since))?;
        self.choice.add(id.index());
        self.ejection.add(id.index());
        Some(id)
    }

    fn remove_endpoint(&mut self, name: &str) {
        let Some(id) = self.endpoints.by_name(name) else {
            bump(&mut self.journal.stats.topology_unknown);
            return;
        };
        self.choice.remove(id.index());
        self.ejection.remove(id.index());
        self.endpoints.remove(id);
    }

    /// Lets plans draw among exactly what is in reach.
    fn settle_reach(&mut self, now: Instant) {
        let view = View {
            table: &self.endpoints,
            ejection: &self.ejection,
            health: &self.config.health,
            calm_until: self.calm_until,
        };
        self.choice.settle(&view, self.endpoints.slots(), now);
        self.reachable = self.choice.permutation().len() as u32;
    }
}

/// The first place that adds or changes an endpoint which an earlier place names: a list names each at most once,
/// removals excepted. O(n log n).
fn first_again(changes: &[TopologyChange]) -> Option<usize> {
    let names = ordered(changes.iter().map(|change| match change {
        TopologyChange::Add(spec) | TopologyChange::Update(spec) => spec.name.as_str(),
        // No endpoint is called so.
        TopologyChange::Remove(_) => "",
    }));
    let again = names.windows(2).filter_map(|pair| match pair {
        [(one, _), (other, place)] if one == other && !one.is_empty() => Some(*place),
        _ => None,
    });
    again.min()
}

fn error(path: &str, value: &str, range: &str) -> ConfigError {
    ConfigError { path: path.into(), value: crate::config::quoted(value), range: range.into() }
}
