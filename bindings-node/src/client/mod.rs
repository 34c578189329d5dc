//! The client that worker threads share.
//!
//! `createShared` makes a machine and answers its number, which any thread of the process can `attach` to. Each attachment
//! is one worker: its calls are its own, everything else is everybody's. The thread that made the machine holds it until it
//! releases it or ends; beside that it lives as long as somebody is attached.
//!
//! A hot call takes the handle of an attachment, a buffer of the caller's and numbers, hands one input to the machine and
//! writes what it led to into the buffer, with the number of records and the time to wake in its last two places.

mod cold;
mod hot;
mod registry;

use std::cell::Cell;
use std::sync::Arc;

use hedgerow::wire::{BUFFER_RECORDS, RECORD, TAIL};
use hedgerow::{Client, Config};
use hedgerow_shared::{Gone, Shared, Worker};
use napi::Env;
use napi::bindgen_prelude::{Float64ArraySlice, Function, Uint8ArraySlice};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;

use crate::error::Fault;
use crate::guard::guarded;
use crate::handles::{self, Kept, Table};
use crate::policies::{MS, span};
use crate::value::JsValue;
use crate::{document, error};

/// One worker of a shared machine; dropped, it leaves.
#[derive(Debug)]
pub(crate) struct Attachment {
    shared: Arc<Shared>,
    worker: Worker,
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // Of a poisoned machine nothing is left to be freed.
        let _ = self.shared.detach(self.worker);
    }
}

impl Kept for Attachment {
    fn table<R>(act: impl FnOnce(&Table<Self>) -> R) -> R {
        thread_local! {
            static TABLE: Table<Attachment> = const { Table::new() };
        }
        TABLE.with(act)
    }
}

/// Makes a machine out of its document and 32 secret bytes; its number. With `notes`, decisions without an action are kept
/// for workers that listen.
#[napi_derive::napi]
pub fn create_shared(
    env: Env,
    config: JsValue,
    seed: Uint8ArraySlice<'_>,
    now: f64,
    notes: bool,
) -> napi::Result<u32> {
    guarded(env, || {
        let (config, seed) = (document::config(config)?, document::seed(&seed)?);
        let config = if notes { config.with_notes() } else { config };
        leave_with_thread(env)?;
        Ok(registry::add(Shared::new(config, &seed, MS, now)))
    })
}

/// Makes a machine that goes on from a snapshot, `elapsed` after it was taken; its number.
///
/// `seed` is 32 fresh secret bytes; `notes` as for `create_shared`.
#[napi_derive::napi]
pub fn restore_shared(
    env: Env,
    snapshot: JsValue,
    config: JsValue,
    seed: Uint8ArraySlice<'_>,
    elapsed: f64,
    now: f64,
    notes: bool,
) -> napi::Result<u32> {
    guarded(env, || {
        let shared = restored(snapshot, config, Some(&seed), elapsed, notes, now)?;
        leave_with_thread(env)?;
        Ok(registry::add(shared))
    })
}

/// Makes a client that nobody shares; its handle.
#[napi_derive::napi(js_name = "Client.new>Client")]
pub fn client_new(env: Env, config: JsValue, seed: Uint8ArraySlice<'_>, now: f64) -> napi::Result<u32> {
    guarded(env, || alone(env, document::config(config)?, &seed, now))
}

/// Makes a client as the constructor does, for a host with a listener: notes are kept.
#[napi_derive::napi(js_name = "Client.withNotes>Client")]
pub fn client_with_notes(
    env: Env,
    config: JsValue,
    seed: Uint8ArraySlice<'_>,
    now: f64,
) -> napi::Result<u32> {
    guarded(env, || alone(env, document::config(config)?.with_notes(), &seed, now))
}

/// Makes a client that goes on from a snapshot, `elapsed` after it was taken; hand in its endpoints next.
///
/// `seed` is 32 fresh secret bytes, from which nonces are drawn; without them nothing is minted. `notes` keeps them for a
/// listener.
#[napi_derive::napi(js_name = "Client.restore>Client")]
pub fn client_restore(
    env: Env,
    snapshot: JsValue,
    config: JsValue,
    seed: Option<Uint8ArraySlice<'_>>,
    elapsed: f64,
    notes: bool,
    now: f64,
) -> napi::Result<u32> {
    guarded(env, || hold(env, restored(snapshot, config, seed.as_deref(), elapsed, notes, now)?))
}

