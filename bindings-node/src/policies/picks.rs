//! Picks through a buffer of the caller's: the picker's own is out of reach of JavaScript.

use napi::Env;
use napi::bindgen_prelude::Float64ArraySlice;

use super::balance::Picker;
use crate::guard::guarded;
use crate::handles;

/// Picks, with so many replica ids at the head of the buffer; writes lines of four floats there and answers how many.
#[napi_derive::napi(js_name = "Picker#pick*")]
pub fn picker_pick_into(
    env: Env,
    handle: u32,
    mut buffer: Float64ArraySlice<'_>,
    replicas: u32,
    at: f64,
) -> napi::Result<u32> {
    guarded(env, || {
        handles::with::<Picker, _>(handle, |picker| {
            // SAFETY: nothing of JavaScript runs while the slice is held.
            let buffer = unsafe { buffer.as_mut() };
            copy(buffer, picker.lines());
            let count = picker.pick(replicas as usize, at);
            copy(picker.lines(), buffer);
            Ok(count as u32)
        })
    })
}

fn copy(from: &[f64], to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
