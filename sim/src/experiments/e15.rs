//! E15 and E15b: a timeout that a pause of the client does not set off, by the core's timer stages.
//!
//! A timer cut into stages is armed anew at each observation, so that a pause costs at most the stages it covers. What
//! was published trusts the last stage, too: a pause over it leaves no time to read what has arrived, and `grace`
//! gives that time. The variants are settings of the core's one timer; in the data `plain` is the published chain.

use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use hedgerow::{Duration, Instant, Observation, PauseSettings, PauseTimer};
use serde_json::Value;

pub(super) const PAUSES: Experiment = Experiment {
    id: "E15",
    title: "chained timers: when a paused client's timeout fires",
    source: "Netflix, stateful clients (InfoQ): four stages of 125 ms; times by arithmetic",
    view: "none",
    kinds: &[("chained_timer", measure)],
    quick: Quick::Whole,
};

pub(super) const REPLY: Experiment = Experiment {
    id: "E15b",
    title: "chained timers: an answer that waits in the socket",
    source: "computed",
    view: "none",
    kinds: &[("chained_timer_reply", reply)],
    quick: Quick::Whole,
};

/// When the client runs: not during its pauses, and then only on its host's grid.
struct Schedule {
    pauses: Vec<(u64, u64)>,
    grid_us: Option<u64>,
}

impl Schedule {
    fn read(inputs: &Inputs<'_>) -> Result<Self, InputError> {
        let wrong = |value: &Value| InputError(format!("pauses_us: {value}, want [from, to] with from < to"));
        let pause = |value: &Value| match value.as_array().map(Vec::as_slice) {
            Some([from, to]) => {
                from.as_u64().zip(to.as_u64()).filter(|(from, to)| from < to).ok_or_else(|| wrong(value))
            }
            _ => Err(wrong(value)),
        };
        let list = inputs.value("pauses_us").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let grid = inputs.whole_or("host_grid_us", 1..=3_600_000_000, 0)?;
        let mut pauses: Vec<_> = list.iter().map(pause).collect::<Result<_, _>>()?;
        pauses.sort_unstable();
        Ok(Self { pauses, grid_us: (grid > 0).then_some(grid) })
    }

    /// The first moment from `at` on at which the client runs.
    fn runs_from(&self, at: u64) -> u64 {
        let mut at = at;
        loop {
            let on_grid = self.grid_us.map_or(at, |grid| at.div_ceil(grid).saturating_mul(grid));
            match self.pauses.iter().find(|(from, to)| (*from..*to).contains(&on_grid)) {
                Some(&(_, to)) => at = to,
                None => return on_grid,
            }
        }
    }

    /// When a timer of these settings fires.
    fn fires(&self, settings: &PauseSettings, duration: Duration) -> u64 {
        let mut timer = PauseTimer::arm(settings, duration, Duration::ZERO, Instant::ZERO);
        loop {
            let now = self.runs_from(timer.due().as_micros());
            if let Observation::Expired(_) = timer.observe(settings, Instant::from_micros(now)) {
                return now;
            }
        }
    }
}

/// The stages of a timer: default, and as published.
fn settings(inputs: &Inputs<'_>) -> Result<PauseSettings, InputError> {
    let own = PauseSettings { resolution: Duration::ZERO, ..PauseSettings::default() };
    let slack = match inputs.value("slack_us") {
        Some(_) => Some(Duration::from_micros(inputs.whole("slack_us", 0..=3_600_000_000)?)),
        None => own.slack,
    };
    let ceiling = inputs.whole_or("hard_ceiling", 1..=255, 0)? as u8;
    Ok(PauseSettings {
        stages: inputs.whole_or("stages", 1..=64, own.stages.into())? as u8,
        max_ext: inputs.whole_or("max_ext", 0..=255, own.max_ext.into())? as u8,
        ceiling_factor: (ceiling > 0).then_some(ceiling),
        slack,
        ..own
    })
}

fn naive(default: PauseSettings) -> PauseSettings {
    PauseSettings { stages: 1, grace: false, ..default }
}

fn measure(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let duration = Duration::from_micros(inputs.whole("duration_us", 1..=3_600_000_000)?);
    let (default, schedule) = (settings(inputs)?, Schedule::read(inputs)?);
    inputs.finish()?;
    let variants = [
        ("naive", naive(default)),
        ("plain", PauseSettings { slack: Some(Duration::ZERO), grace: false, ..default }),
        ("slack", PauseSettings { grace: false, ..default }),
        ("default", default),
    ];
    let row = |(name, settings)| Row::new(name).with("fires_us", schedule.fires(&settings, duration) as f64);
    Ok(Report::of(variants.map(row).into()))
}

/// Whether an answer is read before the timeout is: the default host hands results over first, a naive one the timers.
fn reply(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let duration = Duration::from_micros(inputs.whole("duration_us", 1..=3_600_000_000)?);
    let arrived = inputs.whole("reply_in_socket_at_us", 0..=3_600_000_000)?;
    let (default, schedule) = (settings(inputs)?, Schedule::read(inputs)?);
    inputs.finish()?;
    let read_at = schedule.runs_from(arrived);
    let (patient, single) = (schedule.fires(&default, duration), schedule.fires(&naive(default), duration));
    let result = |reply: bool| Figure::Word(if reply { "reply" } else { "timeout" });
    Ok(Report::of(vec![
        Row::new("default").with("result", result(read_at <= patient)),
        Row::new("naive_host").with("result", result(read_at < single)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_runs_after_its_pause_and_on_its_grid() {
        let schedule = Schedule { pauses: vec![(10, 20), (20, 31)], grid_us: Some(8) };
        assert_eq!([0, 1, 9, 30, 33].map(|at| schedule.runs_from(at)), [0, 8, 32, 32, 40]);
    }
}
