//! Policies to be measured against weighted choice: least request, round robin, random, hot and cold.
//!
//! They look at in-flight, at reports or at nothing; zones, replica lists, health and age are not used. What is not eligible
//! (out of reach, behind an open breaker) stays out here as well.
//!
//! - *Least request* draws a few endpoints; the smallest in-flight wins, and an earlier draw is kept unless a later
//!   one is strictly smaller. Source: gRPC proposal A48 and Envoy's least-request balancer, both of which draw with
//!   replacement, so that one busy endpoint among n equals is still picked with probability `n^−choices`. Here the
//!   default is without. The rest of the plan are the other drawn endpoints by in-flight.
//! - *Round robin* is the live list by position, rotated to a cursor that advances by one per decision.
//! - *Random* is a sampled order; its source is every baseline ever drawn.
//! - *Hot and cold* (Prequal) puts the endpoint that the [pool of reports](super::hot_cold) chooses before a sampled
//!   order of the others; without enough reports it is random. The order behind the first is ours.
//!
//! Sampling without replacement costs O(entries + skipped), the other two O(endpoints).

use super::candidate::{Endpoints, View};
use super::choice::{Choice, entry, sort};
use super::learned::Learned;
use super::score::{Factors, base};
use crate::rng::Stream;

impl Choice {
    pub(super) fn least_request<E: Endpoints>(&mut self, view: &View<'_, E>, rng: &mut Stream) {
        let choices = usize::from(self.settings.choices.max(1));
        if self.settings.replacement {
            self.list_eligible(view);
            for _ in 0..choices {
                let drawn = self.scratch.get(rng.below(self.scratch.len() as u64) as usize);
                if let Some(&position) = drawn.filter(|&&position| self.members.take(position)) {
                    self.plan.push(entry(position, Factors::default()));
                }
            }
        } else {
            self.sample(view, choices, Factors::default(), rng);
        }
        self.finish(view);
        sort(&mut self.plan, |entry| entry.score);
    }

    pub(super) fn round_robin<E: Endpoints>(&mut self, view: &View<'_, E>) {
        self.list_eligible(view);
        let start = self.cursor.checked_rem(self.scratch.len() as u64).unwrap_or(0) as usize;
        self.cursor = self.cursor.wrapping_add(1);
        let rotated = self.scratch.iter().skip(start).chain(self.scratch.iter().take(start));
        self.plan.extend(rotated.take(self.width()).map(|&position| entry(position, Factors::default())));
        self.finish(view);
    }

    pub(super) fn random<E: Endpoints>(&mut self, view: &View<'_, E>, rng: &mut Stream) {
        self.sample(view, self.width(), Factors::default(), rng);
        self.finish(view);
    }

    pub(super) fn hot_cold<E: Endpoints>(&mut self, view: &View<'_, E>, rng: &mut Stream) {
        let members = &self.members;
        let eligible = |position| members.contains(position) && view.is_eligible(position);
        let chosen = match &mut self.learned {
            Learned::Reports(pool) => pool.choose_among(eligible, view.now()),
            _ => None,
        };
        if let Some(position) = chosen.filter(|&position| self.members.take(position)) {
            self.plan.push(entry(position, Factors::default()));
        }
        self.random(view, rng);
    }

    /// The eligible endpoints by position, in the scratch buffer.
    fn list_eligible<E: Endpoints>(&mut self, view: &View<'_, E>) {
        self.scratch.clear();
        self.scratch.extend(self.members.ascending().filter(|&position| view.is_eligible(position)));
    }

    fn finish<E: Endpoints>(&mut self, view: &View<'_, E>) {
        self.fall_back(view, Factors::default());
        for entry in &mut self.plan {
            entry.in_flight = view.candidate(entry.position).in_flight;
            entry.score = base(entry.in_flight);
        }
    }
}
