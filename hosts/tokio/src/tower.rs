//! A tower layer whose service sends every request as one call: picked endpoint, hedges, retries, tokens, timeouts.
//!
//! The inner service performs one attempt; a [`Policy`] tells it where to (by changing the request), what the call's
//! options are, and what an answer means. Requests that cannot be copied are sent once, without hedge or retry. The
//! service is always ready: a limit is answered with a reason at once, since waiting in line before a picked endpoint
//! would hide the load from the caller. The inner service's readiness is awaited within the attempt.
//!
//! ```
//! use hedgerow_tokio::{Attempt, Client, Config, EndpointSpec, tower::{Cloned, HedgerowLayer}};
//! use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
//! use tower_layer::Layer;
//! use tower_service::Service;
//!
//! /// Stands for a transport: answers with what it was sent.
//! #[derive(Clone)]
//! struct Echo;
//!
//! impl Service<String> for Echo {
//!     type Response = String;
//!     type Error = Infallible;
//!     type Future = Ready<Result<String, Infallible>>;
//!     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
//!     fn call(&mut self, request: String) -> Self::Future { ready(Ok(request)) }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = EndpointSpec { name: "a".into(), ..EndpointSpec::default() };
//! let client = Client::builder(Config::default()).endpoint(endpoint).build()?;
//! let address = |request: &mut String, attempt: &Attempt| request.insert_str(0, &attempt.endpoint);
//! let mut service = HedgerowLayer::new(client, Cloned(address)).layer(Echo);
//! assert_eq!(service.call("/values/7".into()).await?, "a/values/7");
//! # Ok(()) }
//! ```

use crate::{
    attempt::{Attempt, AttemptError},
    call,
    client::Client,
    error::CallError,
    options::CallOptions,
};
use hedgerow::{config::Idempotency, retry::pushback::Pushback};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

/// How requests, answers and errors of one inner service are understood.
pub trait Policy<Req, Res, Err>: Send + Sync + 'static {
    /// The call's options; the default takes everything from the configuration.
    fn options<'a>(&'a self, request: &'a Req) -> CallOptions<'a> {
        let _ = request;
        CallOptions::default()
    }

    /// A copy for one attempt; `None` when there can be none, as of a body that is a stream.
    fn copy(&self, request: &Req) -> Option<Req>;

    /// Directs a copy to the attempt's endpoint and attaches its token.
    fn address(&self, request: &mut Req, attempt: &Attempt) {
        let _ = (request, attempt);
    }

    /// Says what an inner result means; the default takes every answer for a success, every error for transient.
    ///
    /// # Errors
    /// The attempt's failure, with its class and pushback.
    fn classify(&self, result: Result<Res, Err>) -> Result<Res, AttemptError<Err>> {
        result.map_err(AttemptError::transient)
    }
}

/// The policy for requests that are `Clone`: options as configured, the attempt's endpoint written by a function.
#[derive(Clone, Copy, Debug)]
pub struct Cloned<A>(pub A);

impl<Req, Res, Err, A> Policy<Req, Res, Err> for Cloned<A>
where
    Req: Clone,
    A: Fn(&mut Req, &Attempt) + Send + Sync + 'static,
{
    fn copy(&self, request: &Req) -> Option<Req> {
        Some(request.clone())
    }

    fn address(&self, request: &mut Req, attempt: &Attempt) {
        (self.0)(request, attempt);
    }
}

/// Wraps services so that each request becomes a call of the client.
#[derive(Debug)]
pub struct HedgerowLayer<P> {
    client: Client,
    policy: Arc<P>,
}

impl<P> HedgerowLayer<P> {
    /// Makes a layer.
    pub fn new(client: Client, policy: P) -> Self {
        Self { client, policy: Arc::new(policy) }
    }
}

impl<P> Clone for HedgerowLayer<P> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), policy: self.policy.clone() }
    }
}

impl<S, P> Layer<S> for HedgerowLayer<P> {
    type Service = Hedgerow<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Hedgerow { inner, client: self.client.clone(), policy: self.policy.clone() }
    }
}

/// The service of [`HedgerowLayer`].
#[derive(Debug)]
pub struct Hedgerow<S, P> {
    inner: S,
    client: Client,
    policy: Arc<P>,
}

impl<S: Clone, P> Clone for Hedgerow<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), client: self.client.clone(), policy: self.policy.clone() }
    }
}

/// The future of one request.
pub type Response<T, E> = Pin<Box<dyn Future<Output = Result<T, CallError<E>>> + Send>>;

impl<S, P, Req> Service<Req> for Hedgerow<S, P>
where
    Req: Send + 'static,
    S: Service<Req> + Clone + Send + 'static,
    S::Response: Send + 'static,
    S::Error: Send + 'static,
    S::Future: Send + 'static,
    P: Policy<Req, S::Response, S::Error>,
{
    type Response = S::Response;
    type Error = CallError<S::Error>;
    type Future = Response<S::Response, S::Error>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let Self { inner, client, policy } = self.clone();
        Box::pin(async move {
            // A copy that is not needed in the end is the price of knowing now whether there can be a second attempt.
            let spare = policy.copy(&request);
            let single = spare.is_none();
            let ticket = {
                let mut options = policy.options(&request);
                if single {
                    options.idempotency = Some(Idempotency::None);
                }
                call::begin(client.shared(), &options)?
            };
            let mut first = Some(request);
            let callback = move |attempt: Attempt| {
                let copy = first.take().or_else(|| spare.as_ref().and_then(|spare| policy.copy(spare)));
                transmit(inner.clone(), policy.clone(), copy, attempt, single)
            };
            call::run(ticket, callback).await.map(|(answer, _)| answer)
        })
    }
}

/// Performs one attempt.
async fn transmit<S, P, Req>(
    mut inner: S,
    policy: Arc<P>,
    request: Option<Req>,
    attempt: Attempt,
    single: bool,
) -> Result<S::Response, AttemptError<S::Error>>
where
    S: Service<Req>,
    P: Policy<Req, S::Response, S::Error>,
{
    // Only a policy that copied once and then would not gets here without a request; the call reports it as a panic.
    let mut request = request.expect("the policy made a first copy of the request but no further one");
    policy.address(&mut request, &attempt);
    let sent = match poll_fn(|context| inner.poll_ready(context)).await {
        Ok(()) => policy.classify(inner.call(request).await),
        Err(error) => Err(AttemptError::not_sent(error)),
    };
    sent.map_err(|failed| AttemptError {
        // The request is gone, so not even one that was never transmitted can be sent again.
        pushback: Pushback { never: failed.pushback.never || single, ..failed.pushback },
        ..failed
    })
}
