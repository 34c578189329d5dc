//! What fills the fields that a document does not give: presets, then defaults.
//!
//! A preset acts where it is named: it gives that layer every field it fills and the layer itself does not give, so a
//! namespace that names one leaves nothing of the top's backoff behind. The budget is one per client or namespace and
//! not per class; it follows the preset at the top.

use super::{
    layer::{Layer, Layers, Value},
    table::{Key, PRESETS},
};
use crate::retry::{
    backoff::{Base, Cap},
    budget::BudgetSettings,
    preset::Preset,
};

/// Fills every layer that names a preset, and settles what the top leaves open.
pub(super) fn fill(layers: &mut Layers) {
    let budget = Value::Word(mode_code(named(&layers.top).unwrap_or_default().budget()));
    layers.change_each(fill_layer);
    layers.defaults = Key::ALL.iter().map(|key| Value::default_of(key.field())).collect();
    if let Some(mode) = layers.defaults.get_mut(Key::BudgetMode as usize) {
        *mode = budget;
    }
}

#[inline(never)]
fn fill_layer(layer: &mut Layer) {
    let Some(preset) = named(layer) else { return };
    for key in Key::ALL.iter().copied().filter(|key| key.field().by_preset && *key != Key::BudgetMode) {
        if layer.get(key).is_none() {
            layer.give(key, given_by(preset, key));
        }
    }
}

/// The preset that a layer names.
fn named(layer: &Layer) -> Option<Preset> {
    match layer.get(Key::RetryPreset) {
        Some(Value::Word(code)) => Some(preset(*code)),
        _ => None,
    }
}

/// The preset of a word's code.
pub(super) fn preset(code: u8) -> Preset {
    PRESETS.get(usize::from(code)).and_then(|slug| Preset::from_slug(slug)).unwrap_or_default()
}

const fn mode_code(budget: BudgetSettings) -> u8 {
    match budget {
        BudgetSettings::Ratio { .. } => 0,
        BudgetSettings::Grpc { .. } => 1,
        BudgetSettings::Aws { .. } => 2,
        BudgetSettings::Finagle { .. } => 3,
        BudgetSettings::Off => 4,
    }
}

/// What a preset gives to a field that it fills.
fn given_by(preset: Preset, key: Key) -> Value {
    let (own, hints) = (preset.backoff(), preset.pushback());
    match key {
        Key::RetryMaxAttempts => number(preset.max_attempts()),
        Key::BackoffKind => Value::Word(own.kind as u8),
        Key::BackoffBase => match own.base {
            Base::Target => Value::Word(0),
            Base::Fixed(base) => Value::Number(base.as_micros()),
        },
        Key::BackoffStep => own.step.map_or(Value::Null, |step| Value::Number(step.as_micros())),
        Key::BackoffFactor => number(own.factor_milli),
        Key::BackoffCap => match own.cap {
            Cap::Max => Value::Word(0),
            Cap::Fixed(cap) => Value::Number(cap.as_micros()),
        },
        Key::BackoffJitter => Value::Word(own.jitter as u8),
        Key::BackoffOrder => Value::Word(own.order as u8),
        Key::BackoffProportion => number(own.proportion_milli),
        Key::BackoffUnknownTarget => Value::Number(own.unknown_target.as_micros()),
        Key::PushbackMode => Value::Word(hints.mode as u8),
        Key::PushbackSpread => number(hints.spread_milli),
        Key::PushbackWindow => Value::Number(hints.window.as_micros()),
        Key::PushbackClamp => Value::Number(hints.clamp.as_micros()),
        _ => Value::default_of(key.field()),
    }
}

fn number(value: impl Into<u64>) -> Value {
    Value::Number(value.into())
}
