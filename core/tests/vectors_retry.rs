//! Conformance of the retry room: backoff, pushback, budgets, the decision, HTTP and gRPC outcomes.

mod case_file;

use case_file::{compare, each_case, steps};
use hedgerow::config::{Idempotency, RetrySettings};
use hedgerow::retry::backoff::{BackoffSettings, Base, Cap, Jitter, Kind, Order};
use hedgerow::retry::budget::{AwsCosts, Budget, BudgetSettings, TOKEN};
use hedgerow::retry::gate::{Granted, Question, Refused, Terms, gate};
use hedgerow::retry::outcome::{Ended, FailureClass, Fault};
use hedgerow::retry::policy::{RetryCall, RetryPolicy};
use hedgerow::retry::preset::Preset;
use hedgerow::retry::pushback::{Hint, Pushback, PushbackMode, PushbackSettings};
use hedgerow::retry::series::Series;
use hedgerow::retry::server_delay::{DelayHeaders, retry_after};
use hedgerow::retry::{grpc, http};
use hedgerow::rng::Stream;
use hedgerow::{Duration, Instant, Wall};
use serde_json::{Map, Value, json};

const GREATEST: u32 = u32::MAX;

/// What a case's machine answers to one step; `None` when the step kind is unknown.
type Answer = Option<Value>;

/// Runs every case of a file that is not deferred; `make` builds the machine of one case.
fn run<M: FnMut(&Value) -> Answer>(file: &str, make: impl Fn(&Value) -> M) {
    each_case(file, |case| {
        let mut machine = make(&case["config"]);
        let tolerance = case["tolerance"].as_f64().unwrap_or(0.0);
        for (index, step, expect) in steps(case) {
            let got = machine(step).unwrap_or_else(|| panic!("step {index}: unknown or incomplete: {step}"));
            if tolerance > 0.0 {
                compare_within(tolerance, expect, &got);
            } else {
                compare(index, expect, &got);
            }
        }
    });
}

/// Compares numbers up to a relative error.
fn compare_within(tolerance: f64, expect: &Value, got: &Value) {
    for (name, want) in expect.as_object().expect("an object of numbers") {
        let (want, got) = (want.as_f64().expect("a number"), got[name].as_f64().expect("an answer"));
        assert!((want - got).abs() <= tolerance * want.abs(), "{name}: want {want}, got {got}");
    }
}

fn number(value: &Value, name: &str) -> Option<u64> {
    value[name].as_u64()
}

fn micros(value: &Value, name: &str) -> Option<Duration> {
    number(value, name).map(Duration::from_micros)
}

fn fractions(config: &Value) -> Stream {
    let list = config["draws_q32"].as_array().cloned().unwrap_or_default();
    Stream::from_fractions(list.iter().map(|draw| draw.as_u64().expect("draw") as u32).collect())
}

fn class(word: &str) -> FailureClass {
    FailureClass::ALL.into_iter().find(|class| class.slug() == word).unwrap_or_else(|| panic!("class {word}"))
}

fn mode(word: &str) -> PushbackMode {
    match word {
        "floor" => PushbackMode::Floor,
        "exact" => PushbackMode::Exact,
        "window" => PushbackMode::Window,
        "clamp" => PushbackMode::Clamp,
        "ignore" => PushbackMode::Ignore,
        other => panic!("mode {other}"),
    }
}

fn backoff(config: &Value) -> BackoffSettings {
    let fixed = |name| micros(config, name);
    let word = |name: &str, default| config[name].as_str().unwrap_or(default).to_owned();
    BackoffSettings {
        kind: match word("kind", "exponential").as_str() {
            "constant" => Kind::Constant,
            "linear" => Kind::Linear,
            "exponential" => Kind::Exponential,
            other => panic!("kind {other}"),
        },
        base: fixed("base").map_or(Base::Target, Base::Fixed),
        overloaded_base: None,
        step: fixed("step"),
        factor_milli: number(config, "factor_milli").unwrap_or(2000) as u32,
        cap: fixed("cap").map_or(Cap::Max, Cap::Fixed),
        jitter: match word("jitter", "anchored").as_str() {
            "none" => Jitter::None,
            "full" => Jitter::Full,
            "equal" => Jitter::Equal,
            "proportional" => Jitter::Proportional,
            "decorrelated" => Jitter::Decorrelated,
            "anchored" => Jitter::Anchored,
            other => panic!("jitter {other}"),
        },
        order: match word("order", "cap_first").as_str() {
            "cap_first" => Order::CapFirst,
            "jitter_first" => Order::JitterFirst,
            other => panic!("order {other}"),
        },
        proportion_milli: number(config, "p_milli").unwrap_or(200) as u32,
        unknown_target: Duration::from_millis(50),
    }
}

