//! What the configuration allows, as the checks read it.

use hedgerow::config::Idempotency;
use hedgerow::retry::pushback::PushbackMode;
use hedgerow::signal::merge::{Effective, Signals};
use hedgerow::{BudgetSettings, Config};

use crate::world::spec::Operation;

/// A token in what budgets count in.
pub(super) const TOKEN: u64 = 1_000_000;

/// Bounds of one operation's class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) idempotency: Idempotency,
    pub(super) attempts: u32,
    pub(super) hedges: u32,
    pub(super) resend: bool,
    pub(super) hears: bool,
    /// The core's number of the operation.
    number: u32,
    configured: Effective,
}

impl Bounds {
    pub(super) fn of(operation: &Operation, config: &Config) -> Self {
        let number = config.operations.iter().position(|known| known.name == operation.name);
        let number = number.map_or(0, |at| at as u32 + 1);
        let class = config.class(0, number);
        Self {
            idempotency: operation.idempotency,
            attempts: u32::from(class.retry.max_attempts),
            hedges: u32::from(class.hedge.max),
            resend: class.retry.resend_not_sent,
            hears: class.retry.pushback.mode != PushbackMode::Ignore,
            number,
            configured: Effective {
                target: class.objective.target,
                max: class.objective.max,
                calls: class.limits.calls,
                hedges: class.limits.hedges,
            },
        }
    }

    /// What is in force with what servers said.
    pub(super) fn effective(&self, signals: &Signals) -> Effective {
        signals.effective(0, self.number, self.configured)
    }
}

/// The bound of a budget of ratios; other budgets have bounds of other kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) window_us: u64,
    ratio: u64,
    floor: u64,
    pub(super) burst: u64,
}

impl Budget {
    pub(super) fn of(config: &Config) -> Option<Self> {
        match config.budget.settings {
            BudgetSettings::Ratio { ratio, cap, window, min_rate, .. } => {
                Some(Self { window_us: window.as_micros(), ratio, floor: min_rate, burst: cap })
            }
            _ => None,
        }
    }

    /// What one window with so many first attempts may spend.
    pub(super) const fn allowed(&self, firsts: u64) -> u64 {
        firsts * self.ratio + self.window_us.div_ceil(1_000_000) * self.floor + self.burst
    }
}

/// Whether a server's hint is a floor under every delay.
pub(super) fn has_floor(config: &Config) -> bool {
    config.class(0, 0).retry.pushback.mode == PushbackMode::Floor
}
