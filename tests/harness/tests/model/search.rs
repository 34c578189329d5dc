//! Through every state that was not seen before, depth first; or along random ways.

use std::collections::BTreeSet;

use hedgerow_harness::bytes::{Choices, of_seed};

use super::promises;
use super::step::Step;
use super::world::World;

/// What a search has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Explored {
    /// Different states in which there is a choice; none are counted on random ways.
    pub(crate) states: u64,
    /// Steps taken.
    pub(crate) steps: u64,
    /// Steps after which nothing can happen any more.
    pub(crate) ends: u64,
    /// The most hedges, retries and requests whose effect had been made before, on one way.
    pub(crate) hedges: u32,
    pub(crate) retries: u64,
    pub(crate) repeats: u32,
}

/// Looks at every state that can be reached; the first broken promise with the way to it.
pub(crate) fn search(start: &World) -> Result<Explored, String> {
    search_with(start, |_, _| {})
}

/// The same, and shows what each step led to.
pub(crate) fn search_with(start: &World, mut show: impl FnMut(&World, Step)) -> Result<Explored, String> {
    let (mut seen, mut explored) = (BTreeSet::new(), Explored::default());
    seen.insert(start.fingerprint());
    let mut open: Vec<(World, Vec<Step>)> = vec![(start.clone(), start.steps())];
    while let Some((world, steps)) = open.last_mut() {
        let Some(step) = steps.pop() else {
            open.pop();
            continue;
        };
        let mut next = world.clone();
        explored.steps += 1;
        let taken = next.take(step);
        taken.map_err(|broken| told(&broken, &open, step))?;
        show(&next, step);
        explored.look_at(&next);
        let steps = next.steps();
        if steps.is_empty() {
            explored.ends += 1;
            promises::end(&next).map_err(|broken| told(&broken, &open, step))?;
            continue;
        }
        // Where there is one way on, the next state tells whether it was taken before.
        if steps.len() == 1 || seen.insert(next.fingerprint()) {
            open.push((next, steps));
        }
    }
    explored.states = seen.len() as u64;
    Ok(explored)
}

/// Goes so many random ways to their ends; the first broken promise.
pub(crate) fn walk(start: &World, ways: u64) -> Result<Explored, String> {
    let mut explored = Explored::default();
    for way in 0..ways {
        let (bytes, mut world) = (of_seed(way, 1 << 12), start.clone());
        let mut choices = Choices::new(&bytes);
        let mut steps = world.steps();
        while !steps.is_empty() {
            let step = steps[choices.below(steps.len())];
            explored.steps += 1;
            world.take(step).map_err(|broken| format!("way {way}: {broken} by {step:?}"))?;
            steps = world.steps();
        }
        promises::end(&world).map_err(|broken| format!("way {way}: {broken}"))?;
        explored.ends += 1;
        explored.look_at(&world);
    }
    Ok(explored)
}

impl Explored {
    fn look_at(&mut self, world: &World) {
        for side in &world.sides {
            self.hedges = self.hedges.max(side.hedges);
            self.retries = self.retries.max(side.retries());
        }
        self.repeats = self.repeats.max(world.store.repeats);
    }
}

/// What is broken, and how deep it lies.
fn told(broken: &str, open: &[(World, Vec<Step>)], last: Step) -> String {
    format!(
        "{broken}, {} steps deep, at last by {last:?}; before it {:?}",
        open.len(),
        open.last().map(|(world, _)| world)
    )
}
