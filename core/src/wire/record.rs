//! Records of actions and notes.

use super::packed::{CAUSE, CLASS, KIND, ORDINAL, OUTCOME, PRIORITY, REASON, TOKEN, to_slot};
use super::units::{Units, float, whole};
use super::{NOT_GIVEN, RECORD};
use crate::client::action::{Action, Note};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::timer::pause::Cause;

/// What slot 0 of a record says it is; append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Transmit the call once.
    Send = 1,
    /// Stop an attempt.
    Cancel = 2,
    /// Give the caller the result.
    Complete = 3,
    /// A start of a batch was refused.
    Reject = 4,
    /// Fetch a namespace's signals.
    Handshake = 5,
    /// A decision without an action; only where notes are asked for.
    Note = 6,
    /// A call starts.
    Start = 64,
    /// An attempt answered.
    Response = 65,
    /// An attempt failed.
    Failure = 66,
    /// An attempt ended without an answer, as asked.
    Cancelled = 67,
    /// The caller gives a call up.
    GiveUp = 68,
    /// The host's timer fired.
    Timeout = 69,
}

impl Code {
    /// Every code, ascending.
    pub const ALL: [Self; 12] = [
        Self::Send,
        Self::Cancel,
        Self::Complete,
        Self::Reject,
        Self::Handshake,
        Self::Note,
        Self::Start,
        Self::Response,
        Self::Failure,
        Self::Cancelled,
        Self::GiveUp,
        Self::Timeout,
    ];

    /// The number in slot 0.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The number as its slot holds it.
    pub const fn as_float(self) -> f64 {
        float(self as u64)
    }

    /// The code of a number; `None` for a number that is none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// What a record says it is; `None` when it says nothing known.
    pub fn of(record: &[f64; RECORD]) -> Option<Self> {
        let [code, ..] = *record;
        Self::from_number(u8::try_from(whole(code)?).ok()?)
    }
}

/// A record of this code that tells nothing yet.
const fn blank(code: Code) -> [f64; RECORD] {
    [code.as_float(), NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, 0.0, 0.0, 0.0]
}

/// The packed number of a reason, the ordinal and further parts.
fn packed(reason: Reason, ordinal: u8, more: u32) -> f64 {
    to_slot(REASON.put(reason.code().into()) | ORDINAL.put(ordinal.into()) | more)
}

fn call(id: CallId) -> f64 {
    float(id.number())
}

fn attempt(id: AttemptId) -> f64 {
    float(id.number())
}

fn endpoint(id: EndpointId) -> f64 {
    float(id.number())
}

/// The flat form of an action.
pub(super) fn of_action(action: &Action, units: Units) -> [f64; RECORD] {
    match *action {
        Action::Send { .. } => of_send(action, units),
        Action::Complete { .. } => of_completion(action, units),
        Action::Cancel { call: of, attempt: which, endpoint: at, reason, cookie } => {
            let [code, _, _, _, _, time, arg, _] = blank(Code::Cancel);
            let why = packed(reason, 0, 0);
            [code, float(cookie), call(of), attempt(which), endpoint(at), time, arg, why]
        }
        Action::Reject { cookie, reason } => {
            let [code, _, call, attempt, endpoint, time, arg, _] = blank(Code::Reject);
            [code, float(cookie), call, attempt, endpoint, time, arg, packed(reason, 0, 0)]
        }
        Action::Handshake { namespace, reason } => {
            let [code, cookie, call, attempt, _, time, arg, _] = blank(Code::Handshake);
            let number = float(u64::from(namespace.0));
            [code, cookie, call, attempt, number, time, arg, packed(reason, 0, 0)]
        }
    }
}

fn of_send(action: &Action, units: Units) -> [f64; RECORD] {
    let Action::Send { call: of, attempt: which, endpoint: at, kind, reason, ordinal, token, .. } = *action
    else {
        return blank(Code::Send);
    };
    let Action::Send { remaining, deadline, priority, cookie, .. } = *action else {
        return blank(Code::Send);
    };
    let detail =
        KIND.put(kind as u32) | PRIORITY.put(priority.code().into()) | TOKEN.put(token.is_some().into());
    [
        Code::Send.as_float(),
        float(cookie),
        call(of),
        attempt(which),
        endpoint(at),
        units.tell(deadline.as_micros()),
        units.tell_span(remaining),
        packed(reason, ordinal, detail),
    ]
}

fn of_completion(action: &Action, units: Units) -> [f64; RECORD] {
    let Action::Complete { call: of, cookie, outcome, reason, class, attempt: which, attempts, .. } = *action
    else {
        return blank(Code::Complete);
    };
    let Action::Complete { wall, lost, cause, .. } = *action else {
        return blank(Code::Complete);
    };
    let cause = match cause {
        None => 0,
        Some(Cause::Server) => 1,
        Some(Cause::ClientPause) => 2,
    };
    let class = class.map_or(0, FailureClass::code);
    let detail = OUTCOME.put(outcome as u32) | CLASS.put(class.into()) | CAUSE.put(cause);
    [
        Code::Complete.as_float(),
        float(cookie),
        call(of),
        which.map_or(NOT_GIVEN, attempt),
        NOT_GIVEN,
        units.tell_span(wall),
        units.tell_span(lost),
        packed(reason, attempts, detail),
    ]
}

