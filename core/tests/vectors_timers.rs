//! Runs the conformance vectors of the wheel, the clock and the pause-tolerant timers.

use hedgerow::timer::wheel::{level_of, slot_of};
use hedgerow::{
    Cause, Duration, ExpiredBy, Expiry, Instant, Monotone, Observation, PauseSettings, PauseTimer, TimerId,
    Wheel,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/");

type Answer = Result<Value, String>;

#[test]
fn wheel_and_clock_follow_the_vectors() {
    run("01-timers.json", |case, check| {
        let mut host = WheelHost::new(&case["config"]);
        check_steps(case, check, |step| host.step(step));
    });
}

#[test]
fn pause_tolerant_timers_follow_the_vectors() {
    run("01-pauses.json", |case, check| check_steps(case, check, |step| arm(&case["config"], step)));
}

/// Runs every case that is not deferred and fails with everything that differs.
fn run(file: &str, case_runner: impl Fn(&Value, &mut Vec<String>)) {
    let text = fs::read_to_string(format!("{VECTORS}{file}")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let deferred = fs::read_to_string(format!("{VECTORS}DEFERRED")).unwrap_or_default();
    let cases = document["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    let mut failures = Vec::new();
    for case in cases {
        let id = case["id"].as_str().unwrap();
        if deferred.lines().any(|line| line.split_whitespace().take(2).eq([file, id])) {
            continue;
        }
        let mut found = Vec::new();
        case_runner(case, &mut found);
        failures.extend(
            found.into_iter().map(|what| format!("{id} ({}; {}): {what}", case["source"], case["reading"])),
        );
    }
    assert!(failures.is_empty(), "{file}:\n{}", failures.join("\n"));
}

/// Compares each answer with its expectation, field by field; fields not named are free.
fn check_steps<'a>(case: &'a Value, failures: &mut Vec<String>, mut answer: impl FnMut(&'a Value) -> Answer) {
    let (steps, expected) = (case["steps"].as_array().unwrap(), case["expect"].as_array().unwrap());
    assert_eq!(steps.len(), expected.len(), "{}", case["id"]);
    for (index, (step, expected)) in steps.iter().zip(expected).enumerate() {
        match answer(step) {
            Err(what) => failures.push(format!("step {index}: {what}")),
            Ok(got) => {
                for (field, want) in expected.as_object().unwrap_or(&Map::new()) {
                    if got.get(field).is_none_or(|value| !same(value, want)) {
                        failures.push(format!("step {index}: {field} is {:?}, not {want}", got.get(field)));
                    }
                }
            }
        }
    }
}

/// Equality in which large integers may be written as strings.
fn same(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(got, want)| same(got, want))
        }
        (Value::Number(_), _) => got.as_u64() == number(want),
        _ => got == want,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

fn need(of: &Value, name: &str) -> Result<u64, String> {
    number(&of[name]).ok_or_else(|| format!("no number `{name}` in {of}"))
}

fn instant(of: &Value, name: &str) -> Result<Instant, String> {
    need(of, name).map(Instant::from_micros)
}

/// A wheel whose timers have names, and a clock.
struct WheelHost<'a> {
    config: &'a Value,
    wheel: Wheel,
    clock: Monotone,
    names: Vec<&'a str>,
    ids: BTreeMap<&'a str, TimerId>,
}

impl<'a> WheelHost<'a> {
    fn new(config: &'a Value) -> Self {
        let unknown = config.as_object().unwrap().keys().find(|key| *key != "on_fire");
        assert_eq!(unknown, None, "unknown configuration");
        Self {
            config,
            wheel: Wheel::new(),
            clock: Monotone::default(),
            names: Vec::new(),
            ids: BTreeMap::new(),
        }
    }

    fn step(&mut self, step: &'a Value) -> Answer {
        match step["do"].as_str().unwrap_or_default() {
            "level" => {
                let (cur, deadline) = (instant(step, "cur")?, instant(step, "deadline")?);
                let level = level_of(cur, deadline);
                Ok(json!({"level": level, "slot": slot_of(level, deadline)}))
            }
            "insert" => {
                let id = self.insert(&step["id"], instant(step, "deadline")?)?;
                Ok(json!({"effective": self.wheel.deadline(id).unwrap().as_micros()}))
            }
            "cancel" => {
                let id = self.ids.get(step["id"].as_str().unwrap()).ok_or("cancel of an unknown name")?;
                Ok(json!({"removed": self.wheel.cancel(*id)}))
            }
            "next" => Ok(json!({"next": self.wheel.next_deadline().map(Instant::as_micros)})),
            "advance" => self.advance(instant(step, "at_us")?),
            "clock" => {
                let now = self.clock.observe(instant(step, "at_us")?).as_micros();
                Ok(json!({
                    "now": now, "steps_back": self.clock.steps_back(),
                    "largest_back": self.clock.largest_back().as_micros(), "clock_bad": self.clock.bad(),
                }))
            }
            other => Err(format!("unknown step `{other}`")),
        }
    }

    fn insert(&mut self, name: &'a Value, deadline: Instant) -> Result<TimerId, String> {
        let name = name.as_str().ok_or("a timer without a name")?;
        let id = self.wheel.insert(deadline, self.names.len() as u64);
        self.names.push(name);
        self.ids.insert(name, id);
        Ok(id)
    }

    fn advance(&mut self, now: Instant) -> Answer {
        let mut fired = Vec::new();
        while let Some(timer) = self.wheel.advance(now) {
            let name = self.names[timer.payload as usize];
            fired.push(json!([name, timer.deadline.as_micros()]));
            for new in self.config["on_fire"][name].as_array().into_iter().flatten() {
                self.insert(&new[0], Instant::from_micros(number(&new[1]).ok_or("no deadline")?))?;
            }
        }
        Ok(json!({"fired": fired}))
    }
}

/// When the host runs: never during a pause, and only at multiples of the wake period.
struct Runs {
    pauses: Vec<(u64, u64)>,
    period: u64,
}

impl Runs {
    fn first_at_or_after(&self, time: u64) -> u64 {
        let mut at = time.next_multiple_of(self.period);
        while let Some(&(_, end)) = self.pauses.iter().find(|&&(start, end)| (start..end).contains(&at)) {
            at = end.next_multiple_of(self.period);
        }
        at
    }
}

/// Plays one timer to its expiry, with a host that sleeps until the wheel's next deadline.
fn arm(config: &Value, step: &Value) -> Answer {
    if step["do"] != "arm" {
        return Err(format!("unknown step {}", step["do"]));
    }
    let mut runs = Runs { pauses: Vec::new(), period: 1 };
    let (settings, duration, max) = settings(config, &mut runs)?;
    let armed = instant(step, "at_us")?;
    let mut wheel = Wheel::new();
    assert_eq!(wheel.advance(armed), None);
    let mut timer = PauseTimer::arm(&settings, duration, max, armed);
    wheel.insert(timer.due(), 0);
    let mut observed = Vec::new();
    loop {
        let wake = wheel.next_deadline().ok_or("the timer was lost")?;
        let now = Instant::from_micros(runs.first_at_or_after(wake.as_micros()));
        while wheel.advance(now).is_some() {
            observed.push(json!([timer.due().as_micros(), now.as_micros()]));
            match timer.observe(&settings, now) {
                Observation::Early => return Err("observed before it was due".into()),
                Observation::Rearmed(due) => {
                    wheel.insert(due, 0);
                }
                Observation::Expired(expiry) => return Ok(report(&expiry, &observed, now)),
            }
        }
    }
}

fn report(expiry: &Expiry, observed: &[Value], now: Instant) -> Value {
    let cause = match expiry.cause {
        Cause::Server => "server",
        Cause::ClientPause => "client_pause",
    };
    let by = match expiry.by {
        ExpiredBy::Due => "due",
        ExpiredBy::Ceiling => "ceiling",
    };
    json!({
        "fires_at": now.as_micros(), "wall": expiry.wall.as_micros(), "live": expiry.live.as_micros(),
        "lost": expiry.lost.as_micros(), "late": expiry.late_count, "ext": expiry.ext, "cause": cause, "by": by,
        "observed": observed,
    })
}

/// Reads the settings, the duration and the call's maximum, which the ceiling counts from.
fn settings(config: &Value, runs: &mut Runs) -> Result<(PauseSettings, Duration, Duration), String> {
    let mut settings = PauseSettings::default();
    let duration = Duration::from_micros(need(config, "duration")?);
    let mut max = duration;
    match config["variant"].as_str() {
        Some("naive") => (settings.stages, settings.grace) = (1, false),
        Some("chain") => (settings.slack, settings.grace) = (Some(Duration::ZERO), false),
        Some("slack") => settings.grace = false,
        Some("grace") | None => {}
        Some(other) => return Err(format!("unknown variant `{other}`")),
    }
    for (key, value) in config.as_object().unwrap() {
        let micros = number(value).map(Duration::from_micros);
        match key.as_str() {
            "duration" | "variant" => {}
            "stages" => settings.stages = need(config, key)? as u8,
            "max_ext" => settings.max_ext = need(config, key)? as u8,
            "grace" => settings.grace = value.as_bool().ok_or("grace")?,
            "slack_us" => settings.slack = micros,
            "resolution_us" => settings.resolution = micros.ok_or("resolution_us")?,
            "ceiling_us" => {
                // A ceiling given in real time is a factor of the duration, or once a longer maximum of the call.
                let factor = micros.map(|ceiling| ceiling.as_micros() / duration.as_micros().max(1));
                let whole = factor.filter(|factor| (1..=100).contains(factor)).map(|factor| factor as u8);
                let exact = whole.filter(|&factor| micros == Some(duration.saturating_mul(factor as u64)));
                settings.ceiling_factor = micros.map(|_| exact.unwrap_or(1));
                max = micros.filter(|_| exact.is_none()).unwrap_or(duration);
            }
            "wake_period" => runs.period = need(config, key)?.max(1),
            "pauses" => {
                for pause in value.as_array().ok_or("pauses")? {
                    let bound = |n: usize| number(&pause[n]).ok_or("a pause without bounds");
                    runs.pauses.push((bound(0)?, bound(1)?));
                }
            }
            other => return Err(format!("unknown configuration `{other}`")),
        }
    }
    Ok((settings, duration, max))
}
