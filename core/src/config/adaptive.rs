//! `limits.adaptive`: what a class sees of it, and the rules between its fields.
//!
//! Defaults differ by algorithm and are those of its settings; a field that is `null` takes them.

use super::{error::ConfigError, layer::View, rules::Class, table::Key};
use crate::limit::{
    AimdSettings, Bounds, Gradient2Settings, VegasSettings, adaptive::AdaptiveSettings,
    algorithm::LimitSettings, window::WindowSettings,
};
use alloc::format;

/// Names of the algorithms, by code.
pub(super) const ALGORITHMS: &[&str] = &["aimd", "gradient2", "vegas", "fixed"];

impl View<'_> {
    /// The adaptive limit of a class, `None` where it is off.
    pub(super) fn adaptive(&self) -> Option<AdaptiveSettings> {
        let window = WindowSettings {
            min: self.duration(Key::AdaptiveWindowMin),
            max: self.duration(Key::AdaptiveWindowMax),
            min_samples: self.count(Key::AdaptiveWindowMinSamples),
            min_rtt: self.duration(Key::AdaptiveWindowMinRtt),
        };
        let settings = AdaptiveSettings { limit: self.algorithm(), window: Some(window) };
        self.is_on(Key::LimitAdaptive).then_some(settings)
    }

    fn algorithm(&self) -> LimitSettings {
        let bounds = self.bounds();
        let smoothing = |default: u32| self.number(Key::AdaptiveSmoothing).map_or(default, |ppm| ppm as u32);
        match self.code(Key::AdaptiveAlgorithm) {
            1 => LimitSettings::Gradient2(Gradient2Settings {
                bounds,
                smoothing_ppm: smoothing(Gradient2Settings::DEFAULT.smoothing_ppm),
                queue: self.count(Key::AdaptiveQueue),
                tolerance_ppm: self.count(Key::AdaptiveTolerance),
                long_window: self.count(Key::AdaptiveLongWindow),
                warmup: self.count(Key::AdaptiveWarmup),
                drop_factor_ppm: self.count(Key::AdaptiveDropFactor),
                baseline_cap: self.duration(Key::AdaptiveBaselineCap),
            }),
            2 => LimitSettings::Vegas(VegasSettings {
                bounds,
                smoothing_ppm: smoothing(VegasSettings::DEFAULT.smoothing_ppm),
                alpha: self.count(Key::AdaptiveAlpha),
                beta: self.count(Key::AdaptiveBeta),
                probe_multiplier: self.count(Key::AdaptiveProbeMultiplier),
            }),
            3 => LimitSettings::Fixed(bounds.initial),
            _ => LimitSettings::Aimd(AimdSettings {
                bounds,
                backoff_ppm: self.count(Key::AdaptiveBackoff),
                timeout: self.duration(Key::AdaptiveTimeout),
            }),
        }
    }

    fn bounds(&self) -> Bounds {
        let default = match self.code(Key::AdaptiveAlgorithm) {
            2 => VegasSettings::DEFAULT.bounds,
            _ => Bounds::DEFAULT,
        };
        let or = |key, default| self.number(key).map_or(default, |limit| limit as u32);
        Bounds {
            initial: self.count(Key::AdaptiveInitial),
            min: or(Key::AdaptiveMin, default.min),
            max: or(Key::AdaptiveMax, default.max),
        }
    }
}

impl Class<'_> {
    /// The bounds enclose the initial limit, and each pair of fields is in its order.
    pub(super) fn check_adaptive(&self) -> Result<(), ConfigError> {
        let Some(adaptive) = self.view.adaptive() else { return Ok(()) };
        self.order(Key::AdaptiveWindowMin, Key::AdaptiveWindowMax, Key::AdaptiveWindowMax)?;
        if matches!(adaptive.limit, LimitSettings::Fixed(_)) {
            return Ok(());
        }
        let Bounds { initial, min, max } = adaptive.limit.bounds();
        if min > max {
            return match self.view.number(Key::AdaptiveMax) {
                Some(_) => self.refuse(Key::AdaptiveMax, &format!("at least limits.adaptive.min ({min})")),
                None => self.refuse(Key::AdaptiveMin, &format!("at most limits.adaptive.max ({max})")),
            };
        }
        if !(min..=max).contains(&initial) {
            return self.refuse(Key::AdaptiveInitial, &format!("{min}..={max}, from min to max"));
        }
        match adaptive.limit {
            LimitSettings::Gradient2(_) => {
                self.order(Key::AdaptiveWarmup, Key::AdaptiveLongWindow, Key::AdaptiveWarmup)
            }
            LimitSettings::Vegas(settings) if settings.alpha >= settings.beta => {
                let range = format!("less than limits.adaptive.beta ({})", settings.beta);
                self.refuse(Key::AdaptiveAlpha, &range)
            }
            _ => Ok(()),
        }
    }
}