fn pushback_settings(config: &Value) -> PushbackSettings {
    let default = Preset::Netflix.pushback();
    PushbackSettings {
        mode: config["mode"].as_str().map_or(default.mode, mode),
        spread_milli: number(config, "spread_milli").map_or(default.spread_milli, |milli| milli as u32),
        window: micros(config, "window").unwrap_or(default.window),
        clamp: micros(config, "clamp").unwrap_or(default.clamp),
    }
}

fn said(value: &Value, delay: &str) -> Pushback {
    Pushback {
        retry_after: micros(value, delay),
        never: value["never"].as_bool().unwrap_or(false),
        max_retries: number(value, "pushback_max_retries").map(|most| most as u8),
    }
}

fn answer(result: Result<Granted, Refused>) -> Value {
    match result {
        Ok(granted) => json!({"delay": granted.delay.as_micros()}),
        Err(refused) => json!({"stop": refused.reason.slug()}),
    }
}

const OPEN: Terms = Terms { idempotent: true, target: None, max: Duration::MAX, deadline: None };

#[test]
fn backoff_and_decision() {
    run("05-backoff.json", |config| {
        let config = config.clone();
        let mut rng = fractions(&config);
        let (mut prev, mut sum) = (Duration::ZERO, 0);
        let mut call = CallOf::new(&config);
        move |step| match step["do"].as_str()? {
            "retry" => {
                let k = number(step, "k")? as u32;
                let settings = backoff(&config);
                let bounds = settings.bounds(k, None, Duration::MAX, FailureClass::Transient, prev);
                let delay =
                    settings.delay(k, None, Duration::MAX, FailureClass::Transient, &mut prev, &mut rng);
                assert_eq!(rng.overdrawn(), 0);
                assert!(bounds.0 <= delay && delay <= bounds.1);
                sum += delay.as_micros();
                Some(json!({"delay": delay.as_micros(), "cumulative": sum}))
            }
            "bounds" => {
                let k = number(step, "k")? as u32;
                let (least, greatest) =
                    backoff(&config).bounds(k, None, Duration::MAX, FailureClass::Transient, prev);
                Some(json!({"least": least.as_micros(), "greatest": greatest.as_micros()}))
            }
            "fail" => Some(call.fail(step)),
            "with_pushback" => Some(with_pushback(step)),
            "decide" => Some(decide(&config, step)),
            _ => None,
        }
    });
}

/// One call that fails attempt by attempt.
struct CallOf {
    policy: RetryPolicy,
    call: RetryCall,
}

impl CallOf {
    fn new(config: &Value) -> Self {
        let settings = RetrySettings {
            max_attempts: number(config, "attempts").unwrap_or(10) as u8,
            resend_not_sent: false,
            backoff: backoff(config),
            pushback: pushback_settings(config),
        };
        let budget = Budget::new(BudgetSettings::Off, Instant::ZERO);
        let mut policy = RetryPolicy::with_stream(settings, budget, fractions(config));
        let call = policy.start(OPEN, Instant::ZERO);
        Self { policy, call }
    }

    fn fail(&mut self, step: &Value) -> Value {
        let said = said(step, "pushback_us");
        answer(self.policy.handle_failure(&mut self.call, FailureClass::Transient, said, Instant::ZERO))
    }
}

/// The own delay is given: a constant backoff without jitter draws it.
fn fixed_delay(delay: Duration) -> BackoffSettings {
    BackoffSettings {
        kind: Kind::Constant,
        base: Base::Fixed(delay),
        cap: Cap::Fixed(Duration::MAX),
        jitter: Jitter::None,
        ..Preset::Netflix.backoff()
    }
}

