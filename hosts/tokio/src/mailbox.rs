//! Mailboxes: where actions wait for the calls they concern, and the handles of running attempts.
//!
//! `send` and `complete` go to the call's mailbox, since only the call owns the callback and the typed results. `cancel`
//! is performed at once, because a decided call may be gone: a running attempt is told to stop or left to run, one that
//! was not launched yet is withdrawn and reported as ended.

use crate::{
    attempt::Attempt,
    clock::std_duration,
    losers::{Losers, Settings},
    message::{Decision, Ended, Message, Order},
    misuse::Stopped,
    names::Names,
    report::{AttemptOutcome, AttemptReport, Book},
    shared::After,
    told::Told,
};
use hedgerow::{
    AttemptId, Instant, Reason,
    client::action::Action,
    token::{
        Token,
        text::{TextForm, TokenText},
    },
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    task::{Context, Poll, Waker},
};
use tokio::sync::Notify;

/// A call that waits.
#[derive(Default)]
struct Pending {
    messages: VecDeque<Message>,
    waker: Option<Waker>,
    book: Book,
    token: Option<Arc<str>>,
}

/// An attempt that has not ended.
struct Open {
    cookie: u64,
    launched: bool,
    abort: Arc<Notify>,
}

/// The mailboxes of one client's calls.
pub(crate) struct Mailboxes {
    calls: HashMap<u64, Pending>,
    attempts: HashMap<AttemptId, Open>,
    /// Losers that were let run, by the time at which they are given up; one ttl, so arrival is order.
    lingering: VecDeque<(Instant, AttemptId)>,
    next_cookie: u64,
    salt: u64,
    settings: Settings,
}

impl Mailboxes {
    /// `salt` tells the call tags of this client from those of others.
    pub(crate) fn new(settings: Settings, salt: u64) -> Self {
        Self {
            calls: HashMap::new(),
            attempts: HashMap::new(),
            lingering: VecDeque::new(),
            next_cookie: 0,
            salt,
            settings,
        }
    }

    /// Opens the mailbox of a new call; answers its cookie.
    pub(crate) fn open(&mut self, token: Option<&str>, now: Instant) -> u64 {
        self.next_cookie += 1;
        let book = Book { started: now, ..Book::default() };
        self.calls
            .insert(self.next_cookie, Pending { book, token: token.map(Arc::from), ..Pending::default() });
        self.next_cookie
    }

    /// Closes a mailbox; answers what was written down.
    pub(crate) fn close(&mut self, cookie: u64) -> (Book, Option<Arc<str>>) {
        self.calls.remove(&cookie).map(|pending| (pending.book, pending.token)).unwrap_or_default()
    }

