//! What the machine keeps per namespace and per class (one namespace with one operation).
//!
//! Slots and the budget are counted per namespace; the numbers they are compared with, the objective and the latency
//! estimators belong to the class. Effective values (configuration overlaid by signals) are cached and renewed when
//! a signal changed something.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::config::{ClassSettings, Config, ConfigError};
use crate::hedge::limiter::Limiter;
use crate::id::Id;
use crate::latency::Estimator;
use crate::limit::adaptive::{Adaptive, AdaptiveSettings};
use crate::retry::budget::Budget;
use crate::signal::merge::{Effective, Signals};
use crate::time::{Duration, Instant};
use crate::timer::wheel::TimerId;

const NONE: u32 = u32::MAX;

/// Names interned to small numbers: 0 is unnamed, then those of the document, then later ones.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    names: Vec<String>,
    capacity: u32,
}

impl Names {
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>, capacity: u32) -> Self {
        Self { names: names.map(ToString::to_string).collect(), capacity }
    }

    /// Whether this number was issued.
    pub(crate) fn knows(&self, number: u32) -> bool {
        number as usize <= self.names.len()
    }

    /// The number of a name that was interned before; the empty name is 0. O(names).
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        if name.is_empty() {
            return Some(0);
        }
        self.names.iter().position(|known| known == name).map(|index| index as u32 + 1)
    }

    /// The names in the order of their numbers, from 1.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The number of a name, interned now if it is new.
    pub(crate) fn intern(&mut self, kind: &str, name: &str) -> Result<u32, ConfigError> {
        if let Some(number) = self.number(name) {
            return Ok(number);
        }
        if self.names.len() as u32 >= self.capacity {
            return Err(ConfigError {
                path: alloc::format!("capacity.{kind}"),
                value: crate::config::quoted(name),
                range: alloc::format!("at most {} names", self.capacity),
            });
        }
        self.names.push(name.to_string());
        Ok(self.names.len() as u32)
    }
}

/// Slots, budget and pushback of one namespace.
#[derive(Clone, Debug)]
pub(crate) struct NamespaceState {
    pub(crate) calls: Limiter,
    pub(crate) hedges: Limiter,
    /// Calls whose hedge waits for a slot, first come first.
    pub(crate) waiting: VecDeque<Id>,
    /// `None` when the budget is shared by the service.
    pub(crate) budget: Option<Budget>,
    pub(crate) pushback_until: Instant,
    /// The handshake timer; `None` until the first use.
    pub(crate) handshake: Option<TimerId>,
    classes: Vec<u32>,
    /// The adaptive limits in use, mostly none or one.
    adapting: Vec<Adapting>,
}

/// An adaptive limit that the classes of a namespace with these settings share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adapting {
    pub(crate) settings: AdaptiveSettings,
    pub(crate) limit: Adaptive,
    /// Long pauses of the client that it knows of.
    pub(crate) pauses: u32,
}

/// Settings, effective values and estimators of one class.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) namespace: u32,
    pub(crate) operation: u32,
    pub(crate) settings: ClassSettings,
    pub(crate) estimator: Estimator,
    effective: Effective,
    revision: u64,
    /// Until when the record of the hedge limit is fresh, and its version; `None` when it was told or there is none.
    fresh: Option<(Instant, u64)>,
}

impl Class {
    /// The values in force now.
    pub(crate) fn effective(&mut self, signals: &Signals) -> Effective {
        if self.revision != signals.revision() {
            self.revision = signals.revision();
            self.effective = signals.effective(self.namespace, self.operation, configured(&self.settings));
            self.fresh = signals.hedge_limit_until(self.namespace, self.operation);
        }
        self.effective
    }

    /// The version of the record that supplies the hedge limit, told once when it has outlived its ttl.
    pub(crate) fn gone_stale(&mut self, now: Instant) -> Option<u64> {
        let (_, version) = self.fresh.filter(|(until, _)| now > *until)?;
        self.fresh = None;
        Some(version)
    }

    /// The values that the document gives.
    pub(crate) fn configured(&self) -> Effective {
        configured(&self.settings)
    }

    /// What estimators clamp samples to: the target, or max while no target is known.
    pub(crate) fn clamp(&mut self, signals: &Signals) -> Duration {
        let effective = self.effective(signals);
        effective.target.unwrap_or(effective.max)
    }
}

fn configured(settings: &ClassSettings) -> Effective {
    Effective {
        target: settings.objective.target,
        max: settings.objective.max,
        calls: settings.limits.calls,
        hedges: settings.limits.hedges,
    }
}

/// All namespaces and classes of a client; both grow on first use, and shrink only when the start that made them is denied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Classes {
    namespaces: Vec<NamespaceState>,
    classes: Vec<Class>,
}

/// How many namespaces and classes are in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    namespaces: usize,
    classes: usize,
}

impl Classes {
    pub(crate) fn extent(&self) -> Extent {
        Extent { namespaces: self.namespaces.len(), classes: self.classes.len() }
    }

