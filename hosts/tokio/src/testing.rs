//! The testing kit: a client on a clock that stands still, and a transport that answers from a script.
//!
//! With these a test of calls needs no server and no waiting: the same seed, script and clock movements give the same
//! decisions every time.
//!
//! ```
//! use hedgerow_tokio::{CallOptions, Config, Idempotency, testing::{self, Script, Step}};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let (client, clock) = testing::client(Config::default(), &["a", "b", "c"]).unwrap();
//! let script = Script::new(&clock, [Step::fail(Duration::from_millis(1)), Step::answer(Duration::from_millis(2))]);
//! let options = CallOptions { idempotency: Some(Idempotency::Natural), ..CallOptions::default() };
//! let call = tokio::spawn({
//!     let (client, script) = (client.clone(), script.clone());
//!     async move { client.call(options, script.transport()).await }
//! });
//! clock.advance(Duration::from_secs(10)).await;
//! let sent = call.await.unwrap().unwrap();
//! assert_eq!(sent.number, 2);
//! assert_eq!(script.sent().len(), 2);
//! # }
//! ```

use crate::{
    attempt::{Attempt, AttemptError},
    builder::Builder,
    client::Client,
    clock::Clock,
    manual::ManualClock,
    misuse::BuildError,
};
use hedgerow::{
    Seed,
    client::action::EndpointSpec,
    config::Config,
    retry::{outcome::FailureClass, pushback::Pushback},
};
use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The seed of [`builder`]: bytes 0 to 31.
pub const SEED: [u8; 32] = {
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < 32 {
        bytes[index] = index as u8;
        index += 1;
    }
    bytes
};

/// Begins to build a client with a fixed seed, named endpoints and the given manual clock.
pub fn builder(config: Config, endpoints: &[&str], clock: &ManualClock) -> Builder {
    let specs =
        endpoints.iter().map(|name| EndpointSpec { name: (*name).to_owned(), ..EndpointSpec::default() });
    Client::builder(config).endpoints(specs).seed(Seed::new(SEED)).clock(Clock::Manual(clock.clone()))
}

/// Builds a client with a fixed seed and named endpoints on a new manual clock.
///
/// # Errors
/// As [`Builder::build`].
pub fn client(config: Config, endpoints: &[&str]) -> Result<(Client, ManualClock), BuildError> {
    let clock = ManualClock::new();
    Ok((builder(config, endpoints, &clock).build()?, clock))
}

/// What one scripted attempt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    delay: Duration,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Answer,
    Fail(FailureClass, Pushback),
    Panic,
    Hang,
}

impl Step {
    /// Answers after a delay.
    pub fn answer(delay: Duration) -> Self {
        Self { delay, ending: Ending::Answer }
    }

    /// Fails after a delay, class transient.
    pub fn fail(delay: Duration) -> Self {
        Self::fail_as(delay, FailureClass::Transient, Pushback::default())
    }

    /// Fails after a delay with a class and what the server asks for.
    pub fn fail_as(delay: Duration, class: FailureClass, pushback: Pushback) -> Self {
        Self { delay, ending: Ending::Fail(class, pushback) }
    }

    /// Panics after a delay.
    pub fn panic(delay: Duration) -> Self {
        Self { delay, ending: Ending::Panic }
    }

    /// Never ends on its own.
    pub fn hang() -> Self {
        Self { delay: Duration::ZERO, ending: Ending::Hang }
    }
}

/// An attempt that the script has seen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sent {
    /// What the client asked for.
    pub attempt: Attempt,
    /// When the transport was asked, by the clock.
    pub at: Duration,
}

/// The error of a scripted failure; tells which attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scripted {
    /// The attempt's ordinal.
    pub number: u8,
}

impl fmt::Display for Scripted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "scripted failure of attempt {}", self.number)
    }
}

impl Error for Scripted {}

/// The future of a scripted attempt.
pub type Scene = Pin<Box<dyn Future<Output = Result<Attempt, AttemptError<Scripted>>> + Send>>;

/// A transport that plays one step per attempt, in the order in which they are sent; clones share the script.
///
/// When the steps are used up, attempts hang.
#[derive(Clone, Debug)]
pub struct Script {
    clock: ManualClock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    steps: VecDeque<Step>,
    sent: Vec<Sent>,
    /// How many attempts' futures exist.
    open: usize,
}

impl Script {
    /// Makes a transport from its steps.
    pub fn new(clock: &ManualClock, steps: impl IntoIterator<Item = Step>) -> Self {
        let state = State { steps: steps.into_iter().collect(), ..State::default() };
        Self { clock: clock.clone(), state: Arc::new(Mutex::new(state)) }
    }

    /// Adds a step at the end.
    pub fn push(&self, step: Step) {
        self.state().steps.push_back(step);
    }

    /// The callback for [`Client::call`]; it answers the attempt itself.
    pub fn transport(&self) -> impl FnMut(Attempt) -> Scene + Send + use<> {
        let script = self.clone();
        move |attempt| script.play(attempt)
    }

    /// The attempts seen so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.state().sent.clone()
    }

    /// How many scripted attempts are running.
    pub fn open(&self) -> usize {
        self.state().open
    }

    fn play(&self, attempt: Attempt) -> Scene {
        let step = {
            let mut state = self.state();
            state.sent.push(Sent { attempt: attempt.clone(), at: self.clock.now() });
            state.open += 1;
            state.steps.pop_front().unwrap_or_else(Step::hang)
        };
        let running = Open(self.clone());
        Box::pin(async move {
            let Open(script) = &running;
            script.clock.sleep(step.delay).await;
            match step.ending {
                Ending::Answer => Ok(attempt),
                Ending::Fail(class, pushback) => {
                    Err(AttemptError { error: Scripted { number: attempt.number }, class, pushback })
                }
                Ending::Panic => panic!("scripted panic of attempt {}", attempt.number),
                Ending::Hang => std::future::pending().await,
            }
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a running attempt until its future is dropped.
struct Open(Script);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.state().open -= 1;
    }
}
