//! What happens in a world, in words: for whoever looks into a failure, one line for each event and each action.

use super::World;
use super::event::Event;
use super::{Entry, Happening};

impl World {
    /// The next event, told before it happens; `None` at the end, of the gauges, and of what no longer holds.
    pub fn coming(&self) -> Option<String> {
        let (at, _, event) = self.heap.first()?;
        Some(format!("{at:>12} us  {}", self.describe(&event)?))
    }

    fn describe(&self, event: &Event) -> Option<String> {
        Some(match *event {
            Event::Fault { fault, target, on } => {
                let kind = self.spec.faults[fault as usize].kind.name();
                format!("{kind} {} (target {target})", if on { "begins" } else { "ends" })
            }
            Event::ServiceEnd { flight, epoch } if self.flights[flight].epoch != epoch => return None,
            Event::GiveUp { flight, epoch }
                if self.flights[flight].birth != epoch || self.flights[flight].reported =>
            {
                return None;
            }
            Event::ServiceEnd { flight, .. } => format!("server ends {}", self.attempt(flight)),
            Event::Deliver { flight } => format!("server gets {}", self.attempt(flight)),
            Event::Withdraw { flight, .. } => format!("server is asked to drop {}", self.attempt(flight)),
            Event::Reply { flight } => {
                format!("client {} hears {}", self.flights[flight].client, self.answer(flight))
            }
            Event::Repeat { client, attempt } => format!("client {client} hears {attempt:?} once more"),
            Event::Told { client, .. } => format!("client {client} hears the answer to its handshake"),
            Event::Cancelled { flight } => format!("cancel is confirmed of {}", self.attempt(flight)),
            Event::Wake { client } => format!("client {client} wakes"),
            Event::GiveUp { flight, .. } => format!("host gives up {}", self.attempt(flight)),
            Event::Arrive => "a call arrives".to_owned(),
            Event::Again { client, .. } => format!("client {client} calls"),
            Event::Probe => return None,
        })
    }

    /// An attempt by its server, call and place within the call; its slot may have passed to another one.
    fn attempt(&self, flight: u32) -> String {
        let found = &self.flights[flight];
        let call = self.calls[found.call].number;
        format!("attempt {} of call {call} at server {}", found.ordinal, found.server)
    }

    fn answer(&self, flight: u32) -> String {
        let answer = self.flights[flight].answer;
        let said = self.flights[flight].said;
        let carried = if said == super::flight::NOTHING {
            String::new()
        } else {
            format!(", with {:?}", self.said[said])
        };
        format!("{}: {answer:?}{carried}", self.attempt(flight))
    }
}

impl Entry {
    /// What a client did with a call, in words.
    pub fn told(&self) -> String {
        let what = match self.what {
            Happening::Sent(kind, server) => format!("sends a {kind:?} to server {server}"),
            Happening::Ended(outcome, reason) => format!("ends {outcome:?}, {}", reason.slug()),
            Happening::Denied(reason) => format!("is denied, {}", reason.slug()),
        };
        format!("{:>12} us    call {} {what}", self.at_us, self.call)
    }
}
