//! Outcomes: what the end of an attempt means for the call, whatever the protocol was.
//!
//! The classes are ours; they separate what the policies must treat differently: whether the work may have been
//! done, whether the endpoint or the service refused, and whether asking again can help. The HTTP and gRPC tables that
//! fill them stand in [`http`](super::http) and [`grpc`](super::grpc); here is what needs no status at all.

/// Why an attempt failed; the code is stable, 0 is kept for success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FailureClass {
    /// A definite negative answer; never retried.
    Fatal = 1,
    /// The outcome is unknown.
    Transient = 2,
    /// The attempt's own time was over.
    Timeout = 3,
    /// Nothing reached the server, so even an operation that must not run twice may be sent again.
    NotSent = 4,
    /// This endpoint refused before it did any work; another one may accept.
    Overloaded = 5,
    /// The service refused; retried only when it said after which time.
    Refused = 6,
}

impl FailureClass {
    /// Every class, ascending by code.
    pub const ALL: [Self; 6] =
        [Self::Fatal, Self::Transient, Self::Timeout, Self::NotSent, Self::Overloaded, Self::Refused];

    /// The class with this code; `None` for 0 (success) and for codes that do not exist.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    /// The stable number, 1 to 6.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The stable short name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Transient => "transient",
            Self::Timeout => "timeout",
            Self::NotSent => "not_sent",
            Self::Overloaded => "overloaded",
            Self::Refused => "refused",
        }
    }
}

/// How an attempt ended, as a host reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// With an answer.
    Success,
    /// With a failure of this class.
    Failed(FailureClass),
    /// By the caller's or the host's own abort; says nothing about the server.
    Cancelled,
}

impl Ended {
    /// The stable short name: `success`, `cancelled` or that of the failure class.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed(class) => class.slug(),
            Self::Cancelled => "cancelled",
        }
    }

    /// The failure class, if it failed.
    pub const fn class(self) -> Option<FailureClass> {
        match self {
            Self::Failed(class) => Some(class),
            Self::Success | Self::Cancelled => None,
        }
    }
}

/// A failure that came without a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The connection was refused.
    ConnectRefused,
    /// The name did not resolve.
    NameResolution,
    /// The TLS handshake failed before the first byte of the request.
    TlsBeforeRequest,
    /// The stream was refused unprocessed: HTTP/2 `REFUSED_STREAM`, or `GOAWAY` with a last stream below this one.
    StreamRefused,
    /// The connection was reset, or ended, after something was sent.
    ResetAfterSend,
    /// The attempt's own timer ran out.
    AttemptTimer,
    /// The caller, or the host on its behalf, aborted.
    CallerAbort,
    /// Anything else: an error that carries no class.
    Other,
}

impl Fault {
    /// Every fault, in the order of the numbers by which bindings name them, from 0.
    pub const ALL: [Self; 8] = [
        Self::ConnectRefused,
        Self::NameResolution,
        Self::TlsBeforeRequest,
        Self::StreamRefused,
        Self::ResetAfterSend,
        Self::AttemptTimer,
        Self::CallerAbort,
        Self::Other,
    ];

    /// The fault of a number; one that is none is any other error.
    pub fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Other)
    }

    /// What it means for the call.
    ///
    /// ```
    /// use hedgerow::retry::outcome::Fault;
    /// assert_eq!(Fault::StreamRefused.ended().slug(), "not_sent");
    /// ```
    pub const fn ended(self) -> Ended {
        match self {
            Self::ConnectRefused | Self::NameResolution | Self::TlsBeforeRequest | Self::StreamRefused => {
                Ended::Failed(FailureClass::NotSent)
            }
            Self::ResetAfterSend | Self::Other => Ended::Failed(FailureClass::Transient),
            Self::AttemptTimer => Ended::Failed(FailureClass::Timeout),
            Self::CallerAbort => Ended::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_its_number_and_any_other_number_is_any_other_error() {
        for (number, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!((fault as usize, Fault::from_number(number as u8)), (number, fault));
        }
        assert_eq!([8, 255].map(Fault::from_number), [Fault::Other; 2]);
    }

    #[test]
    fn codes_run_from_one_to_six_and_come_back() {
        for (index, class) in FailureClass::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(class.code()), index + 1);
            assert_eq!(FailureClass::from_code(class.code()), Some(class));
        }
        assert_eq!(FailureClass::from_code(0), None);
        assert_eq!(FailureClass::from_code(7), None);
    }
}
