//! One HTTP exchange: a request written for an attempt, its answer read for the core.

use super::{base::Bases, error::HttpError};
use crate::{
    attempt::{Attempt, AttemptError},
    shared::Shared,
};
use bytes::Bytes;
use hedgerow::{
    Duration,
    client::action::{AttemptKind, Namespace, Operation},
    retry::{
        http as table,
        outcome::{FailureClass, Fault},
        server_delay::DelayHeaders,
    },
    signal::{
        capabilities::ClientField,
        header::{SLO_FIELD, SloField},
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{self as transport, Client as Transport, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{fmt, sync::Arc};

// The core's names of these fields are spelt as people write them; HTTP libraries want lower case.
const CLIENT: HeaderName = HeaderName::from_static("hedgerow-client");
const TOKEN: HeaderName = HeaderName::from_static("idempotency-key");

/// A request as the caller gave it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) namespace: Namespace,
    pub(super) operation: Operation,
    /// The caller's own token goes out as it is; one that was minted is quoted.
    pub(super) own_token: bool,
}

/// The transport of one client.
pub(super) struct Exchange {
    shared: Arc<Shared>,
    pub(super) bases: Bases,
    transport: Transport<HttpConnector, Full<Bytes>>,
    label: Option<String>,
}

impl Exchange {
    pub(super) fn new(shared: Arc<Shared>, bases: Bases, label: Option<String>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let transport = Transport::builder(TokioExecutor::new()).build(connector);
        Self { shared, bases, transport, label }
    }

    /// Performs one attempt: sends, waits for headers and body, classifies.
    pub(super) async fn attempt(
        self: Arc<Self>,
        request: Arc<Request>,
        attempt: Attempt,
    ) -> Result<Response<Bytes>, AttemptError<HttpError>> {
        let outgoing = self.outgoing(&request, &attempt)?;
        let answer = self.transport.request(outgoing).await.map_err(unanswered)?;
        let (parts, body) = answer.into_parts();
        self.signal(&parts.headers, &request);
        let body =
            body.collect().await.map_err(|error| failed(Fault::ResetAfterSend, HttpError::Body(error)))?;
        self.classified(Response::from_parts(parts, body.to_bytes()), &attempt)
    }

    fn outgoing(
        &self,
        request: &Request,
        attempt: &Attempt,
    ) -> Result<http::Request<Full<Bytes>>, AttemptError<HttpError>> {
        let unfit = |error: http::Error| AttemptError::fatal(HttpError::Request(error));
        let url = self.bases.url(&attempt.endpoint, &request.path);
        let url = url.ok_or_else(|| AttemptError::not_sent(HttpError::NoBase(attempt.endpoint.clone())))?;
        let mut outgoing = http::Request::new(Full::new(request.body.clone()));
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = url.map_err(unfit)?;
        *outgoing.headers_mut() = request.headers.clone();
        let headers = outgoing.headers_mut();
        headers.insert(CLIENT, self.client_field(request, attempt)?);
        if let Some(token) = &attempt.token {
            let text = if request.own_token { token.to_string() } else { format!("\"{token}\"") };
            headers.insert(TOKEN, HeaderValue::try_from(text).map_err(|error| unfit(error.into()))?);
        }
        Ok(outgoing)
    }

    fn client_field(
        &self,
        request: &Request,
        attempt: &Attempt,
    ) -> Result<HeaderValue, AttemptError<HttpError>> {
        let now = self.shared.clock.now();
        let field = ClientField {
            seen: self.shared.read(|state| state.core.signal_version(request.namespace, request.operation)),
            attempt: Some(attempt.number.into()),
            hedge: attempt.kind == AttemptKind::Hedge,
            // A call that is late already is still sent, and must not claim to have no time.
            left: Some(attempt.deadline.since(now).max(Duration::from_micros(1))),
            priority: Some(attempt.priority as u8),
            call: Some(attempt.call_tag),
            client: self.label.clone(),
            ..ClientField::default()
        };
        let text = field.to_text().unwrap_or_default();
        HeaderValue::try_from(text).map_err(|error| AttemptError::fatal(HttpError::Request(error.into())))
    }

    /// Hands the server's record over, if there is a readable one.
    fn signal(&self, headers: &HeaderMap, request: &Request) {
        let texts: Option<Vec<_>> =
            headers.get_all(SLO_FIELD).iter().map(|value| value.to_str().ok()).collect();
        let field = texts.and_then(|texts| SloField::parse(&texts.join(", ")).ok()).flatten();
        let Some(SloField { breadth, record }) = field else { return };
        let scope = breadth.scope(request.namespace.0, request.operation.0);
        let (namespace, operation) = (scope.namespace.map(Namespace), scope.operation.map(Operation));
        let _ = self.shared.turn(|state, now| state.core.handle_signal(namespace, operation, &record, now));
    }

    fn classified(
        &self,
        answer: Response<Bytes>,
        attempt: &Attempt,
    ) -> Result<Response<Bytes>, AttemptError<HttpError>> {
        let mut headers = DelayHeaders::default();
        for name in DelayHeaders::NAMES {
            let values = answer.headers().get_all(name);
            // What is not text is as unusable as a wrong text.
            values.iter().for_each(|value| headers.set(name, value.to_str().unwrap_or("?")));
        }
        let reading = table::Response {
            status: answer.status().as_u16(),
            headers,
            repeats_token: attempt.number > 1 && attempt.token.is_some(),
            wall: Some(self.shared.clock.wall()),
        }
        .read();
        match reading.ended.class() {
            None => Ok(answer),
            Some(class) => {
                let pushback = reading.hint.pushback;
                Err(AttemptError { error: HttpError::Status(Box::new(answer)), class, pushback })
            }
        }
    }
}
impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Exchange")
            .field("bases", &self.bases)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

/// A request that brought no headers back.
fn unanswered(error: transport::Error) -> AttemptError<HttpError> {
    let fault = if error.is_connect() { Fault::ConnectRefused } else { Fault::ResetAfterSend };
    failed(fault, HttpError::Transport(error))
}

fn failed(fault: Fault, error: HttpError) -> AttemptError<HttpError> {
    AttemptError::new(fault.ended().class().unwrap_or(FailureClass::Transient), error)
}
