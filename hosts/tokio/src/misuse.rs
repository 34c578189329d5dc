//! What goes wrong beside calls: a client that is not built, cannot be changed so, or is no more.

use hedgerow::config::ConfigError;
use std::{error::Error, fmt};

/// Why a client cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was closed, or the runtime that drove it ended.
    Closed,
    /// The core panicked, so its state means nothing; a defect worth a report.
    Poisoned,
}

impl Stopped {
    /// The stable short name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Poisoned => "poisoned",
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Closed => "the client is closed",
            Self::Poisoned => "the client broke and must be rebuilt",
        })
    }
}

impl Error for Stopped {}

/// Why a client was not built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The endpoints break a rule of the configuration.
    Config(ConfigError),
    /// No seed was given and the system's secure source failed.
    Seed(getrandom::Error),
    /// There is no tokio runtime here to run the driver on.
    NoRuntime,
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(formatter),
            Self::Seed(error) => write!(formatter, "no seed: {error}"),
            Self::NoRuntime => formatter.write_str("build the client inside a tokio runtime"),
        }
    }
}

impl Error for BuildError {}

impl From<ConfigError> for BuildError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// Why a request about the client itself was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// It breaks a rule: path, value, range.
    Config(ConfigError),
    /// The client cannot be used any more.
    Stopped(Stopped),
}

impl fmt::Display for ClientError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(formatter),
            Self::Stopped(stopped) => stopped.fmt(formatter),
        }
    }
}

impl Error for ClientError {}

impl From<ConfigError> for ClientError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<Stopped> for ClientError {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}
