//! Attempts of the new run: what is to come of each, and what becomes of calls of which nothing more is known.

use hedgerow::client::action::{Failure, Response};
use hedgerow::trace::Event;
use hedgerow::{AttemptId, Instant};

use super::feed::Other;
use super::model::{Assumed, Unmatched};
use super::recorded::{End, How};
use super::side::{NOWHERE, News};

/// What an attempt of the new run has to come.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// The same attempt of the recorded run.
    pub(super) recorded: Option<usize>,
    /// Whether a report about it was fed.
    pub(super) ended: bool,
    /// Whether nothing more is known of it.
    pub(super) unknown: bool,
}

/// What the agenda has for an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    Report(How),
    /// From here on the trace knows nothing of it.
    Mark,
}

impl Other<'_, '_> {
    /// Takes the first entry of the agenda.
    pub(super) fn take_due(&mut self) {
        let Some(((at, ..), (own, due))) = self.agenda.pop_first() else { return };
        let told = at.max(self.side.now);
        self.side.now = told;
        match due {
            _ if self.attempts[own].ended => {}
            Due::Mark => self.mark(own),
            Due::Report(how) => self.feed_report(Some(own), &how.event(self.side.book.sent[own].id), told),
        }
        self.settle();
    }

    fn enter(&mut self, at: Instant, own: usize, due: Due) {
        self.agenda.insert((at, matches!(due, Due::Mark), self.entered), (own, due));
        self.entered += 1;
    }

    /// Attempts that were sent get what is to come of them; what is to be cancelled its confirmation.
    pub(super) fn heed(&mut self, news: Vec<News>) {
        self.news.extend(news);
        while let Some(news) = self.news.pop_front() {
            match news {
                News::Sent(own) => self.sent(own),
                News::Asked(own) => self.asked(own),
            }
        }
        self.settle();
    }

    fn sent(&mut self, own: usize) {
        let sent = &self.side.book.sent[own];
        let recorded = self.recorded.by_place.get(&(sent.call, sent.endpoint, sent.turn)).copied();
        let recorded = recorded.filter(|_| sent.endpoint != NOWHERE);
        self.touched.insert(sent.call);
        let at = sent.at;
        self.attempts.push(Attempt { recorded, ..Attempt::default() });
        let Some(recorded) = recorded else { return self.mark(own) };
        self.same.insert(recorded, own);
        let there = &self.recorded.side.book.sent[recorded];
        let due = match self.end(recorded) {
            Some(end) if !matches!(end.how, How::Confirmed) => {
                let comes_later = end.record > self.at_record && self.at_record != usize::MAX;
                if at == there.at && comes_later {
                    return;
                }
                (at + end.at.since(there.at), Due::Report(end.how))
            }
            _ => {
                let last = self.recorded.side.now;
                let due = at + there.asked.unwrap_or(last).since(there.at);
                if there.asked.is_none() && due >= last {
                    // It is open when the trace ends, here as there.
                    return;
                }
                (due, Due::Mark)
            }
        };
        self.enter(due.0, own, due.1);
    }

    fn asked(&mut self, own: usize) {
        let sent = &self.side.book.sent[own];
        let Some(at) = sent.asked else { return };
        self.touched.insert(sent.call);
        let Some(recorded) = self.attempts[own].recorded else { return self.enter(at, own, confirmed()) };
        let there = &self.recorded.side.book.sent[recorded];
        match (self.end(recorded), there.asked) {
            (Some(End { how: How::Confirmed, at: end, record }), Some(asked)) => {
                let comes_later = *record > self.at_record && self.at_record != usize::MAX;
                if !(self.waits_in_place(own, recorded) && comes_later) {
                    self.enter(at + end.since(asked), own, confirmed());
                }
            }
            (None, None) => self.enter(at, own, confirmed()),
            // Its own end is known, or the recorded host never confirmed either.
            _ => {}
        }
    }

    /// The trace knows nothing more of an attempt: the model is asked.
    fn mark(&mut self, own: usize) {
        let sent = &self.side.book.sent[own];
        if sent.asked.is_some() {
            return;
        }
        let (at, call) = (sent.at, sent.call);
        let unmatched = self.unmatched(own);
        let (after, how) = match self.model.ask(&unmatched) {
            Assumed::Unknown => {
                self.unknown += 1;
                self.attempts[own].unknown = true;
                let booked = self.side.book.calls[call].entries.len();
                self.undecided.entry(call).or_insert((self.side.now, booked));
                self.touched.insert(call);
                return;
            }
            Assumed::Answer { after } => (after, How::Answer(Response::default())),
            Assumed::Failure { class, after } => (after, How::Failure(Failure::new(class))),
        };
        self.assumed += 1;
        self.assumed_calls.insert(call);
        self.enter(at + after.max(unmatched.open_for), own, Due::Report(how));
    }

    fn unmatched(&self, own: usize) -> Unmatched {
        let sent = &self.side.book.sent[own];
        let name = self.side.book.endpoint_id(sent.endpoint);
        let name = name.and_then(|id| self.side.client.endpoint_name(id));
        Unmatched {
            call: sent.call + 1,
            cookie: self.side.book.calls[sent.call].cookie,
            endpoint: name.unwrap_or_default().to_owned(),
            reason: sent.reason,
            open_for: self.side.now.since(sent.at),
        }
    }

    /// Takes undecided calls out of the run that nothing known can decide any more.
    fn settle(&mut self) {
        while let Some(call) = self.touched.pop_first() {
            let log = &self.side.book.calls[call];
            let (Some(id), None) = (log.id, log.end) else { continue };
            if !self.undecided.contains_key(&call) || log.sent.iter().any(|&own| self.is_to_come(own)) {
                continue;
            }
            let now = self.side.now;
            let ((), news) = self.side.feed(now, |client| client.cancel(id, now));
            self.heed(news);
        }
    }

    /// Whether something known is to come of an attempt that can decide its call.
    fn is_to_come(&self, own: usize) -> bool {
        let Attempt { ended, unknown, .. } = self.attempts[own];
        !ended && !unknown && self.side.book.sent[own].asked.is_none()
    }
}

const fn confirmed() -> Due {
    Due::Report(How::Confirmed)
}

impl How {
    /// The report as an input.
    const fn event(self, attempt: AttemptId) -> Event {
        match self {
            Self::Answer(response) => Event::Response(attempt, response),
            Self::Failure(failure) => Event::Failure(attempt, failure),
            Self::Gone | Self::Confirmed => Event::Cancelled(attempt),
        }
    }
}
