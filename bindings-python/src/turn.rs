//! What one input led to, as tuples of numbers.
//!
//! A turn is the time to wake and then the records of actions, oldest first, each eight numbers as the core's flat
//! form has them. It is drained under the lock and shown after it, because whatever makes an object of Python may run
//! other code of Python.

use hedgerow::Client;
use hedgerow::client::action::Outcome;
use hedgerow::wire::packed::{OUTCOME, of_slot};
use hedgerow::wire::{Code, RECORD};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::S;

/// Records that a turn holds beside the heap: the most that an input leads to in nearly every call.
const FEW: usize = 2;

/// The actions of one input and when to wake.
#[derive(Debug)]
pub(crate) struct Turn {
    few: [f64; FEW * RECORD],
    count: usize,
    more: Vec<f64>,
    pub(crate) wake: f64,
}

impl Turn {
    /// Takes every waiting action.
    pub(crate) fn take(client: &mut Client) -> Self {
        let mut few = [0.0; FEW * RECORD];
        let mut more = Vec::new();
        let count = client.poll_actions(&mut few, S);
        if count == FEW {
            let mut next = [0.0; RECORD];
            while client.poll_actions(&mut next, S) == 1 {
                more.extend(next);
            }
        }
        Self { few, count, more, wake: client.poll_deadline(S) }
    }

    /// Whether all that happened is that this attempt's answer became its call's.
    pub(crate) fn is_answer_of(&self, attempt: i64) -> bool {
        let [code, _, _, of, _, _, _, packed, ..] = self.few;
        let ok = OUTCOME.of(of_slot(packed)) == Outcome::Ok as u32;
        self.count == 1 && code as i64 == i64::from(Code::Complete.number()) && of as i64 == attempt && ok
    }

    /// The wake-up and the records.
    pub(crate) fn show<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let wake = self.wake.into_pyobject(py)?.into_any();
        let few = &self.few[..self.count * RECORD];
        if few.len() == RECORD {
            return PyTuple::new(py, [wake, record(py, few)?.into_any()]);
        }
        let mut all = vec![wake];
        for each in few.chunks_exact(RECORD).chain(self.more.chunks_exact(RECORD)) {
            all.push(record(py, each)?.into_any());
        }
        PyTuple::new(py, all)
    }
}

/// One record: whole numbers where the flat form has codes and ids, floats where it has times.
pub(crate) fn record<'py>(py: Python<'py>, numbers: &[f64]) -> PyResult<Bound<'py, PyTuple>> {
    let &[code, cookie, call, attempt, endpoint, time, argument, packed] = numbers else {
        return Ok(PyTuple::empty(py));
    };
    let whole = |number: f64| number as i64;
    let ids = (whole(code), whole(cookie), whole(call), whole(attempt), whole(endpoint));
    (ids.0, ids.1, ids.2, ids.3, ids.4, time, argument, whole(packed)).into_pyobject(py)
}
