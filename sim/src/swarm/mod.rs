//! Swarm testing: random worlds whose invariants are checked after every event.
//!
//! Each seed draws a world: sizes, workload, configuration and a random subset of faults, each on with probability one
//! half, because a generator that always turns everything on hides what one thing alone would show (Groce et al.,
//! "Swarm testing", 2012). A failing world is made smaller while the same invariant still fails: faults are dropped,
//! then things that servers say, clients, and calls; what is left is printed as its last events and as a command that
//! repeats it.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "loads and times are drawn as whole numbers far below 2^53 and used as floats"
)]

mod document;
mod sayings;
mod shape;

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::metrics::Coverage;
use crate::world::{Entry, Progress, World};

/// Events after which a world is stopped and judged by what it did so far: where nearly every call is lost and waits
/// for its max, faults alone make hundreds of events in each of those seconds.
const MOST_EVENTS: u64 = 5_000_000;
/// Events without a call that ends after which a world does not end at all; the slowest calls take a tenth of them.
const PATIENCE: u64 = 2_000_000;
/// Lines of a failure's story.
const STORY_LINES: usize = 40;

/// A random world, whole or made smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it was drawn from.
    pub seed: u64,
    /// Faults, and then things that servers say, left out by their place in the drawn lists.
    pub without: Vec<usize>,
    /// Clients instead of those drawn.
    pub clients: Option<u32>,
    /// Calls instead of those drawn.
    pub calls: Option<u64>,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The world that breaks it.
    pub case: Case,
    /// What the checks said.
    pub what: String,
    /// What happened last before it broke, one line each; empty until it is asked for with [`Failure::with_story`].
    pub story: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.story {
            writeln!(f, "{line}")?;
        }
        write!(f, "{}\n  repeat: {}", self.what, self.case)
    }
}

impl Failure {
    /// The same with the last events before it broke, which a second run of the world tells.
    pub fn with_story(mut self) -> Self {
        self.story = self.case.story();
        self
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hedgerow sim swarm --seed {}", self.seed)?;
        if !self.without.is_empty() {
            let list: Vec<_> = self.without.iter().map(usize::to_string).collect();
            write!(f, " --without {}", list.join(","))?;
        }
        if let Some(clients) = self.clients {
            write!(f, " --clients {clients}")?;
        }
        match self.calls {
            Some(calls) => write!(f, " --calls {calls}"),
            None => Ok(()),
        }
    }
}

impl Case {
    /// The whole world of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, without: Vec::new(), clients: None, calls: None }
    }

    /// The world and the configuration that are drawn, for whoever looks into a failure.
    pub fn describe(&self) -> String {
        let shape = shape::draw(self);
        format!("{:#?}\n{:#}", shape.spec, shape.arm.fields)
    }

    /// Runs it to its end; answers what was covered, or the broken invariant.
    pub fn run(&self) -> Result<Coverage, Failure> {
        self.run_prepared(|_| {})
    }

    fn run_prepared(&self, prepare: impl Fn(&mut World)) -> Result<Coverage, Failure> {
        let failed = |what: String| Failure { case: self.clone(), what, story: Vec::new() };
        let run = catch_unwind(AssertUnwindSafe(|| self.run_whole(prepare)));
        match run {
            Ok(answer) => answer.map_err(failed),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Err(failed(format!("panic: {}", text.unwrap_or_default())))
            }
        }
    }

    fn run_whole(&self, prepare: impl Fn(&mut World)) -> Result<Coverage, String> {
        let mut world = self.world()?;
        prepare(&mut world);
        watch(&mut world, MOST_EVENTS, PATIENCE)?;
        let figures = world.finish_checked()?;
        Ok(figures.coverage)
    }

    fn world(&self) -> Result<World, String> {
        let shape = shape::draw(self);
        World::checked(&shape.spec, &shape.arm, self.seed).map_err(|error| error.to_string())
    }

    /// The last events of its world before an invariant breaks, one line for each event and each action.
    pub fn story(&self) -> Vec<String> {
        self.story_prepared(|_| {})
    }

    fn story_prepared(&self, prepare: impl Fn(&mut World)) -> Vec<String> {
        let mut lines = VecDeque::new();
        let told = catch_unwind(AssertUnwindSafe(|| {
            let Ok(mut world) = self.world() else { return };
            prepare(&mut world);
            world.keep_journal();
            let mut entries = 0;
            while world.violation().is_none() && world.events() < MOST_EVENTS {
                lines.extend(world.coming());
                let progress = world.advance(1);
                lines.extend(world.journal()[entries..].iter().map(Entry::told));
                entries = world.journal().len();
                lines.drain(..lines.len().saturating_sub(STORY_LINES));
                if progress != Progress::Running {
                    break;
                }
            }
        }));
        if told.is_err() {
            lines.push_back("              panic".to_owned());
        }
        lines.into()
    }

    /// Makes a failing world smaller while the same invariant fails; `run` is how a world is tried.
    pub fn shrink(failure: Failure, run: impl Fn(&Self) -> Result<Coverage, Failure>) -> Failure {
        let mut least = failure;
        while let Some(smaller) = least.case.smaller().into_iter().find_map(|case| {
            let failure = run(&case).err()?;
            (kind(&failure.what) == kind(&least.what)).then_some(failure)
        }) {
            least = smaller;
        }
        least
    }

    /// The next worlds to try: without one more fault or saying, with half of the clients, with fewer calls.
    fn smaller(&self) -> Vec<Self> {
        let shape = shape::draw(self);
        let mut smaller: Vec<_> = (0..shape.droppable)
            .filter(|fault| !self.without.contains(fault))
            .map(|fault| {
                let mut case = self.clone();
                case.without.push(fault);
                case
            })
            .collect();
        if shape.spec.clients > 1 {
            smaller.push(Self { clients: Some(shape.spec.clients / 2), ..self.clone() });
        }
        // Half of the calls at first; near the end fewer, so that the list of events is short.
        let calls = shape.spec.calls.unwrap_or(0);
        for fewer in [calls / 2, calls * 3 / 4, calls.saturating_sub(1)] {
            if (1..calls).contains(&fewer) {
                smaller.push(Self { calls: Some(fewer), ..self.clone() });
            }
        }
        smaller
    }
}