    /// Takes back what was made since: a denied start leaves nothing, not even a budget that begins to fill.
    #[cold]
    pub(crate) fn shrink_to(&mut self, extent: Extent) {
        while self.classes.len() > extent.classes
            && let Some(Class { namespace, operation, .. }) = self.classes.pop()
        {
            let state = self.namespaces.get_mut(namespace as usize);
            if let Some(slot) = state.and_then(|state| state.classes.get_mut(operation as usize)) {
                *slot = NONE;
            }
        }
        self.namespaces.truncate(extent.namespaces);
    }

    /// The class of a known namespace and operation, made at its first use.
    pub(crate) fn class(
        &mut self,
        namespace: u32,
        operation: u32,
        config: &Config,
        signals: &Signals,
        now: Instant,
    ) -> u32 {
        self.namespace_made(namespace, config, now);
        let Some(state) = self.namespaces.get_mut(namespace as usize) else { return NONE };
        if state.classes.len() <= operation as usize {
            state.classes.resize(operation as usize + 1, NONE);
        }
        let Some(slot) = state.classes.get_mut(operation as usize) else { return NONE };
        if *slot == NONE {
            *slot = self.classes.len() as u32;
            self.classes.push(Class::new(namespace, operation, config, signals));
        }
        *slot
    }

    /// The state of a known namespace, made at its first use.
    pub(crate) fn namespace_made(
        &mut self,
        namespace: u32,
        config: &Config,
        now: Instant,
    ) -> Option<&mut NamespaceState> {
        while self.namespaces.len() <= namespace as usize {
            self.namespaces.push(NamespaceState::new(config, now));
        }
        self.namespaces.get_mut(namespace as usize)
    }

    /// Every class, in the order of first use.
    pub(crate) fn iter(&self) -> core::slice::Iter<'_, Class> {
        self.classes.iter()
    }

    /// Whether no class before this one shares its adaptive limit. O(operations).
    pub(crate) fn is_first_with(&self, class: &Class, of: &AdaptiveSettings) -> bool {
        let classes =
            self.namespace(class.namespace).map(|state| state.classes.as_slice()).unwrap_or_default();
        let sharing = |found: &&Class| found.settings.limits.adaptive.as_ref() == Some(of);
        let first = classes.iter().filter_map(|number| self.get(*number)).find(sharing);
        first.is_some_and(|first| first.operation == class.operation)
    }

    /// The class of a namespace and operation, if it was used.
    pub(crate) fn find(&self, namespace: u32, operation: u32) -> Option<u32> {
        let slot = self.namespace(namespace)?.classes.get(operation as usize).copied();
        slot.filter(|&class| class != NONE)
    }

    pub(crate) fn get(&self, class: u32) -> Option<&Class> {
        self.classes.get(class as usize)
    }

    pub(crate) fn get_mut(&mut self, class: u32) -> Option<&mut Class> {
        self.classes.get_mut(class as usize)
    }

    /// The adaptive limit of a namespace's classes with these settings. O(limits of the namespace).
    pub(crate) fn adapting(&self, namespace: u32, of: &AdaptiveSettings) -> Option<&Adapting> {
        self.namespace(namespace)?.adapting.iter().find(|adapting| adapting.settings == *of)
    }

    pub(crate) fn adapting_mut(&mut self, namespace: u32, of: &AdaptiveSettings) -> Option<&mut Adapting> {
        self.namespace_mut(namespace)?.adapting.iter_mut().find(|adapting| adapting.settings == *of)
    }

    pub(crate) fn adapt(&mut self, namespace: u32, adapting: &Adapting) {
        if let Some(state) = self.namespace_mut(namespace) {
            state.adapting.push(*adapting);
        }
    }

    /// How many namespaces are in use; their numbers lie below.
    pub(crate) fn namespaces(&self) -> u32 {
        self.namespaces.len() as u32
    }

    pub(crate) fn namespace(&self, namespace: u32) -> Option<&NamespaceState> {
        self.namespaces.get(namespace as usize)
    }

    pub(crate) fn namespace_mut(&mut self, namespace: u32) -> Option<&mut NamespaceState> {
        self.namespaces.get_mut(namespace as usize)
    }
}

impl NamespaceState {
    fn new(config: &Config, now: Instant) -> Self {
        let budget = (!config.budget.per_service).then(|| Budget::new(config.budget.settings, now));
        Self {
            calls: Limiter::new(),
            hedges: Limiter::new(),
            waiting: VecDeque::new(),
            budget,
            pushback_until: Instant::ZERO,
            handshake: None,
            classes: Vec::new(),
            adapting: Vec::new(),
        }
    }
}

impl Class {
    fn new(namespace: u32, operation: u32, config: &Config, signals: &Signals) -> Self {
        let settings = config.class(namespace, operation);
        Self {
            namespace,
            operation,
            settings,
            estimator: Estimator::new(config.estimator),
            effective: signals.effective(namespace, operation, configured(&settings)),
            revision: signals.revision(),
            fresh: signals.hedge_limit_until(namespace, operation),
        }
    }
}