fn restored(
    snapshot: JsValue,
    config: JsValue,
    seed: Option<&[u8]>,
    elapsed: f64,
    notes: bool,
    now: f64,
) -> Result<Shared, Fault> {
    let config = document::config(config)?;
    let config = if notes { config.with_notes() } else { config };
    let seed = seed.map(document::seed).transpose()?;
    let (kept, now) = (document::read(snapshot)?, MS.now(now));
    let client = Client::restore(&kept, config, seed.as_ref(), span(elapsed), now);
    Ok(Shared::of(client.map_err(|found| error::config(&found))?, MS, now))
}

fn alone(env: Env, config: Config, seed: &[u8], now: f64) -> Result<u32, Fault> {
    hold(env, Shared::new(config, &document::seed(seed)?, MS, now))
}

fn hold(env: Env, shared: Shared) -> Result<u32, Fault> {
    leave_with_thread(env)?;
    let worker = shared.attach(true, Arc::new(|| {}))?;
    Ok(handles::keep(Attachment { shared: Arc::new(shared), worker }))
}

/// Lets go of a machine that this thread made; whether it held it.
#[napi_derive::napi]
pub fn release_shared(number: u32) -> bool {
    registry::release(number)
}

/// The configuration of a machine, as canonical JSON.
#[napi_derive::napi]
pub fn shared_config(env: Env, number: u32) -> napi::Result<String> {
    guarded(env, || Ok(find(number)?.read(|client| client.config().to_json())?))
}

/// How many records the buffer of an attachment holds, in floats.
#[napi_derive::napi]
pub fn record_capacity() -> u32 {
    (BUFFER_RECORDS * RECORD) as u32
}

/// Floats behind them: the number of records written, and when to wake.
#[napi_derive::napi]
pub fn record_tail() -> u32 {
    TAIL as u32
}

/// Attaches this thread as one more worker; the handle of the attachment. `wake` is called when something waits for it that
/// another worker led to.
#[napi_derive::napi]
pub fn attach(env: Env, number: u32, listens: bool, wake: Function<'_, (), ()>) -> napi::Result<u32> {
    guarded(env, || {
        let shared = find(number)?;
        // Weak: what keeps a thread alive is its timer, while a caller waits.
        let wake = wake.build_threadsafe_function::<()>().weak::<true>().build()?;
        let waker = Arc::new(move || {
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
        leave_with_thread(env)?;
        let worker = shared.attach(listens, waker)?;
        Ok(handles::keep(Attachment { shared, worker }))
    })
}

/// Detaches: calls of this worker are cancelled, their slots are free.
#[napi_derive::napi(js_name = "Client!free")]
pub fn detach(handle: u32) {
    handles::free::<Attachment>(handle);
}

/// Panics while it holds the lock of a machine.
#[cfg(feature = "panics")]
#[napi_derive::napi(js_name = "Client#panic")]
#[expect(clippy::panic, reason = "what the test is about")]
pub fn client_panic(env: Env, handle: u32) -> napi::Result<()> {
    with(env, handle, |found| Ok(found.shared.read(|_| panic!("a panic under the lock"))?))
}

/// At the end of this thread its attachments leave, and the machines that it made are released.
fn leave_with_thread(env: Env) -> Result<(), Fault> {
    thread_local! {
        static IS_SET: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_SET.replace(true) {
        env.add_env_cleanup_hook((), |()| {
            handles::clear::<Attachment>();
            registry::release_all();
        })?;
    }
    Ok(())
}

fn find(number: u32) -> Result<Arc<Shared>, Fault> {
    Ok(registry::find(number).ok_or_else(|| error::invalid("no shared state with this number"))?)
}

/// Does something with an attachment and a buffer.
fn turn<R>(
    env: Env,
    handle: u32,
    mut buffer: Float64ArraySlice<'_>,
    act: impl FnOnce(&Shared, Worker, &mut [f64]) -> Result<R, Gone>,
) -> napi::Result<R> {
    with(env, handle, |found| {
        // SAFETY: nothing of JavaScript runs while the slice is held.
        let buffer = unsafe { buffer.as_mut() };
        act(&found.shared, found.worker, buffer).map_err(Fault::from)
    })
}

/// Does something with an attachment.
fn with<R>(env: Env, handle: u32, act: impl FnOnce(&Attachment) -> Result<R, Fault>) -> napi::Result<R> {
    guarded(env, || handles::with::<Attachment, _>(handle, |found| act(found)))
}