fn with_pushback(step: &Value) -> Value {
    let own = micros(step, "own").expect("own");
    let settings = RetrySettings {
        max_attempts: 3,
        resend_not_sent: false,
        backoff: fixed_delay(own),
        pushback: pushback_settings(step),
    };
    let draws = number(step, "draw_q32").map(|draw| draw as u32);
    let mut rng = Stream::from_fractions(draws.into_iter().collect());
    let question = Question {
        terms: OPEN,
        class: FailureClass::Transient,
        pushback: said(step, "pushback_us"),
        made: 1,
        average: Duration::ZERO,
    };
    let mut budget = Budget::new(BudgetSettings::Off, Instant::ZERO);
    let result = gate(&settings, &question, &mut Series::new(), &mut budget, &mut rng, Instant::ZERO);
    assert_eq!(rng.overdrawn(), 0);
    answer(result)
}

fn decide(config: &Value, step: &Value) -> Value {
    let mut input = config.as_object().cloned().unwrap_or_else(Map::new);
    input.extend(step.as_object().cloned().expect("step"));
    let input = Value::Object(input);
    let get = |name| number(&input, name);
    let flag = |name: &str, default| input[name].as_bool().unwrap_or(default);
    let now = Instant::from_micros(get("now").expect("now"));
    let settings = RetrySettings {
        max_attempts: get("max_attempts").expect("max_attempts") as u8,
        resend_not_sent: flag("resend_not_sent", false),
        backoff: fixed_delay(micros(&input, "delay").expect("delay")),
        pushback: PushbackSettings { spread_milli: 0, ..pushback_settings(&input) },
    };
    let question = Question {
        terms: Terms {
            idempotent: flag("idempotent", true),
            deadline: get("deadline").map(Instant::from_micros),
            ..OPEN
        },
        class: input["cls"].as_str().map_or(FailureClass::Transient, class),
        pushback: said(&input, "retry_after"),
        made: get("made").expect("made") as u32,
        average: micros(&input, "avg").expect("avg"),
    };
    let costs = AwsCosts { transient: 1, timeout: 1, overloaded: 1 };
    let stock = if flag("budget_ok", true) { TOKEN } else { 0 };
    let mut budget = Budget::with_level(BudgetSettings::Aws { capacity: 1, costs }, stock, now);
    let mut rng = Stream::from_fractions(vec![]);
    match gate(&settings, &question, &mut Series::new(), &mut budget, &mut rng, now) {
        Ok(granted) => json!({"retry_at": (now + granted.delay).as_micros()}),
        Err(refused) => json!({"stop": refused.reason.slug()}),
    }
}

/// An AWS policy with every draw at its greatest.
fn aws_policy(config: &Value) -> RetryPolicy {
    let preset = match config["version"].as_str() {
        Some("2.0") => Preset::Aws20,
        Some("2.1") => Preset::Aws21,
        other => panic!("version {other:?}"),
    };
    let mut settings = preset.retry();
    if let Some(most) = number(config, "max_attempts") {
        settings.max_attempts = most as u8;
    }
    if let Some(base) = micros(config, "base") {
        settings.backoff.base = Base::Fixed(base);
    }
    if let Some(cap) = micros(config, "cap") {
        settings.backoff.cap = Cap::Fixed(cap);
    }
    let quota = number(config, "quota").unwrap_or(500);
    let budget = Budget::with_level(preset.budget(), quota * TOKEN, Instant::ZERO);
    RetryPolicy::with_stream(settings, budget, Stream::from_fractions(vec![GREATEST; 100]))
}

#[test]
fn aws_retry() {
    run("05-aws-retry.json", |config| {
        let mut policy = aws_policy(config);
        let long_poll = config["long_poll"].as_bool().unwrap_or(false);
        let mut call = None;
        move |step| {
            let now = Instant::ZERO;
            let mut got = match step["do"].as_str()? {
                "call" => {
                    call = Some(policy.start(OPEN, now));
                    json!({})
                }
                "reply" if step["cls"] == "ok" => {
                    policy.handle_success(call.as_ref()?, now);
                    json!({"done": true})
                }
                "reply" => {
                    let said = said(step, "hint_us");
                    let result =
                        policy.handle_failure(call.as_mut()?, class(step["cls"].as_str()?), said, now);
                    let mut got = answer(result);
                    if let Err(Refused { delay: Some(delay), .. }) = result
                        && long_poll
                    {
                        got["sleep_first"] = json!(delay.as_micros());
                    }
                    got
                }
                _ => return None,
            };
            got["quota"] = json!(policy.level(now) / TOKEN);
            Some(got)
        }
    });
}

