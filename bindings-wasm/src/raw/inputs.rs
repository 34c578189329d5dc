//! What a host hands in. Each hot input drains into the record buffer before it returns.

use hedgerow::client::action::{Namespace, Operation, StallReport};
use hedgerow::token::Token;
use hedgerow::token::text::TokenText;
use hedgerow::wire::{RECORD, first_records, float, input, told_start};
use hedgerow::{Stream, StreamKind, config};

use super::NONE;
use super::client::{US, with};
use super::region::{Failure, document, put, with_input, with_text};

/// Starts a call with the replica ids at the head of the buffer: its id, the negative code of a denial, or NaN when the
/// handle or an argument is none.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_start(
    handle: u32,
    cookie: f64,
    namespace: f64,
    operation: f64,
    replicas: usize,
    deadline: f64,
    wall: f64,
    packed: f64,
    now: f64,
) -> f64 {
    let record = input::start(cookie, namespace, operation, deadline, wall, packed);
    start_with(handle, &record, replicas, None, now)
}

/// Starts a call as [`hedgerow_start`] does, with the token whose text is in the input.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_start_with_token(
    handle: u32,
    token_length: usize,
    cookie: f64,
    namespace: f64,
    operation: f64,
    replicas: usize,
    deadline: f64,
    wall: f64,
    packed: f64,
    now: f64,
) -> f64 {
    let record = input::start(cookie, namespace, operation, deadline, wall, packed);
    match with_text(token_length, TokenText::parse) {
        Some(Ok(text)) => start_with(handle, &record, replicas, Some(text.token()), now),
        _ => f64::NAN,
    }
}

/// An attempt answered; the number of records written.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_response(handle: u32, attempt: f64, now: f64) -> usize {
    push(handle, input::response(attempt), now)
}

/// An attempt failed; `packed` is the class + 256 if the server said never.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_failure(
    handle: u32,
    attempt: f64,
    packed: f64,
    retry_after: f64,
    max_retries: f64,
    now: f64,
) -> usize {
    push(handle, input::failure(attempt, retry_after, max_retries, packed), now)
}

/// An attempt is over and produced nothing.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_cancelled(handle: u32, attempt: f64, now: f64) -> usize {
    push(handle, input::cancelled(attempt), now)
}

/// The caller gives a call up.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_cancel(handle: u32, call: f64, now: f64) -> usize {
    push(handle, input::give_up(call), now)
}

/// The host's timer fired.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_timeout(handle: u32, now: f64) -> usize {
    push(handle, input::timeout(), now)
}

/// Takes `count` records of inputs from the buffer; how many it took, which is fewer when the next is none.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_push_events(handle: u32, count: usize, now: f64) -> usize {
    with(handle, 0, |session| {
        let taken = session.client.push_events(first_records(&session.buffer, count), US, US.now(now));
        session.turn();
        taken
    })
}

/// Applies the list of changes of the endpoints in the input; leaves the list of ids in the output and answers its
/// length, or −1 with the error there.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_topology(handle: u32, length: usize, now: f64) -> f64 {
    let changes = document(length).and_then(|list| Ok(config::topology(&list)?));
    with(handle, NONE, |session| {
        let answer = changes.and_then(|changes| Ok(session.client.handle_topology(&changes, US.now(now))?));
        session.turn();
        answer.map_or_else(failed, |ids| {
            let list = ids.iter().map(|id| config::Document::from(id.number())).collect();
            put(config::Document::List(list).to_json().into_bytes());
            float(ids.len() as u64)
        })
    })
}

/// Hands in the signal header in the input, of an answer to a request of this namespace and operation; the record's
/// version, or −1 when there is none to read.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_signal_header(
    handle: u32,
    length: usize,
    namespace: u32,
    operation: u32,
    now: f64,
) -> f64 {
    let (namespace, operation) = (Namespace(namespace), Operation(operation));
    let seen = with_text(length, |field| {
        with(handle, None, |session| {
            let seen = session.client.handle_signal_field(field, namespace, operation, US.now(now));
            session.turn();
            seen
        })
    });
    seen.flatten().map_or(NONE, float)
}

/// Hands in the record in the input for a class, for a namespace (operation −1) or for all (both −1); the number of
/// actions written, or −1 with the error in the output.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_signal(
    handle: u32,
    length: usize,
    namespace: i32,
    operation: i32,
    now: f64,
) -> f64 {
    let record = document(length).and_then(|record| Ok(config::record(&record)?));
    let namespace = u32::try_from(namespace).ok().map(Namespace);
    let operation = u32::try_from(operation).ok().map(Operation);
    match record {
        Ok(record) => with(handle, NONE, |session| {
            session.client.handle_signal(namespace, operation, &record, US.now(now));
            float(session.turn() as u64)
        }),
        Err(failure) => failed(failure),
    }
}

