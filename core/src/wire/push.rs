//! Inputs out of the caller's buffer.

use super::event::{self, Event};
use super::{MOST_WAITING, RECORD, TAIL, Units, float};
use crate::client::Client;
use crate::client::action::{GivenToken, Start};
use crate::id::CallId;
use crate::reason::Reason;
use crate::time::Instant;
use crate::token::Token;

/// The first `count` records of a binding's buffer; fewer when it holds fewer. Its tail is none of them.
pub fn first_records(buffer: &[f64], count: usize) -> &[f64] {
    let end = count.saturating_mul(RECORD).min(buffer.len().saturating_sub(TAIL));
    buffer.get(..end).unwrap_or(&[])
}

/// What [`Client::start_record`] answered, as one number: the call's id, the negative code of the reason of a denial, or NaN
/// where a number of the start is none.
pub fn told_start(answer: Option<Result<CallId, Reason>>) -> f64 {
    match answer {
        Some(Ok(call)) => float(call.number()),
        Some(Err(reason)) => -f64::from(reason.code()),
        None => f64::NAN,
    }
}

impl Client {
    /// Hands in a batch of inputs, oldest first; answers how many records were taken, those of replica ids included.
    ///
    /// | code | input | slots, −1 where nothing is given |
    /// |---|---|---|
    /// | 64 | start | 1 cookie · 2 namespace · 3 operation · 4 number of replica ids, which fill the records that follow · 5 deadline · 6 wall time · 7 priority + 2^8 × idempotency (255: the operation's) + 2^16 if the caller has a token + 2^17 for no hedges + 2^18 for no retries |
    /// | 65 | response | 3 attempt · 4 requests in flight at the server · 5 latency there, with 4 alone · 6 its wall time |
    /// | 66 | failure | 3 attempt · 5 retry after · 6 most retries · 7 class + 2^8 if never |
    /// | 67 | cancelled | 3 attempt |
    /// | 68 | cancel | 2 call |
    /// | 69 | timeout | |
    ///
    /// A refused start comes back as [`Action::Reject`](crate::client::action::Action::Reject). Fewer records than given
    /// are taken when the next one is no input or ends outside of the batch, and when it is a start while
    /// [`MOST_WAITING`] actions wait to be drained; what was taken stays in force. An unknown class reads as transient
    /// and is counted.
    ///
    /// ```
    /// use hedgerow::{Client, Config, Instant, Reason, Seed, client::action::Action, wire::Units};
    /// let now = Instant::ZERO;
    /// let mut client = Client::new(Config::default(), &Seed::new([7; 32]), now);
    /// let start = [64.0, 9.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0];
    /// assert_eq!(client.push_events(&start, Units::Millis, now), 1);
    /// assert_eq!(client.poll_action(), Some(Action::Reject { cookie: 9, reason: Reason::NoEndpoint }));
    /// ```
    pub fn push_events(&mut self, records: &[f64], units: Units, now: Instant) -> usize {
        let (records, _) = records.as_chunks::<RECORD>();
        let mut rest = records;
        while let Some((record, after)) = rest.split_first() {
            let Some(left) = self.push_event(record, after, units, now) else { break };
            rest = left;
        }
        records.len() - rest.len()
    }

    /// The start of a call from the numbers of a start's record, with the replica ids beside it (the record's own count
    /// of them is not read), and perhaps a token of this library's form. `None` when a number is none, else what
    /// [`start`](Self::start) answers.
    pub fn start_record(
        &mut self,
        record: &[f64; RECORD],
        replicas: &[f64],
        token: Option<Token>,
        units: Units,
        now: Instant,
    ) -> Option<Result<CallId, Reason>> {
        let (mut start, _) = event::start(record, units)?;
        start.token = token.map(GivenToken::Token).or(start.token);
        Some(self.start_at(&start, replicas, now))
    }

    /// Takes one record; answers the records that are left.
    fn push_event<'a>(
        &mut self,
        record: &[f64; RECORD],
        after: &'a [[f64; RECORD]],
        units: Units,
        now: Instant,
    ) -> Option<&'a [[f64; RECORD]]> {
        match Event::read(record, units)? {
            Event::Start(start, count) => return self.push_start(&start, count, after, now),
            Event::Response(attempt, response) => self.handle_response(attempt, response, now),
            Event::Failure(attempt, failure, known) => {
                if !known {
                    self.count_unknown_class();
                }
                self.handle_failure(attempt, failure, now);
            }
            Event::Cancelled(attempt) => self.handle_cancelled(attempt, now),
            Event::GiveUp(call) => self.cancel(call, now),
            Event::Timeout => self.handle_timeout(now),
        }
        Some(after)
    }

    fn push_start<'a>(
        &mut self,
        start: &Start<'_>,
        count: usize,
        after: &'a [[f64; RECORD]],
        now: Instant,
    ) -> Option<&'a [[f64; RECORD]]> {
        let (replicas, left) = after.split_at_checked(count.div_ceil(RECORD))?;
        if self.waiting() >= MOST_WAITING {
            return None;
        }
        let replicas = replicas.as_flattened().get(..count)?;
        if let Err(reason) = self.start_at(start, replicas, now) {
            self.reject(start.cookie, reason);
        }
        Some(left)
    }

    fn start_at(&mut self, start: &Start<'_>, replicas: &[f64], now: Instant) -> Result<CallId, Reason> {
        let (ids, count) = event::endpoints(replicas);
        let replicas = ids.get(..count).unwrap_or(&[]);
        self.start(&Start { replicas, ..start.clone() }, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_where_the_tail_begins() {
        let buffer = [0.0; 2 * RECORD + TAIL];
        assert_eq!(
            [0, 1, 2, 3, usize::MAX].map(|count| first_records(&buffer, count).len()),
            [0, 8, 16, 16, 16]
        );
        assert!(first_records(&[0.0], 1).is_empty());
    }

    #[test]
    fn a_start_answers_one_number() {
        assert_eq!(told_start(Some(Ok(CallId::from_number(7)))).to_bits(), 7.0_f64.to_bits());
        assert_eq!(told_start(Some(Err(Reason::CallLimit))).to_bits(), (-17.0_f64).to_bits());
        assert!(told_start(None).is_nan());
    }
}
