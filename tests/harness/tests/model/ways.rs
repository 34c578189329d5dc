//! What may happen next in a state of the model.

use super::side::{GRID, Leg, Side};
use super::step::{Step, Unseen};
use super::world::World;

impl World {
    /// Everything that may happen next.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some((at, number)) = self.answered() {
            self.of_message(at, number, &mut steps);
            return steps;
        }
        for (at, side) in self.sides.iter().enumerate() {
            if self.left.calls[at] > 0 {
                steps.push(Step::Start(at));
            }
            for number in 0..side.messages.len() {
                self.of_message(at, number, &mut steps);
            }
            if self.left.cancels > 0 {
                let running = side.calls.values().filter(|call| call.outcome.is_none());
                steps.extend(running.map(|call| Step::GiveUp(at, call.id)));
            }
        }
        // Where nothing but a timer is left, it is all the same whether time stops before it.
        let foreign = self.foreign().filter(|_| !steps.is_empty());
        steps.extend(foreign);
        steps.extend(self.wake());
        steps
    }

    /// An answer whose request has just been applied, where nothing else may happen before it is dealt with.
    fn answered(&self) -> Option<(usize, usize)> {
        if self.left.unseen == Unseen::AnyTime {
            return None;
        }
        let answer = |side: &Side| side.messages.iter().position(|message| message.leg == Leg::Answer);
        self.sides.iter().enumerate().find_map(|(at, side)| Some((at, answer(side)?)))
    }

    fn of_message(&self, at: usize, number: usize, steps: &mut Vec<Step>) {
        let side = &self.sides[at];
        let message = side.messages[number];
        // Two copies of one message do the same.
        if side.messages[..number].contains(&message) {
            return;
        }
        steps.push(Step::Arrive(at, number));
        if message.leg == Leg::Request && side.asked.contains(&message.attempt) {
            steps.push(Step::Stop(at, number));
        }
        if self.left.faults > 0 {
            steps.extend([Step::Lose(at, number), Step::Break(at, number)]);
            if message.leg == Leg::Request {
                steps.push(Step::Refuse(at, number));
            }
            if message.leg == Leg::Request || self.left.unseen == Unseen::AnyTime {
                steps.push(Step::Repeat(at, number));
            }
        }
    }

    /// Time goes on to the next timer of all; where two are due at once, the first client's fires first.
    fn wake(&self) -> Option<Step> {
        self.due().map(|(_, at)| Step::Wake(at))
    }

    /// Time goes on by one step of the grid, unless a timer is due before.
    fn foreign(&self) -> Option<Step> {
        let left = self.left.foreign?;
        let allowed = self.due().map_or(left > 0, |(due, _)| self.now + GRID <= due);
        allowed.then_some(Step::Foreign)
    }

    /// The next timer that fires, and whose it is.
    pub(crate) fn due(&self) -> Option<(u64, usize)> {
        let timed = (0..2).filter(|&at| !self.untimed[at]);
        timed.filter_map(|at| Some((self.sides[at].due()?, at))).min()
    }
}
