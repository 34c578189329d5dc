//! What an HTTP attempt fails with.

use bytes::Bytes;
use http::Response;
use std::{error::Error, fmt, sync::Arc};

/// The underlying error of a failed request.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpError {
    /// An answer whose class is not success, whole.
    Status(Box<Response<Bytes>>),
    /// No connection, or none that lasted until the headers had come.
    Transport(hyper_util::client::legacy::Error),
    /// The connection broke while the body came.
    Body(hyper::Error),
    /// Path, token or label cannot be sent over HTTP.
    Request(http::Error),
    /// The endpoint has no base URL.
    NoBase(Arc<str>),
}

impl HttpError {
    /// The answer, when there was one.
    pub fn response(&self) -> Option<&Response<Bytes>> {
        match self {
            Self::Status(response) => Some(response),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(response) => write!(formatter, "status {}", response.status()),
            Self::Transport(error) => write!(formatter, "transport: {error}"),
            Self::Body(error) => write!(formatter, "body: {error}"),
            Self::Request(error) => write!(formatter, "request: {error}"),
            Self::NoBase(endpoint) => write!(formatter, "endpoint {endpoint:?} has no base URL"),
        }
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            Self::Body(error) => Some(error),
            Self::Request(error) => Some(error),
            Self::Status(_) | Self::NoBase(_) => None,
        }
    }
}