/// The client did not run from `from` to `to`.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_pause(handle: u32, from: f64, to: f64, now: f64) {
    stall(handle, StallReport::Paused { from: US.now(from), to: US.now(to) }, now);
}

/// Timers are throttled from now on.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_throttled(handle: u32, now: f64) {
    stall(handle, StallReport::Throttled, now);
}

/// The throttling has ended.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_resumed(handle: u32, now: f64) {
    stall(handle, StallReport::Resumed, now);
}

/// Forgets the stall debt.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_reset_stall(handle: u32, now: f64) {
    stall(handle, StallReport::Reset, now);
}

/// The machine slept, and its clock may have stood still: samples of a server's clock are dropped.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_suspended(handle: u32, now: f64) {
    stall(handle, StallReport::Suspended, now);
}

/// Takes a reading of a server's wall clock within a round trip; 1 if the three are times.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_clock(handle: u32, sent: f64, received: f64, server: f64, now: f64) -> u32 {
    let Some(sample) = US.clock_sample(sent, received, server) else { return 0 };
    with(handle, 0, |session| {
        session.client.handle_clock(sample, US.now(now));
        1
    })
}

/// Takes a lease of `count` timestamps from `from` on, good until `expires`; 1 if the three are such numbers.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_handle_lease(handle: u32, from: f64, count: f64, expires: f64, now: f64) -> u32 {
    let Some(lease) = US.lease(from, count, expires) else { return 0 };
    with(handle, 0, |session| {
        session.client.handle_lease(lease, US.now(now));
        1
    })
}

/// Denies later starts; with a deadline (−1 for none) what is undecided then ends.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_drain(handle: u32, deadline: f64, now: f64) -> usize {
    with(handle, 0, |session| {
        session.client.drain(US.deadline(deadline), US.now(now));
        session.turn()
    })
}

/// The number of the namespace named in the input, or −1 with the error in the output.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_namespace(handle: u32, length: usize) -> f64 {
    named(handle, length, |client, name| Ok(client.namespace(name)?.0))
}

/// The number of the operation named in the input, or −1 with the error in the output.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_operation(handle: u32, length: usize) -> f64 {
    named(handle, length, |client, name| Ok(client.operation(name)?.0))
}

/// Puts the fractions of 2^32 in the input (each four bytes, little-endian) in the place of the stream of this kind, for
/// tests; 1 if there is such a stream.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_script_fractions(handle: u32, kind: u32, count: usize) -> u32 {
    let fractions = with_input(count.saturating_mul(4), |bytes| {
        let (words, _) = bytes.as_chunks::<4>();
        words.iter().map(|word| u32::from_le_bytes(*word)).collect()
    });
    let kind = u16::try_from(kind).ok().and_then(StreamKind::from_number);
    with(handle, 0, |session| {
        let Some(kind) = kind else { return 0 };
        session.client.script(kind, Stream::from_fractions(fractions));
        1
    })
}

fn start_with(handle: u32, record: &[f64; RECORD], replicas: usize, token: Option<Token>, now: f64) -> f64 {
    with(handle, f64::NAN, |session| {
        let ids = session.buffer.get(..replicas).unwrap_or(&[]);
        let answer = session.client.start_record(record, ids, token, US, US.now(now));
        session.turn();
        told_start(answer)
    })
}

fn push(handle: u32, record: [f64; RECORD], now: f64) -> usize {
    with(handle, 0, |session| {
        session.client.push_events(&record, US, US.now(now));
        session.turn()
    })
}

fn stall(handle: u32, report: StallReport, now: f64) {
    with(handle, (), |session| session.client.handle_stall(report, US.now(now)));
}

fn named(
    handle: u32,
    length: usize,
    ask: impl FnOnce(&mut hedgerow::Client, &str) -> Result<u32, Failure>,
) -> f64 {
    let answer = with_text(length, |name| with(handle, None, |session| Some(ask(&mut session.client, name))));
    match answer.flatten() {
        Some(Ok(number)) => f64::from(number),
        Some(Err(failure)) => failed(failure),
        None => failed(Failure::text("invalid_argument", "no client of this handle, or no text")),
    }
}

fn failed(failure: Failure) -> f64 {
    failure.put();
    NONE
}
