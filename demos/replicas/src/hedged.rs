//! The hedgerow arm: the same requests through `hedgerow-tokio`'s HTTP client.
//!
//! Three clients, one in each zone. Each call names its operation and the replicas of its key; everything else
//! (where to, when to hedge or retry, which token, how long to wait) is the core's. Target and max are not
//! configured: the servers tell them.

use crate::arm::{Called, value};
use crate::placement;
use crate::rescue::{self, Rescue};
use crate::schedule::{Op, Planned};
use crate::server::WRITE_ID_FIELD;
use hedgerow_tokio::http::HttpClient;
use hedgerow_tokio::{AttemptKind, CallOptions, Config, EndpointSpec, Replicas, Report};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use std::error::Error;

/// One client per zone.
#[derive(Debug)]
pub struct Hedged {
    clients: Vec<HttpClient>,
}

impl Hedged {
    /// Makes the clients on the current runtime; `urls` are the servers' base URLs by server index.
    pub fn new(urls: &[String]) -> Result<Self, Box<dyn Error>> {
        let clients = placement::ZONES.iter().map(|zone| client(zone, urls));
        Ok(Self { clients: clients.collect::<Result<_, _>>()? })
    }

    /// Makes one call.
    pub async fn call(&self, planned: &Planned, id: &str) -> Called {
        let client = &self.clients[planned.index as usize % self.clients.len()];
        let key = placement::key_name(planned.key);
        let names = placement::replicas(&key).map(placement::server_name);
        let names = names.each_ref().map(String::as_str);
        let (op, method, headers, body) = request(planned.op, &key, id);
        let options = CallOptions { replicas: Replicas::Names(&names), ..CallOptions::op(op) };
        let path = format!("/kv/{key}");
        match client.request_reported(method, &path, headers, body, options).await {
            Ok((_, report)) => Called { rescue: rescue(client, &report), ..called(&report, None) },
            Err(error) => called(error.report(), Some(error.code().to_owned())),
        }
    }
}

fn client(zone: &str, urls: &[String]) -> Result<HttpClient, Box<dyn Error>> {
    let document = format!(
        r#"{{
            "service": "replicas",
            "locality": {{ "zone": "{zone}" }},
            "operations": {{ "get": {{ "idempotency": "natural" }}, "put": {{ "idempotency": "token" }} }}
        }}"#
    );
    let config: Config = serde_json::from_str(&document)?;
    let mut builder = HttpClient::builder(config).label(format!("demo-{zone}"));
    for (server, url) in urls.iter().enumerate() {
        let endpoint = EndpointSpec {
            name: placement::server_name(server),
            zone: Some(placement::zone(server).to_owned()),
            ..EndpointSpec::default()
        };
        builder = builder.endpoint(endpoint, url.clone());
    }
    Ok(builder.build()?)
}

fn request(op: Op, key: &str, id: &str) -> (&'static str, Method, HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    match op {
        Op::Get => ("get", Method::GET, headers, Bytes::new()),
        Op::Put => {
            if let Ok(id) = HeaderValue::from_str(id) {
                headers.insert(WRITE_ID_FIELD, id);
            }
            ("put", Method::PUT, headers, Bytes::from(value(key, id)))
        }
    }
}

fn called(report: &Report, error: Option<String>) -> Called {
    Called {
        error,
        hedges: report.count(AttemptKind::Hedge) as u32,
        retries: report.count(AttemptKind::Retry) as u32,
        lost: Some(report.lost),
        rescue: None,
    }
}

/// The story of a call that another attempt than the first answered.
fn rescue(client: &HttpClient, report: &Report) -> Option<Box<Rescue>> {
    let decider = report.decider().filter(|decider| decider.kind != AttemptKind::Primary)?;
    let primary = report.attempts.first()?;
    let explanation = client.client().explain(report.call?)?;
    Some(Box::new(Rescue {
        primary: primary.endpoint.to_string(),
        rescuer: decider.endpoint.to_string(),
        plan: rescue::plan(&explanation),
        steps: rescue::steps(&explanation),
    }))
}