fn budget(config: &Value) -> Budget {
    let get = |name, default| number(config, name).unwrap_or(default);
    let settings = match config["mode"].as_str() {
        Some("ratio") => {
            let cap = get("cap", 10 * TOKEN);
            BudgetSettings::Ratio {
                ratio: get("ratio_ppm", 100_000),
                cap,
                window: Duration::from_micros(get("window_us", 10_000_000)),
                min_rate: get("min_rate", 100_000),
                initial: get("initial", cap),
            }
        }
        Some("finagle") => BudgetSettings::Finagle {
            ttl: Duration::from_micros(get("ttl_us", 10_000_000)),
            min_per_s: get("min_per_s", 10) as u32,
            pct: get("pct_ppm", 200_000),
        },
        other => panic!("mode {other:?}"),
    };
    Budget::new(settings, Instant::ZERO)
}

#[test]
fn budgets() {
    run("05-budgets.json", |config| {
        let mut budget = budget(config);
        move |step| {
            let now = Instant::from_micros(number(step, "at_us")?);
            let count = number(step, "count").unwrap_or(1);
            let mut allowed = 0;
            for _ in 0..count {
                let kind = step["do"].as_str()?;
                if matches!(kind, "deposit" | "alternate") {
                    budget.deposit(now);
                }
                if matches!(kind, "withdraw" | "alternate") {
                    allowed += u32::from(budget.withdraw(FailureClass::Transient, now).is_some());
                }
                if !matches!(kind, "deposit" | "withdraw" | "alternate" | "balance") {
                    return None;
                }
            }
            Some(json!({"allowed": allowed, "balance": budget.level(now)}))
        }
    });
}

fn throttle(max: &Value, ratio: &Value) -> BudgetSettings {
    let milli = |value: &Value| value.as_u64().expect("milli-tokens") as u32;
    BudgetSettings::Grpc { max_milli: milli(max), ratio_milli: milli(ratio) }
}

#[test]
fn grpc_throttle() {
    run("05-grpc-throttle.json", |config| {
        let config = config.clone();
        let now = Instant::ZERO;
        let mut budget = Budget::new(throttle(&config["max"], &config["ratio"]), now);
        let mut next_call = 0;
        move |step| {
            let mut got = json!({});
            match step["do"].as_str()? {
                "fail" => budget.on_failure(FailureClass::Transient, false, now),
                "ok" => budget.on_success(None, now),
                "other" => budget.on_failure(FailureClass::Fatal, false, now),
                "configure" => {
                    let pair = step.get("to").or(step.get("value")).unwrap_or(step);
                    let (max, ratio) =
                        if pair.is_array() { (&pair[0], &pair[1]) } else { (&pair["max"], &pair["ratio"]) };
                    budget.reconfigure(throttle(max, ratio), now);
                }
                "rpc" => got = rpc(&config, &mut budget, &mut next_call),
                _ => return None,
            }
            got["tokens"] = json!(budget.level(now) / 1000);
            got["permitted"] = json!(budget.withdraw(FailureClass::Transient, now).is_some());
            Some(got)
        }
    });
}

/// One RPC whose attempts succeed when their running number is in the list.
fn rpc(config: &Value, budget: &mut Budget, next_call: &mut u64) -> Value {
    let most = number(config, "max_attempts").expect("max_attempts") as u8;
    let settings = RetrySettings { max_attempts: most, ..Preset::Finagle.retry() };
    let ok: Vec<u64> =
        config["ok_calls"].as_array().expect("ok_calls").iter().filter_map(Value::as_u64).collect();
    let mut policy = RetryPolicy::with_stream(settings, budget.clone(), Stream::from_fractions(vec![]));
    let mut call = policy.start(OPEN, Instant::ZERO);
    let (attempts, status) = loop {
        let attempts = call.made();
        *next_call += 1;
        if ok.contains(&(*next_call - 1)) {
            policy.handle_success(&call, Instant::ZERO);
            break (attempts, "OK");
        }
        let said = Pushback::NONE;
        if policy.handle_failure(&mut call, FailureClass::Transient, said, Instant::ZERO).is_err() {
            break (attempts, "UNAVAILABLE");
        }
    };
    *budget = policy.into_budget();
    json!({"status": status, "attempts": attempts, "last_call": *next_call - 1})
}