    /// Takes the next message, or leaves the waker to be called.
    pub(crate) fn poll(&mut self, cookie: u64, context: &Context<'_>) -> Poll<Message> {
        let Some(pending) = self.calls.get_mut(&cookie) else {
            return Poll::Ready(Message::Stopped(Stopped::Closed));
        };
        let Some(message) = pending.messages.pop_front() else {
            if !pending.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                pending.waker = Some(context.waker().clone());
            }
            return Poll::Pending;
        };
        if let Message::Send(order) = &message
            && let Some(open) = self.attempts.get_mut(&order.attempt.id)
        {
            open.launched = true;
        }
        Poll::Ready(message)
    }

    /// Writes an attempt's end down.
    pub(crate) fn ended(&mut self, attempt: AttemptId, ended: Ended, now: Instant) {
        let Some(open) = self.attempts.remove(&attempt) else { return };
        if let Some(pending) = self.calls.get_mut(&open.cookie) {
            let outcome = match ended {
                Ended::Response => AttemptOutcome::Response,
                Ended::Failed(class) => AttemptOutcome::Failed(class),
                Ended::Cancelled => AttemptOutcome::Cancelled,
            };
            pending.book.ended(attempt, outcome, now);
        }
    }

    /// Routes one action. Attempts that end without having been launched are appended to `unsent`.
    pub(crate) fn deliver(
        &mut self,
        action: Action,
        now: Instant,
        names: &Names,
        unsent: &mut VecDeque<AttemptId>,
        after: &mut After,
    ) {
        match action {
            Action::Send { attempt, .. } => {
                // One whose call is gone could be launched by nobody.
                let launchable = self.send(action, now, names, after);
                unsent.extend((!launchable).then_some(attempt));
            }
            Action::Cancel { attempt, reason, .. } => {
                unsent.extend(self.cancel(attempt, reason, now, after).then_some(attempt));
            }
            Action::Complete { cookie, outcome, reason, attempt, wall, live, lost, cause, .. } => {
                let decision = Decision { outcome, reason, attempt, wall, live, lost, cause };
                self.tell(cookie, Message::Complete(decision), after);
            }
            // Fetching signals is the event sink's matter, as are actions that are not known here.
            _ => {}
        }
    }

    /// Rings losers that ran for longer than the core holds their place.
    pub(crate) fn abort_orphans(&mut self, now: Instant, after: &mut After) {
        while let Some(&(_, attempt)) = self.lingering.front().filter(|(deadline, _)| *deadline <= now) {
            self.lingering.pop_front();
            after.aborts.extend(self.attempts.get(&attempt).map(|open| open.abort.clone()));
        }
    }

    /// Tells every waiting call that the client is no more.
    pub(crate) fn stop_all(&mut self, stopped: Stopped, after: &mut After) {
        if stopped == Stopped::Poisoned {
            // Nobody will ask for their end any more.
            after.aborts.extend(self.attempts.values().map(|open| open.abort.clone()));
        }
        for pending in self.calls.values_mut() {
            pending.messages.push_back(Message::Stopped(stopped));
            after.wakers.extend(pending.waker.take());
        }
    }

    fn send(&mut self, action: Action, now: Instant, names: &Names, after: &mut After) -> bool {
        let Action::Send {
            call,
            attempt: id,
            endpoint: endpoint_id,
            kind,
            reason,
            ordinal,
            token,
            remaining,
            deadline,
            priority,
            cookie,
        } = action
        else {
            return false;
        };
        let Some(pending) = self.calls.get_mut(&cookie) else { return false };
        if pending.token.is_none() {
            pending.token = token.and_then(|token| text(token, self.settings.token_form));
        }
        let attempt = Attempt {
            endpoint: names.endpoint(endpoint_id),
            endpoint_id,
            id,
            call,
            call_tag: self.salt.wrapping_add(cookie),
            number: ordinal,
            kind,
            reason,
            remaining: std_duration(remaining),
            deadline,
            priority,
            token: pending.token.clone(),
            told: Told::default(),
        };
        let started = pending.book.elapsed(now);
        pending.book.attempts.push(AttemptReport {
            number: ordinal,
            id,
            kind,
            endpoint: attempt.endpoint.clone(),
            reason,
            started,
            duration: None,
            outcome: AttemptOutcome::Running,
            cancelled: None,
        });
        let abort = Arc::new(Notify::new());
        self.attempts.insert(id, Open { cookie, launched: false, abort: abort.clone() });
        self.tell(cookie, Message::Send(Order { attempt, abort }), after);
        true
    }

    /// Answers whether the attempt ended here and now.
    fn cancel(&mut self, id: AttemptId, reason: Reason, now: Instant, after: &mut After) -> bool {
        let Some(open) = self.attempts.get(&id) else { return false };
        let pending = self.calls.get_mut(&open.cookie);
        if open.launched {
            if let Some(pending) = pending {
                pending.book.cancelled(id, reason);
            }
            match self.settings.losers {
                Losers::Abort => after.aborts.push(open.abort.clone()),
                Losers::LetRun => self.linger(id, now),
            }
            return false;
        }
        if let Some(pending) = pending {
            pending
                .messages
                .retain(|message| !matches!(message, Message::Send(order) if order.attempt.id == id));
            pending.book.cancelled(id, reason);
            pending.book.ended(id, AttemptOutcome::Withdrawn, now);
        }
        self.attempts.remove(&id);
        true
    }

    fn linger(&mut self, id: AttemptId, now: Instant) {
        while self.lingering.front().is_some_and(|(_, front)| !self.attempts.contains_key(front)) {
            self.lingering.pop_front();
        }
        self.lingering.push_back((now + self.settings.orphan_ttl, id));
    }

    fn tell(&mut self, cookie: u64, message: Message, after: &mut After) {
        if let Some(pending) = self.calls.get_mut(&cookie) {
            pending.messages.push_back(message);
            after.wakers.extend(pending.waker.take());
        }
    }
}

/// A token as it travels; a time that a UUID cannot carry goes out as hex.
fn text(token: Token, form: TextForm) -> Option<Arc<str>> {
    let text = TokenText::new(token, form).or_else(|_| TokenText::new(token, TextForm::Hex)).ok()?;
    Some(text.as_str().into())
}
