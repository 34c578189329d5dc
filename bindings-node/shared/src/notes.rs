//! Notes: decisions without an action, for workers that listen.
//!
//! A note of a call goes to the call's owner, any other to the first worker that listens. Who does not listen is told
//! nothing. As in the machine, what nobody fetches is bounded, and the oldest go first.

use hedgerow::CallId;
use hedgerow::wire::slot::CALL;
use hedgerow::wire::{RECORD, float, id};

use crate::cookie;
use crate::state::{Record, State};

/// Notes that wait for one worker.
const MOST: usize = 4096;

impl State {
    /// Gives the machine's notes to those whom they concern; calls that a note is about may be over in the same turn, and
    /// are then this worker's.
    pub(crate) fn sort_notes(&mut self, me: usize) {
        let Some(first) = self.listener() else { return };
        let mut record: Record = [0.0; RECORD];
        while self.client.poll_notes(&mut record, self.units) == 1 {
            let owner = if record[CALL] < 0.0 { first } else { self.owner_of(record[CALL], me) };
            let Some(member) = self.member(owner).filter(|member| member.listens) else { continue };
            if member.notes.len() == MOST {
                member.notes.pop_front();
            }
            member.notes.push_back(record);
        }
    }

    pub(crate) fn take_notes(&mut self, me: usize, buffer: &mut [f64]) -> usize {
        let Some(member) = self.member(me) else { return 0 };
        let mut written = 0;
        for place in buffer.as_chunks_mut::<RECORD>().0 {
            let Some(note) = member.notes.pop_front() else { break };
            *place = note;
            written += 1;
        }
        written
    }

    fn owner_of(&self, call: f64, me: usize) -> usize {
        let found = self.client.cookie_of(CallId::from_number(id(call)));
        found.and_then(|cookie| cookie::inner(float(cookie))).map_or(me, |(owner, _)| owner)
    }
}