/// Runs a world until it is over, has had its events or breaks an invariant, that calls end among them.
fn watch(world: &mut World, most: u64, patience: u64) -> Result<(), String> {
    let (mut resolved, mut since) = (0, 0);
    while world.events() < most && world.advance(1) == Progress::Running {
        if let Some(what) = world.violation() {
            return Err(what.to_owned());
        }
        if world.resolved() > resolved {
            (resolved, since) = (world.resolved(), world.events());
        }
        if world.events() - since > patience {
            return Err(format!("the world does not end: {:?} places", world.places()));
        }
    }
    Ok(())
}

/// What a message says without its numbers.
fn kind(what: &str) -> String {
    what.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Arm;
    use crate::fault::{Fault, Kind, Target, When};
    use crate::sample::{Arrivals, Model};
    use crate::world::spec::Spec;
    use serde_json::json;

    #[test]
    fn a_failing_world_is_made_as_small_as_its_failure_allows() {
        let drawn = shape::draw(&Case::new(3));
        assert!(drawn.droppable > 2, "this seed draws some faults");
        // As if the second fault alone broke something, with two calls at least.
        let run = |case: &Case| {
            let calls = shape::draw(case).spec.calls.unwrap_or(0);
            let fails = !case.without.contains(&1) && calls >= 2;
            let what = format!("client 7 at {calls} us: broken");
            let failure = Failure { case: case.clone(), what, story: Vec::new() };
            if fails { Err(failure) } else { Ok(Coverage::default()) }
        };
        let least = Case::shrink(run(&Case::new(3)).unwrap_err(), run);
        let shape = shape::draw(&least.case);
        assert_eq!((shape.spec.faults.len(), shape.spec.clients), (1, 1));
        assert_eq!(shape.spec.calls, Some(2));
        assert!(least.to_string().contains("repeat: hedgerow sim swarm --seed 3 --without 0,"), "{least}");
    }

    #[test]
    fn a_planted_fault_is_found_made_small_and_told_as_a_short_list_of_events() {
        let plant = |world: &mut World| world.planted = true;
        let run = |case: &Case| case.run_prepared(plant);
        let storms = |case: &Case| {
            let spec = shape::draw(case).spec;
            let storm = spec.faults.iter().any(|fault| matches!(fault.kind, Kind::RejectStorm { .. }));
            spec.server.queue_cap.is_none() && spec.faults.len() > 4 && storm
        };
        let found = (1..100).map(Case::new).filter(storms).find_map(|case| Some((run(&case).err()?, case)));
        let (failure, whole) = found.unwrap();
        assert!(whole.run().is_ok(), "without the plant nothing is broken");
        let least = Case::shrink(failure, run);
        let spec = shape::draw(&least.case).spec;
        let left: Vec<_> = spec.faults.iter().map(|fault| fault.kind.name()).collect();
        assert_eq!((left, spec.clients, spec.sayings.len()), (vec!["reject_storm"], 1, 0), "{least}");
        assert!(least.what.contains("has 0 in flight, and the core says 1"), "{least}");
        let story = least.case.story_prepared(plant);
        assert!((1..=STORY_LINES).contains(&story.len()));
        assert!(story.iter().any(|line| line.ends_with("Overloaded")), "{story:#?}");
        let told = Failure { story, ..least.clone() }.to_string();
        let command =
            told.lines().last().unwrap().trim().strip_prefix("repeat: hedgerow sim swarm ").unwrap();
        assert!(command.starts_with(&format!("--seed {} --without ", whole.seed)), "{command}");
        // The command names the same world.
        assert_eq!(run(&least.case).unwrap_err().what, least.what);
    }

    #[test]
    fn a_world_whose_calls_end_slowly_is_not_one_that_does_not_end() {
        // Crashed servers lose half of the calls, and each of those waits for its max of 30 s: 6000 events of faults.
        let when = When::Random { gap: Model::exp(10_000.0), length: Model::exp(10_000.0) };
        let spec = Spec {
            servers: 2,
            arrivals: Arrivals::Closed { clients: 1, think: Model::Const(1000.0) },
            calls: Some(1000),
            faults: vec![Fault { kind: Kind::Crash, target: Target::EachServer, when }],
            ..Spec::default()
        };
        let arm = Arm::named("none").unwrap().with(&json!({"objective": {"max_us": 30_000_000}}));
        let run = |patience| {
            let mut world = World::checked(&spec, &arm, 1).unwrap();
            watch(&mut world, 100_000, patience).map(|()| world.resolved())
        };
        let resolved = run(50_000).unwrap();
        assert!((10..1000).contains(&resolved), "{resolved}");
        assert!(run(5000).unwrap_err().contains("does not end"), "patience shorter than a call");
    }

    #[test]
    fn a_seed_draws_one_world() {
        let draw = |seed| shape::draw(&Case::new(seed));
        assert_eq!(draw(5).spec, draw(5).spec);
        assert_ne!(draw(5).spec, draw(6).spec);
    }
}
