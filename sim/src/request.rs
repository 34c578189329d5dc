//! One run asked for as text and answered as text: what crosses into other languages.
//!
//! [`run`] takes `{"inputs": {…}}` or `{"case": "E4-weighted8"}`, with `seed`, `seeds` and `arms` if wanted, and answers
//! the report in the bytes of `hedgerow sim run --json`. [`Steps`] runs one world of a fleet a few events at a time, so
//! that a page stays responsive; at its end stands the same report.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::arm::Arm;
use crate::experiments::{self, Case, DEFAULT_SEED, InputError, Report, Session};
use crate::fleet::Fleet;
use crate::world::{Progress, World};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    case: Option<String>,
    /// The inputs of an experiment, or a fleet.
    #[serde(default)]
    inputs: Option<Map<String, Value>>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    seeds: Option<u64>,
    /// Names of arms, or `name={…}` with a document.
    #[serde(default)]
    arms: Vec<String>,
}

impl Request {
    fn read(text: &str) -> Result<Self, InputError> {
        let reader = &mut serde_json::Deserializer::from_str(text);
        let request: Self = serde_path_to_error::deserialize(reader)
            .map_err(|error| InputError(format!("request.{}: {}", error.path(), error.inner())))?;
        if request.seeds == Some(0) {
            return Err(InputError("request.seeds: 0, want 1 or more".to_owned()));
        }
        Ok(request)
    }

    fn case(&self) -> Result<Case, InputError> {
        match (&self.case, &self.inputs) {
            (Some(id), None) => Case::shipped()?
                .into_iter()
                .find(|case| case.id == *id)
                .ok_or_else(|| InputError(format!("request.case: {id:?}, want a case of the list"))),
            (None, Some(inputs)) => Case::read(&Value::Object(inputs.clone())),
            _ => Err(InputError("request: want either a case or inputs".to_owned())),
        }
    }
}

/// Runs what is asked for; the report is one line of sorted keys.
///
/// ```
/// let report = hedgerow_sim::request::run(r#"{"case": "E15-6"}"#).unwrap();
/// assert!(report.contains("\"experiment\":\"E15-6\""));
/// let refused = hedgerow_sim::request::run(r#"{"case": "E0"}"#).unwrap_err();
/// assert_eq!(refused.to_string(), "request.case: \"E0\", want a case of the list");
/// ```
pub fn run(request: &str) -> Result<String, InputError> {
    let request = Request::read(request)?;
    let mut ignore = |_: &str| {};
    let mut session = Session::new(request.seed.unwrap_or(DEFAULT_SEED), &mut ignore);
    session.seeds = request.seeds;
    session.chosen.clone_from(&request.arms);
    let case = request.case()?;
    Ok(experiments::run(&case, &mut session)?.json().to_string())
}

/// The request whose events are counted in a second: sixteen servers, 8000 calls a second, arm `netflix`.
pub fn bench(calls: u64) -> String {
    let inputs = json!({
        "experiment": "fleet",
        "servers": {"count": 16, "service": "exp(1ms)"},
        "load": {"calls_per_second": 8000, "calls": calls},
        "objective": {"quantile": 0.99, "at_most": "20ms", "extra_load": 0.1, "max": "500ms"},
    });
    json!({"inputs": inputs, "arms": ["netflix"]}).to_string()
}

/// One world of a fleet, run in steps.
#[derive(Debug)]
pub struct Steps {
    case: String,
    seed: u64,
    fleet: Fleet,
    inputs: Map<String, Value>,
    arm: String,
    world: Option<World>,
}

impl Steps {
    /// Takes a request as [`run`] does; its inputs must be a fleet, and it names one arm and no `seeds`.
    pub fn new(request: &str) -> Result<Self, InputError> {
        let request = Request::read(request)?;
        let case = request.case()?;
        let [name] = request.arms.as_slice() else {
            let count = request.arms.len();
            return Err(InputError(format!("request.arms: {count}, want one arm to run in steps")));
        };
        if request.seeds.is_some_and(|seeds| seeds != 1) {
            return Err(InputError("request.seeds: want 1, or none, to run in steps".to_owned()));
        }
        let fleet = Fleet::read(&case.inputs)?;
        let arm = fleet.under_objective(Arm::named(name)?);
        let seed = request.seed.unwrap_or(DEFAULT_SEED);
        let world = Some(World::new(&fleet.spec, &arm, seed)?);
        Ok(Self { case: case.id, seed, fleet, inputs: case.inputs, arm: arm.name, world })
    }

    /// Lets up to so many events happen and tells how the world stands, as a document.
    ///
    /// `done` is whether it is over; `now_us` its time; the counts are those of measured calls.
    pub fn advance(&mut self, events: u64) -> String {
        let Some(world) = &mut self.world else { return json!({"done": true}).to_string() };
        let done = world.advance(events) != Progress::Running;
        let metrics = world.metrics();
        json!({
            "done": done,
            "events": world.events(),
            "now_us": world.now_us(),
            "calls": metrics.calls,
            "ok": metrics.ok,
            "hedges": metrics.hedges,
            "retries": metrics.retries,
        })
        .to_string()
    }

    /// Events that have happened; 0 when the report was taken.
    pub fn events(&self) -> u64 {
        self.world.as_ref().map_or(0, World::events)
    }

    /// Closes the world as it stands; its report, or `None` when it was taken before.
    pub fn report(&mut self) -> Option<String> {
        let metrics = self.world.take()?.finish();
        let report = Report {
            case: self.case.clone(),
            seed: self.seed,
            inputs: self.inputs.clone(),
            view: experiments::FLEET_VIEW.to_owned(),
            ..self.fleet.report_of(&self.arm, metrics)
        };
        Some(report.json().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLEET: &str = r#"{"arms": ["netflix"], "seed": 3, "inputs": {"experiment": "fleet",
        "servers": {"count": 6, "service": "exp(1ms)"}, "load": {"calls_per_second": 2000, "calls": 2000},
        "pauses": {"length": "const(24ms)", "gap": "exp(2s)"},
        "objective": {"quantile": 0.99, "at_most": "10ms", "extra_load": 0.05}}}"#;

    #[test]
    fn a_run_in_steps_ends_with_the_report_of_a_whole_run() {
        let mut steps = Steps::new(FLEET).unwrap();
        let mut turns = 0;
        while !steps.advance(1000).contains("\"done\":true") {
            turns += 1;
        }
        assert!(turns > 3, "{turns}");
        assert_eq!(steps.report().unwrap(), run(FLEET).unwrap());
        assert_eq!((steps.report(), steps.advance(1).as_str()), (None, r#"{"done":true}"#));
    }

    #[test]
    fn a_request_that_cannot_be_answered_is_refused_by_path() {
        let refused = |text: &str| run(text).unwrap_err().to_string();
        assert_eq!(refused(r#"{"seeds": 0}"#), "request.seeds: 0, want 1 or more");
        assert_eq!(refused("{}"), "request: want either a case or inputs");
        assert!(refused(r#"{"seed": -1}"#).starts_with("request.seed: invalid value"));
        assert!(refused(r#"{"sead": 1}"#).contains("unknown field `sead`"));
        let none = Steps::new(&FLEET.replace(r#"["netflix"]"#, "[]")).unwrap_err().to_string();
        assert_eq!(none, "request.arms: 0, want one arm to run in steps");
    }
}
