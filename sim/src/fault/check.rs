//! The ranges of faults; an error names path, value and range.
#![allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]

use hedgerow::ConfigError;

use super::{Fault, Kind, Target, When};
use crate::world::spec::{MOST_US, Spec, WHOLE_PPM, within};

/// The longest pause: one hour.
const LONGEST_PAUSE_US: u64 = 3_600_000_000;
/// The largest step of a wall clock: one day.
const LARGEST_STEP_US: i64 = 86_400_000_000;
/// The least factor of a slow server and of a storm: no change.
const FACTOR_ONE_PPM: u64 = 1_000_000;

impl Fault {
    /// Checks the fault at this place of a world's list.
    pub(crate) fn check(&self, index: usize, spec: &Spec) -> Result<(), ConfigError> {
        let path = |field: &str| format!("faults[{index}].{field}");
        self.check_kind(&path, spec)?;
        self.check_target(&path, spec)?;
        let longest = self.longest();
        match &self.when {
            When::Listed(list) => {
                for (at, &(from, to)) in list.iter().enumerate() {
                    within(&path(&format!("when[{at}].from_us")), from, 0, MOST_US)?;
                    let to_path = path(&format!("when[{at}].to_us"));
                    within(&to_path, to, from.saturating_add(1), from.saturating_add(longest))?;
                }
                if list.windows(2).any(|pair| pair[0].1 > pair[1].0) {
                    return Err(ConfigError::new(path("when"), "intervals that overlap", "ascending, apart"));
                }
                Ok(())
            }
            When::Random { .. } if matches!(self.kind, Kind::Deploy { .. }) => {
                Err(ConfigError::new(path("when"), "random", "a list of one interval for each deploy"))
            }
            When::Random { gap, length } => {
                for (name, model) in [("gap", gap), ("length", length)] {
                    let refused = |error: crate::sample::ModelError| {
                        ConfigError::new(path(&format!("when.{name}")), error.to_string(), "a model of times")
                    };
                    model.clone().checked().map_err(refused)?;
                }
                // Chance may go beyond; what is drawn is held within the range.
                let usual = length.at(0.5);
                within(&path("when.length"), usual, 1.0, longest as f64)
            }
        }
    }

    /// The longest that it may be on at a time, in µs.
    pub(crate) const fn longest(&self) -> u64 {
        match self.kind {
            Kind::ServerPause | Kind::ClientPause { .. } => LONGEST_PAUSE_US,
            _ => MOST_US,
        }
    }

    fn check_kind(&self, path: &impl Fn(&str) -> String, spec: &Spec) -> Result<(), ConfigError> {
        match &self.kind {
            Kind::PacketLoss { ppm, rto_us } => {
                within(&path("p_ppm"), *ppm, 0, WHOLE_PPM / 2)?;
                within(&path("rto_us"), *rto_us, 1, LONGEST_PAUSE_US)
            }
            Kind::ClockStep { step_us, .. } => {
                within(&path("step_us"), *step_us, -LARGEST_STEP_US, LARGEST_STEP_US)
            }
            Kind::Slow { factor_ppm } => {
                within(&path("factor_ppm"), *factor_ppm, FACTOR_ONE_PPM, 1000 * FACTOR_ONE_PPM)
            }
            Kind::FastFailure { share_ppm, after_us } => {
                within(&path("share_ppm"), *share_ppm, 0, WHOLE_PPM)?;
                within(&path("after_us"), *after_us, 0, LONGEST_PAUSE_US)
            }
            Kind::RejectStorm { limit_ppm } => within(&path("limit_ppm"), *limit_ppm, 0, WHOLE_PPM),
            Kind::RetryStorm { factor_ppm, ramp_us, cohort_ppm } => {
                within(&path("factor_ppm"), *factor_ppm, FACTOR_ONE_PPM, 100 * FACTOR_ONE_PPM)?;
                within(&path("ramp_us"), *ramp_us, 0, MOST_US)?;
                within(&path("cohort_ppm"), *cohort_ppm, 0, WHOLE_PPM)
            }
            Kind::Deploy { each_us } => within(&path("each_us"), *each_us, 1, MOST_US),
            Kind::Partition { clients, servers } => {
                let known = |list: &[u32], most: u32, field: &str| {
                    list.iter()
                        .try_for_each(|one| within(&path(field), u64::from(*one) + 1, 1, u64::from(most)))
                };
                known(clients, spec.clients, "clients")?;
                known(servers, spec.servers, "servers")
            }
            Kind::Duplicate { ppm } | Kind::Reorder { ppm } => within(&path("p_ppm"), *ppm, 0, WHOLE_PPM),
            Kind::ServerPause | Kind::ClientPause { .. } | Kind::Stall | Kind::Crash => Ok(()),
        }
    }

    fn check_target(&self, path: &impl Fn(&str) -> String, spec: &Spec) -> Result<(), ConfigError> {
        let fits = match self.kind {
            Kind::ServerPause
            | Kind::Slow { .. }
            | Kind::FastFailure { .. }
            | Kind::RejectStorm { .. }
            | Kind::Stall
            | Kind::Crash => matches!(self.target, Target::Server(_) | Target::Zone(_) | Target::EachServer),
            Kind::ClientPause { .. } | Kind::ClockStep { .. } => {
                matches!(self.target, Target::Client(_) | Target::EachClient)
            }
            _ => self.target == Target::World,
        };
        if !fits {
            let range = "a target of the fault's kind: servers, clients, or the world";
            return Err(ConfigError::new(path("target"), format!("{:?}", self.target), range));
        }
        let below = |value: u32, count: u32| {
            let (value, count) = (u64::from(value), u64::from(count));
            if value < count {
                Ok(())
            } else {
                Err(ConfigError::new(path("target"), value.to_string(), format!("below {count}")))
            }
        };
        match self.target {
            Target::Server(server) => below(server, spec.servers),
            Target::Zone(zone) => below(zone, spec.zones),
            Target::Client(client) => below(client, spec.clients),
            Target::World | Target::EachServer | Target::EachClient => Ok(()),
        }
    }
}
