//! Adaptive limits of calls: what lowers the number that a start is compared with, and what attempts teach it.
//!
//! Slots are counted per namespace, so the limit that is learnt is one of the namespace too; classes with other settings
//! than their neighbours have their own. It exists from the first admitted call on; before, the initial limit counts.
//! Samples are taken from attempts: an answer that wins gives its response time, measured from its send; a refusal because
//! of load, a reported timeout and a timeout of ours by the server's fault are drops; everything else tells nothing, a
//! late report and what was asked to cancel among it. An attempt that spans a long pause of this client tells nothing.

use crate::client::Client;
use crate::client::attempt::Load;
use crate::client::class::Adapting;
use crate::id::Id;
use crate::limit::adaptive::Adaptive;
use crate::time::{Duration, Instant};

/// A pause of this client from which on what was under way is no sample any more.
const LONG_PAUSE: Duration = Duration::from_millis(100);

impl Client {
    /// The limit that calls of a class are compared with now: the configured or signalled one, lowered by the adaptive.
    pub(super) fn call_limit(&self, class: u32, calls: u32) -> u32 {
        let Some(found) = self.classes.get(class) else { return calls };
        let Some(settings) = found.settings.limits.adaptive else { return calls };
        let learnt = self.classes.adapting(found.namespace, &settings).map(|adapting| adapting.limit.limit());
        calls.min(learnt.unwrap_or(settings.limit.bounds().initial))
    }

    /// What is in flight as an attempt of this call is sent, for the sample that its end will give.
    pub(super) fn load(&mut self, call: Id) -> Load {
        let Some(found) = self.calls.get(call) else { return Load::default() };
        let (class, namespace) = (found.class, found.namespace);
        if self.classes.get(class).is_none_or(|class| class.settings.limits.adaptive.is_none()) {
            return Load::default();
        }
        let in_flight = self.classes.namespace(namespace).map_or(0, |state| state.calls.in_flight());
        Load { in_flight, pauses: self.long_pauses }
    }

    /// Makes the limit of a class that has just admitted its first call.
    pub(super) fn begin_adapting(&mut self, class: u32) {
        let Some(found) = self.classes.get(class) else { return };
        let (namespace, settings) = (found.namespace, found.settings.limits.adaptive);
        if let Some(settings) = settings.filter(|of| self.classes.adapting(namespace, of).is_none()) {
            let limit = Adaptive::new(settings, &mut self.streams.probe);
            self.classes.adapt(namespace, &Adapting { settings, limit, pauses: self.long_pauses });
        }
    }

    /// An attempt answered first: its response time is a sample.
    pub(super) fn adapt_to_answer(&mut self, call: Id, sent: Instant, load: Load, now: Instant) {
        self.sample(call, Some(now.since(sent)), load, now);
    }

    /// An attempt was refused because of load or ran out of time by the server's fault.
    pub(super) fn adapt_to_drop(&mut self, call: Id, load: Load, now: Instant) {
        self.sample(call, None, load, now);
    }

    fn sample(&mut self, call: Id, rtt: Option<Duration>, load: Load, now: Instant) {
        let Some(class) = self.calls.get(call).and_then(|found| self.classes.get(found.class)) else {
            return;
        };
        let (namespace, Some(settings)) = (class.namespace, class.settings.limits.adaptive) else { return };
        if load.pauses != self.long_pauses {
            return;
        }
        let Some(adapting) = self.classes.adapting_mut(namespace, &settings) else { return };
        if adapting.pauses != self.long_pauses {
            adapting.pauses = self.long_pauses;
            adapting.limit.reset();
        }
        let (limit, rng) = (&mut adapting.limit, &mut self.streams.probe);
        let epoch = limit.epoch();
        match rtt {
            Some(rtt) => limit.succeeded(rtt, load.in_flight, epoch, rng, now),
            None => limit.dropped(load.in_flight, epoch, rng, now),
        };
    }

    /// A pause of ours: after a long one, what is under way is no sample and open windows are discarded.
    pub(super) fn adapt_to_pause(&mut self, lasted: Duration) {
        if lasted >= LONG_PAUSE {
            self.long_pauses = self.long_pauses.wrapping_add(1);
        }
    }
}
