//! Calls that a hedge or a retry rescued, told decision by decision.

use crate::load::Finished;
use crate::placement;
use crate::report::{RescueStep, Rescued, millis};
use crate::schedule::{Op, Pause};
use hedgerow::client::explain::{Levels, PlanLine};
use hedgerow_tokio::Explanation;
use std::time::Duration;

/// A call whose first attempt did not decide it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescue {
    /// The server of the first attempt.
    pub primary: String,
    /// The server that answered.
    pub rescuer: String,
    /// The order of the candidates.
    pub plan: Vec<String>,
    /// Each decision.
    pub steps: Vec<RescueStep>,
}

/// Tells an explanation as steps, their times counted from the first.
pub fn steps(explanation: &Explanation) -> Vec<RescueStep> {
    let start = explanation.events.first().map(|event| event.at).unwrap_or_default();
    explanation
        .events
        .iter()
        .map(|event| RescueStep {
            at_ms: event.at.since(start).as_micros() as f64 / 1000.0,
            what: what(event.reason.code(), &event.name),
            reason: event.reason.slug().to_owned(),
            sentence: format!("{}{}", event.reason.text(), event.levels.map(seen).unwrap_or_default()),
        })
        .collect()
}

/// Tells the candidates of a call, best first, with what spoke for and against each.
pub fn plan(explanation: &Explanation) -> Vec<String> {
    let line = |line: &PlanLine| {
        let busy = format!("{} in flight", line.in_flight);
        let factors = line.factors.iter().map(|reason| reason.slug().to_owned());
        let told: Vec<_> = core::iter::once(busy).chain(factors).collect();
        format!("{} ({})", line.name, told.join(", "))
    };
    explanation.plan.iter().map(line).collect()
}

/// What a gate saw when it was asked.
fn seen(levels: Levels) -> String {
    let ms = |time: hedgerow::Duration| time.as_micros() as f64 / 1000.0;
    format!(
        " Average {:.1} ms, delay {:.1} ms, {} of {} hedges in flight.",
        ms(levels.average),
        ms(levels.delay),
        levels.hedges,
        levels.hedge_limit
    )
}

/// What a reason of this range of codes stands for.
fn what(code: u16, endpoint: &str) -> String {
    let verb = match code {
        30..=39 => "send to",
        80..=99 => return "complete".to_owned(),
        100..=119 => "give up",
        120..=139 => "hear from",
        160..=179 => return "wait".to_owned(),
        _ => "decide",
    };
    format!("{verb} {endpoint}").trim_end().to_owned()
}

/// Picks the slowest rescued call whose first server stood still beyond the answer; failing that, the slowest
/// rescued call at all.
pub fn slowest(finished: &[Finished], names: &[&str], pauses: &[Pause]) -> Option<Rescued> {
    let rescued = || finished.iter().filter(|one| one.called.rescue.is_some());
    let late = rescued().filter(|one| still_standing(one, pauses)).max_by_key(|one| one.latency);
    let slowest = late.or_else(|| rescued().max_by_key(|one| one.latency))?;
    tell(slowest, names, pauses)
}

/// Whether the first server had not been continued when the answer came.
fn still_standing(one: &Finished, pauses: &[Pause]) -> bool {
    let Some(rescue) = &one.called.rescue else { return false };
    during(one, pauses).any(|pause| {
        placement::server_name(pause.server) == rescue.primary && pause.end > one.due + one.latency
    })
}

fn during<'a>(one: &'a Finished, pauses: &'a [Pause]) -> impl Iterator<Item = &'a Pause> {
    pauses.iter().filter(|pause| pause.start < one.due + one.latency && pause.end > one.due)
}

fn tell(one: &Finished, names: &[&str], pauses: &[Pause]) -> Option<Rescued> {
    let rescue = one.called.rescue.as_ref()?;
    let key = placement::key_name(one.planned.key);
    let held_by = placement::replicas(&key).map(placement::server_name);
    let servers = during(one, pauses)
        .filter(|pause| held_by.contains(&placement::server_name(pause.server)))
        .map(|pause| stood_still(pause, one.due, rescue))
        .collect();
    Some(Rescued {
        arm: names.get(one.arm).copied().unwrap_or_default().to_owned(),
        call: one.planned.index,
        op: match one.planned.op {
            Op::Get => "get".to_owned(),
            Op::Put => "put".to_owned(),
        },
        key,
        latency_ms: millis(one.latency),
        servers,
        plan: rescue.plan.clone(),
        steps: rescue.steps.clone(),
    })
}

fn stood_still(pause: &Pause, due: Duration, rescue: &Rescue) -> String {
    let name = placement::server_name(pause.server);
    let relative = |at: Duration| millis(at) - millis(due);
    let role = match &name {
        name if *name == rescue.primary => ", the first attempt's server,",
        name if *name == rescue.rescuer => ", which answered,",
        _ => "",
    };
    format!("{name}{role} stood still from {:.1} ms to {:.1} ms", relative(pause.start), relative(pause.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Called;
    use crate::schedule::Planned;

    fn finished(index: u32, due_ms: u64, latency_ms: u64, primary: Option<&str>) -> Finished {
        let rescue = primary.map(|primary| {
            Box::new(Rescue {
                primary: primary.to_owned(),
                rescuer: "b0".to_owned(),
                plan: Vec::new(),
                steps: Vec::new(),
            })
        });
        let due = Duration::from_millis(due_ms);
        Finished {
            arm: 0,
            planned: Planned { index, at: due, key: 1, op: Op::Get },
            due,
            latency: Duration::from_millis(latency_ms),
            called: Called { rescue, ..Called::default() },
        }
    }

    #[test]
    fn the_slowest_call_whose_first_server_still_stood_is_told() {
        let pause = Pause { server: 0, start: Duration::from_millis(90), end: Duration::from_millis(500) };
        let all = [
            finished(1, 100, 300, None),
            finished(2, 100, 20, Some("a0")),
            finished(3, 110, 10, Some("a0")),
            finished(4, 900, 50, Some("a0")),
        ];
        let told = slowest(&all, &["hedgerow"], &[pause]).unwrap();
        assert_eq!((told.call, told.latency_ms, told.arm.as_str()), (2, 20.0, "hedgerow"));
        assert_eq!(slowest(&all, &["hedgerow"], &[]).unwrap().call, 4);
        assert_eq!(slowest(&all[..1], &["hedgerow"], &[pause]), None);
    }

    #[test]
    fn pauses_are_told_relative_to_the_call() {
        let pause = Pause { server: 0, start: Duration::from_millis(90), end: Duration::from_millis(500) };
        let rescue = Rescue {
            primary: "a0".to_owned(),
            rescuer: "b0".to_owned(),
            plan: Vec::new(),
            steps: Vec::new(),
        };
        let told = stood_still(&pause, Duration::from_millis(100), &rescue);
        assert_eq!(told, "a0, the first attempt's server, stood still from -10.0 ms to 400.0 ms");
    }
}