#[test]
fn retry_theory() {
    run("05-retry-theory.json", |config| {
        let config = config.clone();
        move |step| match step["do"].as_str()? {
            "analytic" if !step["layers"].is_null() => {
                let attempts = step["attempts_milli"].as_f64()? / 1000.0;
                Some(json!({"amplification": attempts.powi(number(step, "layers")? as i32)}))
            }
            "analytic" => {
                let extra = step["extra_attempts"].as_f64()?;
                Some(json!({"rate": config["mu"].as_f64()? / (1.0 + extra)}))
            }
            _ => None,
        }
    });
}

fn hint(hint: Hint) -> Value {
    let Pushback { retry_after, never, max_retries } = hint.pushback;
    let mut got = json!({"never": never, "none": hint.pushback == Pushback::NONE});
    got["after_us"] = json!(retry_after.map(Duration::as_micros));
    got["max_retries"] = json!(max_retries);
    got
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[test]
fn pushback() {
    run("03-pushback.json", |config| {
        let wall = number(config, "wall_us").map(Wall::from_micros);
        move |step| match step["do"].as_str()? {
            "retry_after" => {
                let delay = retry_after(step["text"].as_str()?, wall);
                Some(hint(delay.map_or(Hint::NONE, |delay| Pushback::after(delay).normalized())))
            }
            "grpc" => Some(hint(grpc::pushback(&texts(&step["values"])))),
            "pushback_map" => {
                let text = |name: &str| step["map"].get(name).map(Value::to_string);
                let (count, seconds) = (text("maxRetries"), text("retryAfterSeconds"));
                let read = Pushback::from_map(count.as_deref(), seconds.as_deref());
                Some(read.map_or(json!({"error": true}), hint))
            }
            _ => None,
        }
    });
}

fn headers(step: &Value) -> DelayHeaders<'_> {
    let mut headers = DelayHeaders::default();
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
        headers.set(name, value.as_str().expect("header"));
    }
    headers
}

fn fault(kind: &str) -> Fault {
    match kind {
        "connect_refused" => Fault::ConnectRefused,
        "name_resolution" => Fault::NameResolution,
        "tls_before_request" => Fault::TlsBeforeRequest,
        "h2_refused_stream" | "h2_goaway" => Fault::StreamRefused,
        "reset_after_send" => Fault::ResetAfterSend,
        "attempt_timer" => Fault::AttemptTimer,
        "caller_abort" => Fault::CallerAbort,
        other => panic!("fault {other}"),
    }
}

fn body(kind: &str) -> http::Body {
    match kind {
        "none" => http::Body::None,
        "bytes" => http::Body::Bytes,
        "string" => http::Body::Text,
        "stream" => http::Body::Stream,
        "factory" => http::Body::Factory,
        other => panic!("body {other}"),
    }
}

#[test]
fn http_and_grpc_outcomes() {
    run("16-http-outcomes.json", |_| {
        |step: &Value| {
            let wall = number(step, "wall_us").map(Wall::from_micros);
            let ended = |ended: Ended| json!({"class": ended.slug()});
            match step["do"].as_str()? {
                "http_status" => {
                    let later = number(step, "attempt").is_some_and(|ordinal| ordinal > 1);
                    let response = http::Response {
                        status: number(step, "status")? as u16,
                        headers: headers(step),
                        repeats_token: later && step["token"].as_bool().unwrap_or(false),
                        wall,
                    };
                    let reading = response.read();
                    Some(json!({"class": reading.ended.slug(), "unclassified": reading.unclassified}))
                }
                "grpc_status" => Some(ended(grpc::status(number(step, "status")? as u32))),
                "failure" => Some(ended(fault(step["kind"].as_str()?).ended())),
                "method" => {
                    let word = http::idempotency(step["name"].as_str()?, step["token"].as_bool()?);
                    let hedgeable = matches!(word, Idempotency::Natural | Idempotency::Token);
                    Some(json!({"idempotent": word != Idempotency::None, "hedgeable": hedgeable}))
                }
                "delay" if step["protocol"] == "grpc" => Some(hint(grpc::pushback(&texts(&step["values"])))),
                "delay" => Some(hint(headers(step).hint(number(step, "status")? as u16, wall))),
                "body" => Some(json!({"repeatable": body(step["kind"].as_str()?).is_repeatable()})),
                _ => None,
            }
        }
    });
}
