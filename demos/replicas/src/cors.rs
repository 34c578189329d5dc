//! What lets a page on this machine call the replicas: the answers of another origin to a browser's questions.
//!
//! Browsers ask before they send a PUT or a field of their own, and hide most fields of an answer. Only pages
//! that come from a loopback address are answered; to everything else the fields are missing, and the browser
//! keeps the answer to itself.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Request fields that a page may send beside those that are always allowed.
const ALLOWED: &str = "content-type, hedgerow-client, idempotency-key, x-write-id";
/// Fields of an answer that a page may read.
const EXPOSED: &str = "hedgerow-slo, retry-after";
/// Seconds for which a browser need not ask again about one URL.
const REMEMBERED: &str = "7200";

/// Answers a browser's question itself and marks every other answer for pages from this machine.
pub async fn for_loopback(request: Request, next: Next) -> Response {
    let Some(origin) = loopback_origin(request.headers()) else { return next.run(request).await };
    let asks = request.method() == Method::OPTIONS;
    let mut response = if asks { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value| headers.insert(HeaderName::from_static(name), value);
    put("access-control-allow-origin", origin);
    put("access-control-expose-headers", HeaderValue::from_static(EXPOSED));
    put("vary", HeaderValue::from_static("origin"));
    if asks {
        put("access-control-allow-methods", HeaderValue::from_static("GET, PUT"));
        put("access-control-allow-headers", HeaderValue::from_static(ALLOWED));
        put("access-control-max-age", HeaderValue::from_static(REMEMBERED));
    }
    response
}

fn loopback_origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get("origin")?;
    let host = origin.to_str().ok()?.strip_prefix("http://")?;
    let host = host.rsplit_once(':').map_or(host, |(host, _port)| host);
    ["127.0.0.1", "localhost", "[::1]"].contains(&host).then(|| origin.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_machine_are_answered() {
        let answered = |origin: &'static str| {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static("origin"), HeaderValue::from_static(origin))]);
            loopback_origin(&headers).is_some()
        };
        assert!(answered("http://127.0.0.1:8080") && answered("http://localhost:1"));
        assert!(answered("http://[::1]:9") && answered("http://localhost"));
        assert!(!answered("https://example.org") && !answered("http://127.0.0.1.example.org:80"));
        assert!(!answered("null"));
    }
}
