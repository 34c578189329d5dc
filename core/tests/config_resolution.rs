//! Which value a class gets: defaults, presets, and overlays from four places.

use hedgerow::balance::BreakerSettings;
use hedgerow::{
    Duration,
    config::{ClassSettings, Config, FieldDefault, FieldKind, Idempotency, Priority, fields},
    hedge::delay::Strategy,
    retry::{
        backoff::{Base, Cap, Jitter},
        budget::BudgetSettings,
        preset::Preset,
    },
    timer::pause::PauseSettings,
};
use serde_json::json;

fn config(document: serde_json::Value) -> Config {
    serde_json::from_value(document).expect("the document is valid")
}

fn millis(duration: u64) -> Duration {
    Duration::from_millis(duration)
}

#[test]
fn the_empty_document_is_the_default() {
    let config = config(json!({}));
    assert_eq!(config, Config::default());
    assert_eq!(config.timer.pause, PauseSettings::default());
    assert_eq!(config.service, "");
    let class = config.class(0, 0);
    assert_eq!((class.objective.target, class.objective.max), (None, Duration::from_secs(30)));
    assert_eq!((class.limits.calls, class.limits.hedges), (1000, 50));
    assert_eq!(class.hedge.delay.strategy, Strategy::Slo);
    assert_eq!(class.hedge.lowest_priority, Priority::BestEffort);
    assert_eq!(config.capacity.calls, 65_536);
}

#[test]
fn a_preset_gives_what_it_was_published_with() {
    for preset in Preset::ALL {
        let config = config(json!({"retry": {"preset": preset.slug()}}));
        let retry = config.class(0, 0).retry;
        assert_eq!(retry.backoff, preset.backoff(), "{preset:?}");
        assert_eq!(retry.pushback, preset.pushback(), "{preset:?}");
        assert_eq!(retry.max_attempts, preset.max_attempts(), "{preset:?}");
        assert_eq!(config.budget.settings, preset.budget(), "{preset:?}");
    }
}

#[test]
fn a_given_field_wins_over_its_preset() {
    let config = config(
        json!({"retry": {"preset": "aws_2_1", "backoff": {"base_us": 25000}}, "budget": {"capacity": 7}}),
    );
    let backoff = config.class(0, 0).retry.backoff;
    assert_eq!(backoff.base, Base::Fixed(millis(25)));
    assert_eq!((backoff.jitter, backoff.overloaded_base), (Jitter::Full, Some(millis(1000))));
    assert!(matches!(config.budget.settings, BudgetSettings::Aws { capacity: 7, .. }));
}

#[test]
fn a_preset_named_in_an_overlay_leaves_nothing_of_the_tops_backoff_but_keeps_its_budget() {
    let config = config(json!({
        "retry": {"max_attempts": 8, "backoff": {"base_us": 5, "cap_us": 10}},
        "namespaces": {"a": {"retry": {"preset": "grpc_a6", "backoff": {"cap_us": "max"}}}},
    }));
    let (top, overlay) = (config.class(0, 0).retry, config.class(1, 0).retry);
    assert_eq!((top.max_attempts, top.backoff.base), (8, Base::Fixed(Duration::from_micros(5))));
    assert_eq!((overlay.max_attempts, overlay.backoff.base), (5, Base::Fixed(millis(100))));
    assert_eq!(overlay.backoff.cap, Cap::Max);
    assert_eq!(config.budget.settings, Preset::Netflix.budget());
}

#[test]
fn the_most_specific_given_field_wins_field_by_field() {
    let config = config(json!({
        "objective": {"max_us": 1_000_000, "target_us": 1000},
        "operations": {"get": {"objective": {"max_us": 2_000_000, "target_us": 2000}}, "put": {"hedge": {"max": 2}}},
        "namespaces": {
            "cart": {
                "objective": {"max_us": 3_000_000},
                "operations": {"get": {"objective": {"target_us": 4000}}},
            },
            "user": {"objective": {"target_us": null}},
        },
    }));
    let objective = |namespace, operation| {
        let ClassSettings { objective, .. } = config.class(namespace, operation);
        (objective.max.as_micros(), objective.target.map(Duration::as_micros))
    };
    assert_eq!(config.namespaces, ["cart", "user"]);
    assert_eq!(
        config.operations.iter().map(|operation| operation.name.as_str()).collect::<Vec<_>>(),
        ["get", "put"]
    );
    assert_eq!(objective(0, 0), (1_000_000, Some(1000)));
    assert_eq!(objective(0, 1), (2_000_000, Some(2000)));
    assert_eq!(objective(1, 0), (3_000_000, Some(1000)));
    assert_eq!(objective(1, 1), (3_000_000, Some(4000)));
    assert_eq!(objective(1, 2), (3_000_000, Some(1000)));
    assert_eq!(objective(2, 1), (2_000_000, None));
    assert_eq!(
        (config.class(0, 2).hedge.max, config.class(2, 2).hedge.max, config.class(2, 1).hedge.max),
        (2, 2, 1)
    );
}

