//! The plain HTTP/1.1 client that the load, the servers and the audit share: keep-alive, one timeout.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::fmt;
use std::time::Duration;

/// Largest body that is read.
const BODY_LIMIT: usize = 1 << 20;

/// A pooled client; cloning shares the pool.
#[derive(Clone, Debug)]
pub struct Http(Client<HttpConnector, Full<Bytes>>);

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Fields.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The timeout came first.
    Timeout,
    /// The connection could not be made.
    Connect,
    /// The connection broke, or what came was not HTTP.
    Broken,
    /// The request itself cannot be written as HTTP.
    BadRequest,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Broken => "broken",
            Self::BadRequest => "bad_request",
        })
    }
}

impl std::error::Error for NoAnswer {}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Http {
    /// Makes a client with a pool of its own.
    pub fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self(client)
    }

    /// Sends one request and reads the whole answer, all within `timeout`.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
        timeout: Duration,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).map_err(|_| NoAnswer::BadRequest)?;
        tokio::time::timeout(timeout, self.exchange(request)).await.unwrap_or(Err(NoAnswer::Timeout))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, NoAnswer> {
        let classify = |error: hyper_util::client::legacy::Error| {
            if error.is_connect() { NoAnswer::Connect } else { NoAnswer::Broken }
        };
        let (head, body) = self.0.request(request).await.map_err(classify)?.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|_| NoAnswer::Broken)?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}
