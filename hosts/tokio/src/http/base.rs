//! Base URLs: where each endpoint is.

use super::builder::HttpBuildError;
use http::{
    Uri,
    uri::{Authority, Parts, Scheme},
};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// The base URLs by endpoint name.
#[derive(Debug, Default)]
pub(crate) struct Bases(RwLock<HashMap<Box<str>, Base>>);

#[derive(Debug)]
struct Base {
    authority: Authority,
    /// Path that every request path is appended to, without a slash at its end.
    prefix: String,
}

impl Bases {
    pub(crate) fn set(&self, endpoint: &str, url: &str) -> Result<(), HttpBuildError> {
        let base = Base::parse(url)
            .ok_or_else(|| HttpBuildError::Base { endpoint: endpoint.to_owned(), url: url.to_owned() })?;
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(endpoint.into(), base);
        Ok(())
    }

    /// The URL of a path at an endpoint; `None` for an endpoint without base, an error for a path that is none.
    pub(crate) fn url(&self, endpoint: &str, path: &str) -> Option<Result<Uri, http::Error>> {
        let bases = self.0.read().unwrap_or_else(PoisonError::into_inner);
        bases.get(endpoint).map(|base| base.url(path))
    }
}

impl Base {
    fn parse(url: &str) -> Option<Self> {
        let Parts { scheme, authority, path_and_query, .. } = url.parse::<Uri>().ok()?.into_parts();
        let path = path_and_query.filter(|path| path.query().is_none())?;
        let authority = authority.filter(|_| scheme == Some(Scheme::HTTP))?;
        Some(Self { authority, prefix: path.path().trim_end_matches('/').to_owned() })
    }

    fn url(&self, path: &str) -> Result<Uri, http::Error> {
        Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_appended_to_the_base() {
        let bases = Bases::default();
        bases.set("a", "http://127.0.0.1:81").unwrap();
        bases.set("b", "http://b.test/v1/").unwrap();
        let url = |name, path| bases.url(name, path).map(|url| url.unwrap().to_string());
        assert_eq!(url("a", "/x?y=1").as_deref(), Some("http://127.0.0.1:81/x?y=1"));
        assert_eq!(url("b", "/x").as_deref(), Some("http://b.test/v1/x"));
        assert_eq!(url("c", "/x"), None);
        assert!(bases.url("a", "x y").unwrap().is_err());
    }

    #[test]
    fn a_base_that_is_not_plain_http_is_refused() {
        for url in ["", "/x", "https://a", "ftp://a", "http://", "http://a/?q", "a:80"] {
            let error = Bases::default().set("a", url).unwrap_err();
            assert!(error.to_string().contains("want"), "{url}: {error}");
        }
    }
}
