//! What a server tells with its answer: left by the callback, handed in when its attempt has answered.

use hedgerow::client::action::Response;
use std::sync::{Arc, Mutex, PoisonError};

/// What was told of one attempt, shared by its callback and its task.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told(Arc<Mutex<Response>>);

impl Told {
    /// What is told last counts.
    pub(crate) fn put(&self, response: Response) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = response;
    }

    /// What was told; nothing, when the callback did not say.
    pub(crate) fn response(&self) -> Response {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
