//! Swarm testing: random worlds whose invariants are checked after every event.
//!
//! Each seed draws a world: sizes, workload, configuration and a random subset of faults, each on with probability one
//! half, because a generator that always turns everything on hides what one thing alone would show (Groce et al.,
//! "Swarm testing", 2012). A failing world is made smaller while the same invariant still fails: faults are dropped,
//! then clients, then half of the calls; what is left is printed as a command that repeats it.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "loads and times are drawn as whole numbers far below 2^53 and used as floats"
)]

mod document;
mod shape;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::metrics::Coverage;
use crate::world::{Progress, World};

/// Events after which a world is stopped and judged by what it did so far: where nearly every call is lost and waits
/// for its max, faults alone make hundreds of events in each of those seconds.
const MOST_EVENTS: u64 = 5_000_000;
/// Events without a call that ends after which a world does not end at all; the slowest calls take a tenth of them.
const PATIENCE: u64 = 2_000_000;

/// A random world, whole or made smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it was drawn from.
    pub seed: u64,
    /// Faults left out, by their place in the drawn list.
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
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  repeat: {}", self.what, self.case)
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
        let failed = |what: String| Failure { case: self.clone(), what };
        let run = catch_unwind(AssertUnwindSafe(|| self.run_whole()));
        match run {
            Ok(answer) => answer.map_err(failed),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Err(failed(format!("panic: {}", text.unwrap_or_default())))
            }
        }
    }

    fn run_whole(&self) -> Result<Coverage, String> {
        let shape = shape::draw(self);
        let mut world =
            World::checked(&shape.spec, &shape.arm, self.seed).map_err(|error| error.to_string())?;
        watch(&mut world, MOST_EVENTS, PATIENCE)?;
        let figures = world.finish_checked()?;
        Ok(figures.coverage)
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

    /// The next worlds to try: without one more fault, with half of the clients, with half of the calls.
    fn smaller(&self) -> Vec<Self> {
        let shape = shape::draw(self);
        let mut smaller: Vec<_> = (0..shape.faults_drawn)
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
        if let Some(calls) = shape.spec.calls.filter(|calls| *calls > 1) {
            smaller.push(Self { calls: Some(calls / 2), ..self.clone() });
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

    #[test]
    fn a_failing_world_is_made_as_small_as_its_failure_allows() {
        let drawn = shape::draw(&Case::new(3));
        assert!(drawn.faults_drawn > 2, "this seed draws some faults");
        // As if the second fault alone broke something, with two calls at least.
        let run = |case: &Case| {
            let calls = shape::draw(case).spec.calls.unwrap_or(0);
            let fails = !case.without.contains(&1) && calls >= 2;
            let failure = Failure { case: case.clone(), what: format!("client 7 at {calls} us: broken") };
            if fails { Err(failure) } else { Ok(Coverage::default()) }
        };
        let least = Case::shrink(run(&Case::new(3)).unwrap_err(), run);
        let shape = shape::draw(&least.case);
        assert_eq!((shape.spec.faults.len(), shape.spec.clients), (1, 1));
        assert!(shape.spec.calls.unwrap() < 4, "{:?}", shape.spec.calls);
        assert!(least.to_string().contains("repeat: hedgerow sim swarm --seed 3 --without 0,"), "{least}");
    }

    #[test]
    fn a_world_whose_calls_end_slowly_is_not_one_that_does_not_end() {
        // Crashed servers lose half of the calls, and each of those waits for its max of 30 s: 9000 events of faults.
        let without = vec![0, 1, 2, 3, 4, 5, 6, 8];
        let case = Case { seed: 1190, without, clients: Some(1), calls: Some(2776) };
        let run = |patience| {
            let shape = shape::draw(&case);
            let mut world = World::checked(&shape.spec, &shape.arm, case.seed).unwrap();
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
