//! Q and W: the quantile rule and the samplers, at the points where their answers are known.

use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use crate::sample::{Model, whole};
use crate::stats::{Quantile, Samples};
use serde_json::Value;

pub(super) const QUANTILES: Experiment = Experiment {
    id: "Q",
    title: "the rule of the q-quantile",
    source: "definition",
    view: "none",
    kinds: &[("quantile_rule", quantiles)],
    quick: Quick::Whole,
};

pub(super) const SAMPLERS: Experiment = Experiment {
    id: "W",
    title: "workload models at known points",
    source: "arithmetic",
    view: "none",
    kinds: &[("sampler", samplers)],
    quick: Quick::Whole,
};

fn quantiles(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let list = inputs.value("samples").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    inputs.finish()?;
    let mut samples = Samples::new();
    for sample in list {
        let whole = sample.as_u64();
        samples.add(whole.ok_or_else(|| InputError(format!("samples: {sample}, want a whole number")))?);
    }
    let mut row = Row::model("");
    for metric in asked(session, &["q0.5", "q0.9", "q0.99"]) {
        let share = metric.strip_prefix('q').and_then(|share| share.parse::<f64>().ok());
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        let share =
            share.ok_or_else(|| InputError(format!("metric: {metric}, want q and a share of 0 to 1")))?;
        let answer = samples.quantile(Quantile::ppm(whole(share * 1e6) as u32));
        row = row.with(metric, Figure::of(answer.map(|answer| answer as f64)));
    }
    Ok(Report::of(vec![row]))
}

fn samplers(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let text = inputs.text("model")?.ok_or_else(|| InputError("model: missing".to_owned()))?;
    inputs.finish()?;
    let model: Model = text.parse().map_err(|error| InputError(format!("{error}")))?;
    let mut row = Row::model("");
    for metric in asked(session, &["at_u_0.5_us"]) {
        let u = metric.strip_prefix("at_u_").and_then(|rest| rest.strip_suffix("_us")).and_then(point);
        let u = u.ok_or_else(|| {
            InputError(format!("metric: {metric}, want at_u_<u>_us with u between 0 and 1"))
        })?;
        row = row.with(metric, whole(model.at(u)) as f64);
    }
    Ok(Report::of(vec![row]))
}

/// A number between 0 and 1, or `exp(x)`.
fn point(text: &str) -> Option<f64> {
    let exponent = text.strip_prefix("exp(").and_then(|rest| rest.strip_suffix(')'));
    let u = match exponent {
        Some(exponent) => libm::exp(exponent.parse().ok()?),
        None => text.parse().ok()?,
    };
    (u > 0.0 && u < 1.0).then_some(u)
}

fn asked(session: &Session<'_>, otherwise: &[&str]) -> Vec<String> {
    if session.metrics.is_empty() {
        return otherwise.iter().map(|metric| (*metric).to_owned()).collect();
    }
    session.metrics.clone()
}
