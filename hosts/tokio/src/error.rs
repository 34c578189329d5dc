//! Errors: why a call has no result, with the last underlying error and the story of its attempts.

use crate::{attempt::Panic, misuse::Stopped, report::Report};
use hedgerow::{Reason, timer::pause::Cause};
use std::{error::Error, fmt, time::Duration};

/// What kind of end a failed call had; the table that every language's error classes follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller's deadline passed, before the call or during it.
    Deadline,
    /// The call's own time was over.
    Timeout,
    /// The namespace's call limit refused it.
    Limit,
    /// No endpoint was in reach.
    NoEndpoint,
    /// Admission refused it for another reason, or the client was shutting down.
    Refused,
    /// An attempt failed and no further one was allowed.
    Failed,
    /// The client was closed or broke.
    State,
}

/// Why a call failed.
///
/// The last underlying error is what matters to most callers: [`CallError::error`] and [`Error::source`] give it.
/// [`CallError::reason`] says why no further attempt was made, [`CallError::report`] tells the attempts.
pub struct CallError<E>(Box<Inner<E>>);

struct Inner<E> {
    why: Result<Reason, Stopped>,
    last: Option<Underlying<E>>,
    report: Report,
}

/// What the last failed attempt left.
#[derive(Debug)]
pub(crate) enum Underlying<E> {
    Error(E),
    Panic(Panic),
}

impl<E> CallError<E> {
    pub(crate) fn new(why: Result<Reason, Stopped>, last: Option<Underlying<E>>, report: Report) -> Self {
        Self(Box::new(Inner { why, last, report }))
    }

    /// The core's reason (number and slug); `None` when the client was closed or broke.
    pub fn reason(&self) -> Option<Reason> {
        self.0.why.ok()
    }

    /// The stable short name: the reason's slug, `closed` or `poisoned`.
    pub fn code(&self) -> &'static str {
        match self.0.why {
            Ok(reason) => reason.slug(),
            Err(stopped) => stopped.slug(),
        }
    }

    /// What kind of end it was.
    pub fn kind(&self) -> ErrorKind {
        match self.0.why {
            Err(_) => ErrorKind::State,
            Ok(Reason::DeadlinePassed | Reason::Deadline) => ErrorKind::Deadline,
            Ok(Reason::CallTimeout) => ErrorKind::Timeout,
            Ok(Reason::CallLimit) => ErrorKind::Limit,
            Ok(Reason::NoEndpoint) => ErrorKind::NoEndpoint,
            Ok(Reason::Shutdown) => ErrorKind::Refused,
            Ok(_) if self.0.report.call.is_none() => ErrorKind::Refused,
            Ok(_) => ErrorKind::Failed,
        }
    }

    /// The last underlying error, if an attempt failed with one.
    pub fn error(&self) -> Option<&E> {
        match &self.0.last {
            Some(Underlying::Error(error)) => Some(error),
            _ => None,
        }
    }

    /// The last underlying error, taken out.
    pub fn into_error(self) -> Option<E> {
        match self.0.last {
            Some(Underlying::Error(error)) => Some(error),
            _ => None,
        }
    }

    /// The callback's panic, when the last attempt ended with one.
    pub fn panic(&self) -> Option<&Panic> {
        match &self.0.last {
            Some(Underlying::Panic(panic)) => Some(panic),
            _ => None,
        }
    }

    /// The callback's panic, taken out to be resumed.
    pub fn into_panic(self) -> Option<Panic> {
        match self.0.last {
            Some(Underlying::Panic(panic)) => Some(panic),
            _ => None,
        }
    }

    /// The call's attempts and times.
    pub fn report(&self) -> &Report {
        &self.0.report
    }

    /// Whose fault a call timeout was: the server's, or a pause of this very process.
    pub fn cause(&self) -> Option<Cause> {
        self.0.report.cause
    }

    /// Time the call lost to pauses of this process.
    pub fn lost(&self) -> Duration {
        self.0.report.lost
    }
}

impl<E: fmt::Debug> fmt::Debug for CallError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallError")
            .field("code", &self.code())
            .field("last", &self.0.last)
            .field("report", &self.0.report)
            .finish()
    }
}

impl<E> fmt::Display for CallError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())?;
        match self.0.report.attempts.len() {
            0 => {}
            1 => formatter.write_str(" after 1 attempt")?,
            count => write!(formatter, " after {count} attempts")?,
        }
        if self.cause() == Some(Cause::ClientPause) {
            write!(formatter, ", client_pause: {:?} lost", self.lost())?;
        }
        match self.0.why {
            Ok(reason) => write!(formatter, ": {}", reason.text()),
            Err(stopped) => write!(formatter, ": {stopped}"),
        }
    }
}

impl<E: Error + 'static> Error for CallError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.last {
            Some(Underlying::Error(error)) => Some(error),
            Some(Underlying::Panic(panic)) => Some(panic),
            None => None,
        }
    }
}