/// The flat form of a note. Its value is in the host's unit when it is a due time, else a number.
pub(super) fn of_note(note: &Note, units: Units) -> [f64; RECORD] {
    let [code, cookie, _, _, _, _, arg, _] = blank(Code::Note);
    [
        code,
        cookie,
        note.call.map_or(NOT_GIVEN, call),
        note.attempt.map_or(NOT_GIVEN, attempt),
        note.endpoint.map_or(NOT_GIVEN, endpoint),
        if note.tells_a_time() { units.tell(note.value) } else { float(note.value) },
        arg,
        packed(note.reason, 0, 0),
    ]
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "records are compared number by number, as a host reads them")]
mod tests {
    use super::*;
    use crate::client::action::{AttemptKind, Namespace, Outcome};
    use crate::config::Priority;
    use crate::time::{Duration, Instant};
    use crate::token::Token;

    const CALL: CallId = CallId::from_number((1 << 24) + 1);
    const ATTEMPT: AttemptId = AttemptId::from_number((1 << 24) + 2);
    const ENDPOINT: EndpointId = EndpointId::from_number((1 << 24) + 3);

    #[test]
    fn a_record_has_sixty_four_bytes() {
        assert_eq!(size_of::<[f64; RECORD]>(), 64);
    }

    #[test]
    fn codes_come_back_and_keep_inputs_from_64() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
        assert!(Code::ALL.iter().all(|&code| Code::from_number(code.number()) == Some(code)));
        assert_eq!((Code::Note.number(), Code::Start.number(), Code::Timeout.number()), (6, 64, 69));
        assert_eq!(Code::from_number(7), None);
    }

    #[test]
    fn a_send_packs_reason_ordinal_kind_priority_and_token() {
        let action = Action::Send {
            call: CALL,
            attempt: ATTEMPT,
            endpoint: ENDPOINT,
            kind: AttemptKind::Hedge,
            reason: Reason::HedgeDue,
            ordinal: 2,
            token: Some(Token { t: 5, nonce: 6 }),
            remaining: Duration::from_micros(1500),
            deadline: Instant::from_micros(2500),
            priority: Priority::BestEffort,
            cookie: 77,
        };
        let id = |low: u32| f64::from((1 << 24) + low);
        let packed = f64::from(31 + (2 << 16)) + f64::from((1_u32 + 8 + 16) << 24);
        let record = [1.0, 77.0, id(1), id(2), id(3), 2.5, 1.5, packed];
        assert_eq!(of_action(&action, Units::Millis), record);
        assert_eq!(of_action(&action, Units::Micros)[5..7], [2500.0, 1500.0]);
    }

    #[test]
    fn a_completion_packs_outcome_class_and_cause() {
        let action = Action::Complete {
            call: CALL,
            cookie: 0,
            outcome: Outcome::Failed,
            reason: Reason::CallTimeout,
            class: Some(FailureClass::Timeout),
            attempt: None,
            attempts: 3,
            wall: Duration::from_micros(1_025_000),
            live: Duration::from_micros(625_000),
            lost: Duration::from_micros(400_000),
            cause: Some(Cause::ClientPause),
        };
        let packed = f64::from(82 + (3 << 16)) + f64::from((1_u32 + 12 + 64) << 24);
        let call = f64::from((1 << 24) + 1);
        assert_eq!(of_action(&action, Units::Seconds), [3.0, 0.0, call, -1.0, -1.0, 1.025, 0.4, packed]);
    }

    #[test]
    fn a_cancel_a_refusal_and_a_handshake_fill_only_their_slots() {
        let id = |low: u32| f64::from((1 << 24) + low);
        let cancel = Action::Cancel {
            call: CALL,
            attempt: ATTEMPT,
            endpoint: ENDPOINT,
            reason: Reason::LostRace,
            cookie: 9,
        };
        let (units, none) = (Units::Millis, -1.0);
        assert_eq!(of_action(&cancel, units), [2.0, 9.0, id(1), id(2), id(3), 0.0, 0.0, 100.0]);
        let reject = Action::Reject { cookie: 9, reason: Reason::CallLimit };
        assert_eq!(of_action(&reject, units), [4.0, 9.0, none, none, none, 0.0, 0.0, 17.0]);
        let ask = Action::Handshake { namespace: Namespace(4), reason: Reason::HandshakeStart };
        assert_eq!(of_action(&ask, units), [5.0, none, none, none, 4.0, 0.0, 0.0, 150.0]);
    }

    #[test]
    fn a_note_tells_a_due_time_in_the_unit_and_a_count_as_it_is() {
        let note = |reason, value| Note {
            at: Instant::ZERO,
            reason,
            call: Some(CALL),
            attempt: None,
            endpoint: None,
            value,
        };
        let call = f64::from((1 << 24) + 1);
        let due = note(Reason::RetryScheduled, 2500);
        assert_eq!(of_note(&due, Units::Millis), [6.0, -1.0, call, -1.0, -1.0, 2.5, 0.0, 68.0]);
        assert_eq!(of_note(&note(Reason::SignalClamped, 3), Units::Millis)[5..], [3.0, 0.0, 143.0]);
    }
}
