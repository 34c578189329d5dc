//! A small HTTP/1.1 client that sends every request as one call.
//!
//! An endpoint's name stands for a base URL. What an answer means, which methods may be repeated and how long a server
//! wants to be left alone is decided by the core's tables; this module only carries texts there and back:
//!
//! - Each attempt carries `Hedgerow-Client` (its ordinal, the time left, the call's tag) and, when the call has a token,
//!   `Idempotency-Key`.
//! - `Hedgerow-Slo` of any answer is handed to the client as a signal, `Retry-After` and its relatives as pushback.
//! - An operation that the configuration does not name takes its idempotency from the method.
//!
//! An attempt wins when its headers **and its body** have arrived, so bodies are buffered; this is no client for
//! streams. Redirects are answers. Losers are let run by default ([`Losers::LetRun`](crate::Losers)): giving an HTTP/1.1
//! exchange up means closing its connection while the server works on, which costs a new connection and hides that work
//! from the endpoint's in-flight count.
//!
//! ```no_run
//! use hedgerow_tokio::{CallOptions, Config, EndpointSpec, http::HttpClient};
//! use http::{HeaderMap, Method};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let replica = |name: &str| EndpointSpec { name: name.into(), ..EndpointSpec::default() };
//! let client = HttpClient::builder(Config::default())
//!     .endpoint(replica("a"), "http://127.0.0.1:8081")
//!     .endpoint(replica("b"), "http://127.0.0.1:8082")
//!     .build()?;
//! let answer = client.request(Method::GET, "/values/7", HeaderMap::new(), "", CallOptions::default()).await?;
//! println!("{} {} bytes", answer.status(), answer.body().len());
//! # Ok(()) }
//! ```

mod base;
mod builder;
mod error;
mod exchange;

pub use builder::{HttpBuildError, HttpBuilder};
pub use error::HttpError;

use crate::{
    attempt::Attempt,
    client::Client,
    error::CallError,
    options::{CallOptions, Key},
    report::Report,
};
use base::Bases;
use bytes::Bytes;
use exchange::{Exchange, Request};
use hedgerow::{config::Config, retry::http::idempotency};
use http::{HeaderMap, Method, Response};
use std::sync::Arc;

/// Sends HTTP requests as calls of one [`Client`].
///
/// Clones share everything.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    exchange: Arc<Exchange>,
}

impl HttpClient {
    /// Begins to build a client from a validated configuration.
    pub fn builder(config: Config) -> HttpBuilder {
        HttpBuilder::new(config)
    }

    pub(crate) fn new(client: Client, bases: Bases, label: Option<String>) -> Self {
        let exchange = Arc::new(Exchange::new(client.shared().clone(), bases, label));
        Self { client, exchange }
    }

    /// The client underneath, for topology, statistics, drain and close.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sets the base URL of an endpoint, before it is added to the topology or when it has moved.
    ///
    /// # Errors
    /// When the text is not an `http` URL with an authority.
    pub fn set_base(&self, endpoint: &str, url: &str) -> Result<(), HttpBuildError> {
        self.exchange.bases.set(endpoint, url)
    }

    /// Sends one request; `path` begins with a slash and may have a query.
    ///
    /// # Errors
    /// Every answer whose class is not success is an error: a 404 is [`HttpError::Status`] with the whole answer,
    /// reason `fatal`. So is what never became an answer.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: impl Into<Bytes>,
        options: CallOptions<'_>,
    ) -> Result<Response<Bytes>, CallError<HttpError>> {
        self.request_reported(method, path, headers, body, options).await.map(|(answer, _)| answer)
    }

    /// As [`HttpClient::request`], with the story of the call beside the answer.
    ///
    /// # Errors
    /// As [`HttpClient::request`].
    pub async fn request_reported(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: impl Into<Bytes>,
        options: CallOptions<'_>,
    ) -> Result<(Response<Bytes>, Report), CallError<HttpError>> {
        let options = self.resolved(&method, options);
        let request = Arc::new(Request {
            method,
            path: path.to_owned(),
            headers,
            body: body.into(),
            namespace: number(options.namespace),
            operation: number(options.op),
            own_token: options.token.is_some(),
        });
        let callback = |attempt: Attempt| self.exchange.clone().attempt(request.clone(), attempt);
        self.client.call_reported(options, callback).await
    }

    /// Names become numbers, and an operation that nobody configured takes its idempotency from the method.
    fn resolved<'a>(&self, method: &Method, mut options: CallOptions<'a>) -> CallOptions<'a> {
        let (namespace, operation, configured) = self.client.shared().read(|state| {
            let operation = state.names.operation(options.op);
            let configured = operation.is_ok_and(|operation| state.names.is_configured(operation));
            (state.names.namespace(options.namespace), operation, configured)
        });
        if !configured && options.idempotency.is_none() {
            options.idempotency = Some(idempotency(method.as_str(), options.token.is_some()));
        }
        // A name that is not known stays one, and the call is refused with that reason.
        options.namespace = namespace.map_or(options.namespace, Key::Number);
        options.op = operation.map_or(options.op, Key::Number);
        options
    }
}

fn number<N: Copy + Default>(key: Key<'_, N>) -> N {
    match key {
        Key::Number(number) => number,
        Key::Unnamed | Key::Name(_) => N::default(),
    }
}