#[test]
fn numbers_beyond_the_names_see_the_unnamed_values() {
    let config = config(json!({
        "limits": {"calls": 7},
        "operations": {"get": {"limits": {"calls": 8}}},
        "namespaces": {"a": {"limits": {"calls": 9}}},
    }));
    let calls = |namespace, operation| config.class(namespace, operation).limits.calls;
    assert_eq!([calls(0, 0), calls(9, 9), calls(u32::MAX, 1), calls(1, u32::MAX)], [7, 7, 8, 9]);
}

#[test]
fn hedges_follow_the_calls_of_the_class_until_they_are_given() {
    let config = config(json!({
        "operations": {"few": {"limits": {"calls": 10}}, "own": {"limits": {"calls": 10, "hedges": 3}}},
    }));
    assert_eq!([0, 1, 2].map(|operation| config.class(0, operation).limits.hedges), [50, 10, 3]);
}

#[test]
fn an_operation_named_only_in_a_namespace_is_known_everywhere() {
    let config = config(json!({
        "operations": {"put": {"idempotency": "token", "priority": "bulk"}},
        "namespaces": {"a": {"operations": {"get": {"hedge": {"strategy": "off"}}}}},
    }));
    let [get, put] = &config.operations[..] else { panic!("two operations") };
    assert_eq!(
        (get.name.as_str(), get.idempotency, get.priority),
        ("get", Idempotency::None, Priority::Critical)
    );
    assert_eq!((put.idempotency, put.priority), (Idempotency::Token, Priority::Bulk));
    assert_eq!(config.class(1, 1).hedge.delay.strategy, Strategy::Off);
    assert_eq!(config.class(0, 1).hedge.delay.strategy, Strategy::Slo);
}

#[test]
fn a_delay_left_behind_by_another_strategy_is_not_seen() {
    let config = config(json!({
        "hedge": {"strategy": "fixed", "delay_us": 9},
        "operations": {"get": {"hedge": {"strategy": "quantile"}}},
    }));
    assert_eq!(config.class(0, 0).hedge.delay.delay, Some(Duration::from_micros(9)));
    assert_eq!(config.class(0, 1).hedge.delay.delay, None);
}

#[test]
fn amounts_of_the_budgets_are_read_in_tokens() {
    let settings = |budget| config(json!({"budget": budget})).budget.settings;
    assert_eq!(
        settings(json!({"ratio": 0.25, "cap": 20, "min_rate": 0.5})),
        BudgetSettings::Ratio {
            ratio: 250_000,
            cap: 20_000_000,
            window: Duration::from_secs(10),
            min_rate: 500_000,
            initial: 20_000_000
        }
    );
    assert_eq!(
        settings(json!({"mode": "grpc", "max": 4, "ratio": 0.8004})),
        BudgetSettings::Grpc { max_milli: 4000, ratio_milli: 800 }
    );
    assert_eq!(settings(json!({"mode": "off"})), BudgetSettings::Off);
    assert_eq!(settings(json!({"mode": "aws"})), BudgetSettings::AWS);
    assert_eq!(settings(json!({"mode": "finagle"})), BudgetSettings::FINAGLE);
    assert!(config(json!({"budget": {"scope": "service"}})).budget.per_service);
}

#[test]
fn a_section_that_is_on_gets_the_defaults_of_its_fields() {
    let config = config(
        json!({"ejection": {"failure_percentage": {"min_requests": 9}, "success_rate": {"enabled": false}}}),
    );
    let rule = config.ejection.failure_percentage.expect("it is on");
    assert_eq!((rule.threshold, rule.min_endpoints, rule.min_requests), (85, 5, 9));
    assert_eq!(config.ejection.success_rate, None);
}

