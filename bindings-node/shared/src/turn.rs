//! One turn: an input of one worker, and every action that it led to on its way to its owner.

use hedgerow::client::action::Wake;
use hedgerow::token::Token;
use hedgerow::wire::slot::{ATTEMPT, CALL, COOKIE, ENDPOINT};
use hedgerow::wire::{Code, RECORD, TAIL, first_records, float, id, told_start};
use hedgerow::{AttemptId, CallId, Instant, Reason};

use crate::cookie;
use crate::state::{Record, State};

impl State {
    pub(crate) fn start(
        &mut self,
        me: usize,
        record: &Record,
        replicas: &[f64],
        token: Option<Token>,
        now: Instant,
    ) -> f64 {
        if self.member(me).is_some_and(|member| member.drains) {
            return told_start(Some(Err(Reason::Draining)));
        }
        let Some(cookie) = cookie::outer(me, record[COOKIE]) else { return f64::NAN };
        let mut record = *record;
        record[COOKIE] = cookie;
        told_start(self.client.start_record(&record, replicas, token, self.units, now))
    }

    /// One record that is no start; whether it is an input.
    pub(crate) fn push(&mut self, me: usize, record: &Record, now: Instant) -> bool {
        // Asked before: the end of an attempt may be the end of its call.
        let attempt = AttemptId::from_number(id(record[ATTEMPT]));
        let call = self.client.call_of(attempt).unwrap_or_else(|| CallId::from_number(id(record[CALL])));
        let taken = self.client.push_events(record, self.units, now) == 1;
        self.note(me, call);
        self.end_at_deadline(me, now);
        taken
    }

    /// Records of inputs, each handed in alone: a start needs the worker's number in its cookie, the end of an attempt a look
    /// at its call.
    pub(crate) fn push_events(&mut self, me: usize, buffer: &[f64], count: usize, now: Instant) -> usize {
        let mut rest = first_records(buffer, count).as_chunks::<RECORD>().0.to_vec();
        let all = rest.len();
        let mut taken = 0;
        while let Some(record) = rest.get_mut(taken) {
            if Code::of(record) != Some(Code::Start) {
                let record = *record;
                if !self.push(me, &record, now) {
                    break;
                }
                taken += 1;
                continue;
            }
            let Some(cookie) = cookie::outer(me, record[COOKIE]) else { break };
            record[COOKIE] = cookie;
            let more = usize::try_from(id(record[ENDPOINT])).unwrap_or(all).div_ceil(RECORD);
            let last = taken.saturating_add(more).saturating_add(1).min(all);
            let whole = rest.get(taken..last).unwrap_or(&[]).as_flattened();
            let found = self.client.push_events(whole, self.units, now);
            if found == 0 {
                break;
            }
            taken += found;
        }
        taken
    }

    /// Fires what is due if something of this worker is, or something that belongs to no call. What is due of others is then
    /// fired with it.
    pub(crate) fn tick(&mut self, me: usize, now: Instant) {
        if self.next(me).is_some_and(|at| at <= now) {
            self.client.handle_timeout(now);
        }
        self.end_at_deadline(me, now);
    }

    /// Hands out what is waiting and writes the tail of the buffer: records written, and when to wake.
    pub(crate) fn finish_turn(&mut self, me: usize, buffer: &mut [f64]) -> usize {
        let Some((records, tail)) = buffer.split_last_chunk_mut::<TAIL>() else {
            let written = self.hand_out(me, &mut []);
            self.sort_notes(me);
            return written;
        };
        self.awake(me);
        let written = self.hand_out(me, records);
        self.sort_notes(me);
        let waiting = self.member(me).is_some_and(|member| !member.queue.is_empty());
        let at = if waiting { Some(self.now) } else { self.next(me) };
        *tail = [float(written as u64), at.map_or(f64::INFINITY, |at| self.units.tell(at.as_micros()))];
        written
    }

    /// Moves every waiting action to the worker that owns its call; answers how many went into the buffer.
    pub(crate) fn hand_out(&mut self, me: usize, buffer: &mut [f64]) -> usize {
        let (places, _) = buffer.as_chunks_mut::<RECORD>();
        let mut places = places.iter_mut();
        let mut written = 0;
        if let Some(member) = self.member(me) {
            while !member.queue.is_empty() {
                let Some(place) = places.next() else { break };
                *place = member.queue.pop_front().unwrap_or_default();
                written += 1;
            }
        }
        let mut record = [0.0; RECORD];
        while self.client.poll_actions(&mut record, self.units) == 1 {
            let Some(owner) = self.address(me, &mut record) else { continue };
            // What is older goes first, so nothing overtakes a queue.
            let may = owner == me && self.member(me).is_some_and(|member| member.queue.is_empty());
            match if may { places.next() } else { None } {
                Some(place) => {
                    *place = record;
                    written += 1;
                }
                None => self.put_aside(owner, me, record),
            }
        }
        self.shutting = false;
        written
    }

    /// Finds the owner of a record and gives it that worker's own cookie; `None` when its worker has left.
    fn address(&mut self, me: usize, record: &mut Record) -> Option<usize> {
        let Some((owner, own)) = cookie::inner(record[COOKIE]) else {
            return Some(self.listener().unwrap_or(me));
        };
        record[COOKIE] = own;
        if self.shutting && owner == me {
            Self::tell_shutdown(record);
        }
        if Code::of(record) == Some(Code::Send) {
            self.note(owner, CallId::from_number(id(record[CALL])));
        }
        self.check(owner).is_ok().then_some(owner)
    }

    fn put_aside(&mut self, owner: usize, me: usize, record: Record) {
        let Some(member) = self.member(owner) else { return };
        member.queue.push_back(record);
        if owner != me {
            self.wake(owner);
        }
    }

    /// Something happened to a call of this worker.
    fn note(&mut self, owner: usize, call: CallId) {
        let Self { client, members, .. } = self;
        if let Some(Some(member)) = members.get_mut(owner) {
            member.deadlines.note(call, client);
        }
    }

    /// When a worker has to have its next turn: for its calls, for its own end, and for what belongs to no call.
    pub(crate) fn next(&mut self, me: usize) -> Option<Instant> {
        let Self { client, members, .. } = self;
        let member = members.get_mut(me)?.as_mut()?;
        let own = member.deadlines.next(client);
        let end = member.end;
        // Everybody who sees it wakes for it, so that nobody who leaves or stands still can hold it up.
        let service = client.poll_timeout().filter(is_of_the_service).map(|wake| wake.at);
        [own, end, service].into_iter().flatten().min()
    }
}

/// Whether a timer belongs to no call.
fn is_of_the_service(wake: &Wake) -> bool {
    matches!(wake.reason, Reason::WakeHandshake | Reason::WakeDrain)
}
