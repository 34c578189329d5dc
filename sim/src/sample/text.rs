//! Models as a person writes them: `exp(1ms)`, `pareto(2, 0.4ms)`, `curve(1ms:1, 10ms:0.02)`, `cassandra_mix`.
//!
//! A time is a number with `us`, `ms` or `s`; a bare number is milliseconds.

use super::MS;
use super::curve::Curve;
use super::model::{Model, ModelError};
use super::named::{bigtable_curve, cassandra_mix};
use super::replay::Replay;
use std::str::FromStr;

/// What may be written, for messages.
const FORMS: &str = "const(t), exp(mean), pareto(shape, mean), texp(lo, hi, scale), lognormal(mu, sigma), \
    normal_abs(mean, sd), curve(t:survival, …), replay(t, …), cassandra_mix or bigtable_curve";

impl FromStr for Model {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let unknown = || ModelError(format!("model: {text}: want {FORMS}"));
        let (name, arguments) = match text.trim().split_once('(') {
            Some((name, rest)) => (name.trim(), rest.strip_suffix(')').ok_or_else(unknown)?),
            None => (text.trim(), ""),
        };
        let arguments: Vec<_> = arguments.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
        let model = match (name, arguments.as_slice()) {
            ("const", [value]) => Self::Const(time(value)?),
            ("exp", [mean]) => Self::exp(time(mean)?),
            ("pareto", [shape, mean]) => Self::pareto(number(shape)?, time(mean)?),
            ("texp", [lo, hi, scale]) => {
                Self::Truncated { lo: time(lo)?, hi: time(hi)?, scale: time(scale)? }
            }
            ("lognormal", [mu, sigma]) => {
                Self::Lognormal { mu: number(mu)?, sigma: number(sigma)?, unit: MS }
            }
            ("normal_abs", [mean, sd]) => Self::NormalAbs { mean: time(mean)?, sd: time(sd)? },
            ("curve", points) => {
                Self::Curve(Curve::new(&points.iter().map(|one| point(one)).collect::<Result<Vec<_>, _>>()?)?)
            }
            ("replay", rows) => {
                let rows =
                    rows.iter().map(|row| time(row).map(super::whole)).collect::<Result<Vec<_>, _>>()?;
                Self::Replay(Replay::even(&rows)?)
            }
            ("cassandra_mix", []) => cassandra_mix(),
            ("bigtable_curve", []) => bigtable_curve(),
            _ => return Err(unknown()),
        };
        model.checked()
    }
}

fn number(text: &str) -> Result<f64, ModelError> {
    text.parse().map_err(|_| ModelError(format!("model: {text}: want a number")))
}

/// A time in microseconds.
/// A time in µs; a bare number is milliseconds.
pub(crate) fn time(text: &str) -> Result<f64, ModelError> {
    let units = [("us", 1.0), ("ms", MS), ("s", MS * MS)];
    let unit = units.into_iter().find_map(|(unit, us)| Some((text.strip_suffix(unit)?, us)));
    let (digits, us) = unit.unwrap_or((text, MS));
    Ok(number(digits.trim_end())? * us)
}

fn point(text: &str) -> Result<(f64, f64), ModelError> {
    let parts = text.split_once(':').ok_or_else(|| ModelError(format!("curve: {text}: want t:survival")))?;
    Ok((time(parts.0.trim())?, number(parts.1.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_read_as_they_are_written() {
        let read = |text: &str| text.parse::<Model>().unwrap();
        assert_eq!(read("exp(1ms)"), Model::exp(1000.0));
        assert_eq!(read("exp( 250 us )"), Model::exp(250.0));
        assert_eq!(read("pareto(2,0.4ms)"), Model::pareto(2.0, 400.0));
        assert_eq!(read("texp(1, 10, 5)"), Model::Truncated { lo: 1e3, hi: 1e4, scale: 5e3 });
        assert_eq!(read("const(2s)"), Model::Const(2e6));
        assert_eq!(
            read("curve(1:1, 10:0.02)"),
            Model::Curve(Curve::new(&[(1e3, 1.0), (1e4, 0.02)]).unwrap())
        );
        assert_eq!(read("replay(100us, 200us)"), Model::Replay(Replay::even(&[100, 200]).unwrap()));
        assert_eq!(read("cassandra_mix"), cassandra_mix());
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_the_forms() {
        for text in ["gauss(1)", "exp(1", "exp(1, 2)", ""] {
            assert!(text.parse::<Model>().unwrap_err().to_string().starts_with("model: "), "{text}");
        }
        assert_eq!("exp(fast)".parse::<Model>().unwrap_err().to_string(), "model: fast: want a number");
        assert_eq!("exp(-1)".parse::<Model>().unwrap_err().to_string(), "exp: mean: -1000, want 0 or more");
    }
}
