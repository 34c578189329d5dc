//! Arms of the experiments on choosing: the `balance` fields that each name stands for.

use super::InputError;
use hedgerow::{BalancePolicy, BalanceSettings, Weights};

/// What an arm asks of a farm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arm {
    pub(super) balance: BalanceSettings,
    /// Zones are regions that are never left.
    pub(super) regions: bool,
}

/// Weighted choice of `n`, with `weight` for another zone and 1 for everything else.
pub(super) fn weighted(n: u8, weight: u32) -> BalanceSettings {
    let weights = Weights { other_zone: weight, non_replica: 1, starting: 1, unhealthy: 1, other_region: 1 };
    BalanceSettings { n, weights, ..BalanceSettings::default() }
}

/// The least in flight of `d` drawn servers; one drawn server is a random one.
pub(super) fn shortest_of(d: u8, replacement: bool) -> BalanceSettings {
    let policy = if d <= 1 { BalancePolicy::Random } else { BalancePolicy::LeastRequest };
    BalanceSettings { policy, n: 1, choices: d.max(1), replacement, ..BalanceSettings::default() }
}

/// The arm of this name.
pub(super) fn arm(name: &str) -> Result<Arm, InputError> {
    let policy = |policy| BalanceSettings { policy, n: 1, ..BalanceSettings::default() };
    let balance = match name {
        "jsq" | "strict_zone_jsq" => weighted(64, 1),
        "two_distinct" | "p2c" => shortest_of(2, false),
        "two_with_replacement" => shortest_of(2, true),
        "round_robin" => policy(BalancePolicy::RoundRobin),
        "random" => policy(BalancePolicy::Random),
        _ => {
            let (n, weight) = parameters(name).ok_or_else(|| unknown(name))?;
            weighted(n, weight)
        }
    };
    Ok(Arm { balance, regions: name == "strict_zone_jsq" })
}

/// `weighted_n8_w4`: candidates 1 to 64, weight 1 to 4096.
fn parameters(name: &str) -> Option<(u8, u32)> {
    let (n, weight) = name.strip_prefix("weighted_n")?.split_once("_w")?;
    let (n, weight) = (n.parse().ok()?, weight.parse().ok()?);
    ((1..=64).contains(&n) && (1..=4096).contains(&weight)).then_some((n, weight))
}

fn unknown(name: &str) -> InputError {
    InputError(format!(
        "arm: {name:?}, want weighted_n<1 to 64>_w<1 to 4096>, jsq, strict_zone_jsq, two_distinct (or p2c), \
         two_with_replacement, round_robin, random or mgk"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_settings() {
        assert_eq!(arm("weighted_n8_w4").unwrap().balance.weights.other_zone, 4);
        assert_eq!(arm("p2c").unwrap(), arm("two_distinct").unwrap());
        assert!(arm("strict_zone_jsq").unwrap().regions && !arm("jsq").unwrap().regions);
        for name in ["weighted_n0_w4", "weighted_n65_w1", "weighted_n8", "best"] {
            assert!(arm(name).unwrap_err().to_string().starts_with("arm: "), "{name}");
        }
    }
}
