//! Building an HTTP client.

use super::{HttpClient, base::Bases};
use crate::{builder::Builder, client::Client, losers::Losers, misuse::BuildError};
use hedgerow::{
    client::action::EndpointSpec,
    config::Config,
    signal::{capabilities::ClientField, header::FieldError},
};
use std::{error::Error, fmt};

/// Collects what an [`HttpClient`] is built from; begins with [`HttpClient::builder`].
#[derive(Debug)]
pub struct HttpBuilder {
    inner: Builder,
    bases: Vec<(String, String)>,
    label: Option<String>,
}

impl HttpBuilder {
    pub(crate) fn new(config: Config) -> Self {
        Self { inner: Client::builder(config).losers(Losers::LetRun), bases: Vec::new(), label: None }
    }

    /// Adds an endpoint and its base URL, such as `http://127.0.0.1:8080` or `http://host/v1`.
    pub fn endpoint(mut self, endpoint: EndpointSpec, url: impl Into<String>) -> Self {
        self.bases.push((endpoint.name.clone(), url.into()));
        self.inner = self.inner.endpoint(endpoint);
        self
    }

    /// Sets what the client underneath offers: seed, clock, losers, event sink.
    pub fn client(mut self, settings: impl FnOnce(Builder) -> Builder) -> Self {
        self.inner = settings(self.inner);
        self
    }

    /// Names this client to the servers, at most 64 bytes: what they count as one client.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Builds the client on the current runtime.
    pub fn build(self) -> Result<HttpClient, HttpBuildError> {
        let field = ClientField { client: self.label.clone(), ..ClientField::default() };
        field.to_text().map_err(HttpBuildError::Label)?;
        let bases = Bases::default();
        for (endpoint, url) in &self.bases {
            bases.set(endpoint, url)?;
        }
        Ok(HttpClient::new(self.inner.build().map_err(HttpBuildError::Client)?, bases, self.label))
    }
}

/// Why an HTTP client was not built.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpBuildError {
    /// The client underneath was not built.
    Client(BuildError),
    /// The label is too long or cannot be written in a header.
    Label(FieldError),
    /// A base is not an `http` URL with an authority and without a query.
    Base {
        /// The endpoint's name.
        endpoint: String,
        /// What was given.
        url: String,
    },
}

impl fmt::Display for HttpBuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
            Self::Label(error) => write!(formatter, "label: {error}"),
            Self::Base { endpoint, url } => {
                write!(
                    formatter,
                    "base of {endpoint:?}: {url:?}, want http://authority, with or without a path"
                )
            }
        }
    }
}

impl Error for HttpBuildError {}
