//! Clients by handle: made, found, forgotten.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr;

use hedgerow::wire::{BUFFER_RECORDS, RECORD, TAIL, Units};
use hedgerow::{Client, Config, Seed};
use spin::Mutex;

use super::region::{Failure, document, with_input};

/// The unit of the raw interface.
pub(super) const US: Units = Units::Micros;

/// Bytes of a seed.
const SEED: usize = 32;

/// A client and its record buffer.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) buffer: Vec<f64>,
}

impl Session {
    /// Drains into the buffer; the number of records.
    pub(super) fn turn(&mut self) -> usize {
        self.client.poll_turn(&mut self.buffer, US)
    }
}

/// The client of handle n at n − 1; a handle is never used twice, so that a stale one is known.
static SESSIONS: Mutex<Vec<Option<Box<Session>>>> = Mutex::new(Vec::new());

/// Does something with a client; what is answered instead when the handle is none.
pub(super) fn with<T>(handle: u32, otherwise: T, act: impl FnOnce(&mut Session) -> T) -> T {
    match slot(&mut SESSIONS.lock(), handle) {
        Some(Some(session)) => act(session),
        _ => otherwise,
    }
}

fn slot(sessions: &mut [Option<Box<Session>>], handle: u32) -> Option<&mut Option<Box<Session>>> {
    sessions.get_mut((handle as usize).checked_sub(1)?)
}

/// Builds a client from the JSON document at the start of the input and the 32 bytes of a seed behind it; its handle,
/// or 0 with the error in the output.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_client_new(config_length: usize, now: f64) -> u32 {
    match build(config_length, now) {
        Ok(session) => {
            let mut sessions = SESSIONS.lock();
            sessions.push(Some(Box::new(session)));
            sessions.len() as u32
        }
        Err(failure) => {
            failure.put();
            0
        }
    }
}

fn build(config_length: usize, now: f64) -> Result<Session, Failure> {
    let config = Config::from_document(&document(config_length)?)?;
    let seed = with_input(config_length.saturating_add(SEED), |bytes| {
        Seed::from_slice(bytes.get(config_length..).unwrap_or(&[]))
    });
    let seed = seed.map_err(|found| Failure::text("invalid_argument", &found.to_string()))?;
    let client = Client::new(config, &seed, US.now(now));
    Ok(Session { client, buffer: vec![0.0; BUFFER_RECORDS * RECORD + TAIL] })
}

/// Forgets a client; 1 if the handle was one.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_client_free(handle: u32) -> u32 {
    u32::from(slot(&mut SESSIONS.lock(), handle).is_some_and(|session| session.take().is_some()))
}

/// Where the record buffer of a client begins; 0 when the handle is none.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_records(handle: u32) -> *const f64 {
    with(handle, ptr::null(), |session| session.buffer.as_ptr())
}

/// Records that a buffer holds; two more floats follow them.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_record_capacity() -> usize {
    BUFFER_RECORDS
}
