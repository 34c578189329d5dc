//! Names: what endpoints, namespaces and operations are called, beside the numbers the core knows them by.

use crate::options::{Key, Replicas};
use hedgerow::{
    Client as Core, EndpointId, Reason,
    client::action::{Namespace, Operation, TopologyChange},
    config::{Config, ConfigError},
};
use std::{collections::HashMap, sync::Arc};

/// The most replicas that count; more are cut off by the core, which counts the cut.
pub(crate) const MAX_REPLICAS: usize = 17;

/// The names of one client.
#[derive(Debug, Default)]
pub(crate) struct Names {
    endpoints: HashMap<EndpointId, Arc<str>>,
    namespaces: HashMap<Box<str>, Namespace>,
    operations: HashMap<Box<str>, Operation>,
    /// Operations up to this number are in the document.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "asked by the HTTP client alone"))]
    configured: u32,
}

impl Names {
    /// The names of the document; numbers follow its order, from 1.
    pub(crate) fn new(config: &Config) -> Self {
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
        let namespaces = config.namespaces.iter().enumerate();
        let operations = config.operations.iter().enumerate();
        Self {
            configured: u32::try_from(config.operations.len()).unwrap_or(u32::MAX),
            endpoints: HashMap::new(),
            namespaces: namespaces
                .map(|(index, name)| (name.as_str().into(), Namespace(number(index))))
                .collect(),
            operations: operations
                .map(|(index, operation)| (operation.name.as_str().into(), Operation(number(index))))
                .collect(),
        }
    }

    pub(crate) fn endpoint(&self, id: EndpointId) -> Arc<str> {
        self.endpoints.get(&id).cloned().unwrap_or_else(|| Arc::from(""))
    }

    pub(crate) fn namespace(&self, key: Key<'_, Namespace>) -> Result<Namespace, Reason> {
        resolve(key, &self.namespaces).ok_or(Reason::UnknownNamespace)
    }

    pub(crate) fn operation(&self, key: Key<'_, Operation>) -> Result<Operation, Reason> {
        resolve(key, &self.operations).ok_or(Reason::UnknownOperation)
    }

    /// Whether the document says anything about an operation.
    #[cfg(feature = "http")]
    pub(crate) fn is_configured(&self, operation: Operation) -> bool {
        (1..=self.configured).contains(&operation.0)
    }

    pub(crate) fn intern_namespace(&mut self, name: &str, core: &mut Core) -> Result<Namespace, ConfigError> {
        if let Some(&number) = self.namespaces.get(name) {
            return Ok(number);
        }
        let number = core.namespace(name)?;
        self.namespaces.insert(name.into(), number);
        Ok(number)
    }

    pub(crate) fn intern_operation(&mut self, name: &str, core: &mut Core) -> Result<Operation, ConfigError> {
        if let Some(&number) = self.operations.get(name) {
            return Ok(number);
        }
        let number = core.operation(name)?;
        self.operations.insert(name.into(), number);
        Ok(number)
    }

    /// Follows a change of the topology that the core has accepted, answering `ids` for what was added or updated.
    pub(crate) fn changed(&mut self, changes: &[TopologyChange], ids: &[EndpointId]) {
        let mut ids = ids.iter();
        for change in changes {
            match change {
                TopologyChange::Add(spec) | TopologyChange::Update(spec) => {
                    if let Some(&id) = ids.next() {
                        self.endpoints.insert(id, spec.name.as_str().into());
                    }
                }
                TopologyChange::Remove(name) => self.endpoints.retain(|_, known| **known != **name),
            }
        }
    }

    /// Writes the ids of a replica list; a name nobody knows becomes an id nobody has, which the core skips.
    pub(crate) fn replicas<'a>(
        replicas: Replicas<'_>,
        core: &Core,
        room: &'a mut [EndpointId; MAX_REPLICAS],
    ) -> &'a [EndpointId] {
        let given: &mut dyn Iterator<Item = EndpointId> = match replicas {
            Replicas::Unknown => return &[],
            Replicas::Ids(ids) => &mut ids.iter().copied(),
            Replicas::Names(names) => {
                &mut names.iter().map(|name| core.endpoint(name).unwrap_or(EndpointId::from_number(0)))
            }
        };
        let mut count = 0;
        for (slot, id) in room.iter_mut().zip(given) {
            *slot = id;
            count += 1;
        }
        &room[..count]
    }
}

fn resolve<N: Copy + Default>(key: Key<'_, N>, known: &HashMap<Box<str>, N>) -> Option<N> {
    match key {
        Key::Unnamed => Some(N::default()),
        Key::Number(number) => Some(number),
        Key::Name(name) => known.get(name).copied(),
    }
}