#[test]
fn a_breaker_is_off_and_with_an_empty_map_it_is_that_of_hystrix() {
    assert_eq!(Config::default().breaker, None);
    assert_eq!(config(json!({"breaker": null})).breaker, None);
    assert_eq!(config(json!({"breaker": {}})).breaker, Some(BreakerSettings::default()));
    let own = json!({"window_us": 1_000_000, "min_requests": 1, "failure_ratio": 0.01, "sleep_us": 100_000});
    let breaker = config(json!({ "breaker": own })).breaker.expect("it is on");
    assert_eq!((breaker.window.as_micros(), breaker.sleep.as_micros()), (1_000_000, 100_000));
    assert_eq!((breaker.min_requests, breaker.failure_ppm), (1, 10_000));
}

#[test]
fn the_canonical_document_and_its_hash_are_stable() {
    let text = Config::default().to_json();
    assert!(
        text.starts_with(
            r#"{"attempt":{"orphan_ttl_us":30000000,"timeout_us":null},"balance":{"choices":null,"#
        ),
        "{text}"
    );
    assert!(
        text.contains(r#""hedge":{"after_failure":true,"budget_fraction":0.05,"delay_us":null,"#),
        "{text}"
    );
    let shuffled = config(json!({"timer": {"stages": 4}, "service": ""}));
    assert_eq!(shuffled.canonical_hash(), Config::default().canonical_hash());
    assert_ne!(config(json!({"timer": {"stages": 5}})).canonical_hash(), Config::default().canonical_hash());
}

#[test]
fn every_field_is_described_and_its_default_lies_in_its_range() {
    for field in fields() {
        let about = field.about();
        assert!(about.meaning.ends_with('.') && !about.source.is_empty(), "{}", field.path);
        assert_eq!(field.nullable, !about.null.is_empty(), "{}", field.path);
        assert_eq!(
            field.path.ends_with("_us"),
            matches!(field.kind, FieldKind::Duration { .. } | FieldKind::DurationOr { .. }),
            "{}",
            field.path
        );
        let holds = match (field.default, field.kind) {
            (FieldDefault::Null, _) => field.nullable,
            (FieldDefault::Bool(_), FieldKind::Bool) => true,
            (
                FieldDefault::Number(value),
                FieldKind::Integer { min, max }
                | FieldKind::Duration { min, max }
                | FieldKind::Ratio { min, max }
                | FieldKind::Thousandths { min, max },
            ) => (min..=max).contains(&value),
            (FieldDefault::Word(word), FieldKind::Word(words)) => words.contains(&word),
            (FieldDefault::Word(word), FieldKind::DurationOr { word: only, .. }) => word == only,
            (FieldDefault::Text(text), FieldKind::Text { max_bytes }) => text.len() as u64 <= max_bytes,
            _ => false,
        };
        assert!(holds, "{}", field.path);
    }
}

#[test]
fn the_table_shows_the_defaults_that_the_machine_reads() {
    let document = Config::default().to_document();
    // Fields of an adaptive limit stand where one is on.
    let adaptive = config(json!({"limits": {"adaptive": {}}})).to_document();
    for field in fields().iter().filter(|field| {
        !field.path.starts_with("operations.")
            && !field.path.starts_with("breaker.")
            && !field.path.starts_with("ejection.failure_percentage.")
    }) {
        let document = if field.path.starts_with("limits.adaptive") { &adaptive } else { &document };
        if field.path == "limits.adaptive" {
            continue;
        }
        let value = field.path.split('.').fold(document, |inner, name| inner.get(name).expect(field.path));
        if value.is_null() && !field.used_when.is_empty() {
            continue;
        }
        let mut json = serde_json::to_string(value).unwrap();
        if let Some(whole) = json.strip_suffix(".0") {
            json = whole.into();
        }
        assert_eq!(json, field.default_text(), "{}", field.path);
    }
}

#[test]
fn an_accept_window_outlives_every_call_unless_the_document_says_how_long() {
    let past = |document| config(document).token.window.past.as_micros();
    assert_eq!(past(json!({})), 60_000_000);
    assert_eq!(past(json!({"objective": {"max_us": 500_000}})), 10_000_000);
    assert_eq!(
        past(json!({"objective": {"max_us": 500_000},
            "operations": {"scan": {"objective": {"max_us": 7_000_000}}}})),
        14_000_000
    );
    let given = json!({"token": {"accept": {"past_us": 90_000_000, "future_us": 5000},
        "window": {"capacity": 16, "cold_start": "closed"}}});
    let window = config(given).token.window;
    assert_eq!((window.past.as_micros(), window.future.as_micros()), (90_000_000, 5000));
    assert_eq!((window.capacity, format!("{:?}", window.cold_start).as_str()), (16, "Closed"));
}

#[test]
fn every_word_selects_the_variant_of_its_name() {
    for field in fields() {
        for word in field.words() {
            let Some((read, document)) = variant(field.path, word) else { continue };
            let config = serde_json::from_value::<Config>(document).unwrap();
            let snake: String = read(&config)
                .chars()
                .enumerate()
                .flat_map(|(at, c)| {
                    (at > 0 && c.is_uppercase()).then_some('_').into_iter().chain(c.to_lowercase())
                })
                .collect();
            assert_eq!(snake, *word, "{}", field.path);
        }
    }
}

type Read = fn(&Config) -> String;

/// How a word is read back, and a document that gives it.
fn variant(path: &str, word: &str) -> Option<(Read, serde_json::Value)> {
    let read: Read = match path {
        "operations.<op>.idempotency" => |config| format!("{:?}", config.operations[0].idempotency),
        "operations.<op>.priority" => |config| format!("{:?}", config.operations[0].priority),
        "hedge.lowest_priority" => |config| format!("{:?}", config.class(0, 0).hedge.lowest_priority),
        "hedge.strategy" => |config| format!("{:?}", config.class(0, 0).hedge.delay.strategy),
        "limits.adaptive.algorithm" => |config| {
            let name = format!("{:?}", config.class(0, 0).limits.adaptive.expect("on").limit);
            name.split('(').next().unwrap_or_default().into()
        },
        "retry.backoff.kind" => |config| format!("{:?}", config.class(0, 0).retry.backoff.kind),
        "retry.backoff.jitter" => |config| format!("{:?}", config.class(0, 0).retry.backoff.jitter),
        "retry.backoff.order" => |config| format!("{:?}", config.class(0, 0).retry.backoff.order),
        "retry.pushback.mode" => |config| format!("{:?}", config.class(0, 0).retry.pushback.mode),
        "budget.mode" => |config| {
            let name = format!("{:?}", config.budget.settings);
            name.split(' ').next().unwrap_or_default().into()
        },
        "balance.policy" => |config| format!("{:?}", config.balance.policy),
        "balance.other_region" => |config| format!("{:?}", config.balance.other_region),
        "token.tier" => |config| format!("{:?}", config.token.generator.tier),
        "token.on_drift" => |config| format!("{:?}", config.token.generator.on_drift),
        "token.window.cold_start" => |config| format!("{:?}", config.token.window.cold_start),
        "token.clock" => |config| format!("{:?}", config.token.clock),
        _ => return None,
    };
    let path = path.replace("<op>", "get");
    let mut document = json!(word);
    if path == "hedge.strategy" && word == "fixed" {
        document = json!({"strategy": "fixed", "delay_us": 1});
        return Some((read, json!({"hedge": document})));
    }
    for name in path.rsplit('.') {
        document = json!({name: document});
    }
    Some((read, document))
}

#[test]
fn a_null_given_in_an_overlay_survives_the_canonical_document() {
    // The operation's own kind has no use for a step, but the pair below it has, and sees the operation's null.
    let config = config(json!({
        "retry": {"backoff": {"kind": "linear", "step_us": 5}},
        "operations": {"get": {"retry": {"backoff": {"kind": "constant", "step_us": null}}}},
        "namespaces": {"a": {"operations": {"get": {"retry": {"backoff": {"kind": "linear"}}}}}},
    }));
    let again = Config::from_document(&config.to_document()).expect("a canonical document is valid");
    assert_eq!(config.class(1, 0).retry.backoff.step, Some(Duration::from_micros(5)));
    assert_eq!(config.class(1, 1).retry.backoff.step, None);
    assert_eq!(again.class(1, 1), config.class(1, 1));
}
