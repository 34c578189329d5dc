//! What is tried: fields of the configuration that a recommendation may set, each left alone or given a value.

use hedgerow::config::Document;
use hedgerow::{Config, ConfigError};
use serde_json::{Value, json};

use super::Objective;

/// When a second attempt is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hedge {
    Off,
    /// By the objective, with this target.
    Slo {
        target_us: u64,
    },
    /// After the quantile of what was seen.
    Quantile,
    /// After a fixed time.
    Fixed {
        delay_us: u64,
    },
}

/// One configuration; a field that is `None` keeps the library's own value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Choice {
    pub(super) hedge: Option<Hedge>,
    pub(super) hedge_limit: Option<u64>,
    pub(super) budget_ratio: Option<f64>,
    pub(super) n: Option<u64>,
    pub(super) attempt_us: Option<u64>,
}

/// The values beside the library's own.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) targets_us: Vec<u64>,
    pub(super) hedge_limits: Vec<u64>,
    pub(super) budget_ratios: Vec<f64>,
    pub(super) n: Vec<u64>,
    pub(super) attempt_timeouts_us: Vec<u64>,
}

impl Grid {
    /// A few values on either side of the library's own; never more candidates than there are servers.
    pub(super) fn usual(objective: Objective, servers: u64) -> Self {
        let target = objective.target_us;
        Self {
            targets_us: [target / 2, target + target / 2]
                .into_iter()
                .filter(|target| *target >= 100)
                .collect(),
            hedge_limits: vec![1, 4, 16],
            budget_ratios: vec![0.02, 0.3],
            n: [2, 4, 16].into_iter().filter(|n| *n <= servers).collect(),
            attempt_timeouts_us: vec![objective.at_most_us, objective.at_most_us.saturating_mul(2)],
        }
    }

    /// Ways of hedging, each with every limit; `plain_p95_us` is the delay of the fixed one.
    pub(super) fn hedges(&self, plain_p95_us: u64) -> Vec<Choice> {
        let mut ways = vec![None];
        ways.extend(self.targets_us.iter().map(|target_us| Some(Hedge::Slo { target_us: *target_us })));
        ways.extend([Some(Hedge::Quantile), Some(Hedge::Fixed { delay_us: plain_p95_us })]);
        let limits: Vec<_> = [None].into_iter().chain(self.hedge_limits.iter().copied().map(Some)).collect();
        let mut all: Vec<_> = ways
            .into_iter()
            .flat_map(|hedge| {
                limits.iter().map(move |limit| Choice { hedge, hedge_limit: *limit, ..Choice::default() })
            })
            .collect();
        all.push(Choice { hedge: Some(Hedge::Off), ..Choice::default() });
        all
    }

    /// A choice with another budget, then another n, then another time limit of an attempt: one list for each.
    pub(super) fn variants(&self, field: usize, choice: Choice) -> Vec<Choice> {
        match field {
            0 => self.budget_ratios.iter().map(|r| Choice { budget_ratio: Some(*r), ..choice }).collect(),
            1 => self.n.iter().map(|n| Choice { n: Some(*n), ..choice }).collect(),
            _ => self.attempt_timeouts_us.iter().map(|t| Choice { attempt_us: Some(*t), ..choice }).collect(),
        }
    }

    /// How many configurations are tried in all, the plain one included.
    pub(super) fn size(&self) -> usize {
        let more = self.budget_ratios.len() + self.n.len() + self.attempt_timeouts_us.len();
        1 + self.hedges(1).len() + more
    }
}

/// The fields that [`Grid::variants`] knows.
pub(super) const FIELDS: usize = 3;

impl Choice {
    /// The fields it sets.
    pub(super) fn fields(&self) -> Value {
        let mut fields = json!({});
        match self.hedge {
            None => {}
            Some(Hedge::Off) => fields["hedge"] = json!({"strategy": "off"}),
            Some(Hedge::Slo { target_us }) => fields["objective"] = json!({"target_us": target_us}),
            Some(Hedge::Quantile) => fields["hedge"] = json!({"strategy": "quantile"}),
            Some(Hedge::Fixed { delay_us }) => {
                fields["hedge"] = json!({"strategy": "fixed", "delay_us": delay_us});
            }
        }
        if let Some(limit) = self.hedge_limit {
            fields["limits"] = json!({"hedges": limit});
        }
        if let Some(ratio) = self.budget_ratio {
            fields["budget"] = json!({"ratio": ratio});
        }
        if let Some(n) = self.n {
            fields["balance"] = json!({"n": n});
        }
        if let Some(timeout) = self.attempt_us {
            fields["attempt"] = json!({"timeout_us": timeout});
        }
        fields
    }

    /// Its name in tables: what it sets, or `defaults`.
    pub(super) fn name(&self) -> String {
        let hedge = self.hedge.map(|hedge| match hedge {
            Hedge::Off => "no hedge".to_owned(),
            Hedge::Slo { target_us } => format!("target {}", shown(target_us)),
            Hedge::Quantile => "hedge by quantile".to_owned(),
            Hedge::Fixed { delay_us } => format!("hedge at {}", shown(delay_us)),
        });
        let parts = [
            hedge,
            self.hedge_limit.map(|limit| format!("{limit} hedges")),
            self.budget_ratio.map(|ratio| format!("budget {ratio}")),
            self.n.map(|n| format!("n {n}")),
            self.attempt_us.map(|us| format!("attempt {}", shown(us))),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "defaults".to_owned() } else { parts.join(", ") }
    }
}

/// Reads a document as a client would.
pub(super) fn verified(document: &Value) -> Result<Config, ConfigError> {
    let read: Document = serde_json::from_value(document.clone())
        .map_err(|error| ConfigError::new("config", error.to_string(), "a configuration document"))?;
    Config::from_document(&read)
}

/// A time in the unit that fits it.
fn shown(us: u64) -> String {
    if us.is_multiple_of(1000) { format!("{}ms", us / 1000) } else { format!("{us}us") }
}
