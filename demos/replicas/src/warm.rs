//! Before measuring: every key exists and every client has open connections and a first idea of latency.

use crate::arm::{Arm, value};
use crate::fleet::Fleet;
use crate::http::Http;
use crate::placement;
use crate::schedule::Planned;
use hyper::Method;
use hyper::body::Bytes;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const AT_ONCE: usize = 8;

/// Writes every key once and waits until all replicas hold it.
pub async fn fill(fleet: &Fleet, keys: u32) -> Result<(), Box<dyn Error>> {
    let http = Http::new();
    let writes = (0..keys).map(|key| {
        let key = placement::key_name(key);
        let url = format!("{}/kv/{key}", fleet.replicas[placement::replicas(&key)[0]].url);
        let (http, body) = (http.clone(), Bytes::from(value(&key, "fill")));
        async move { http.send(Method::PUT, &url, &[], body, Duration::from_secs(10)).await.is_ok() }
    });
    if all(writes).await.iter().any(|written| !written) {
        return Err("the servers did not take the first values".into());
    }
    if !fleet.settle(Duration::from_secs(20)).await? {
        return Err("the first values did not reach all replicas".into());
    }
    Ok(())
}

/// Makes calls that are not counted, a few at once.
pub async fn warm_up(arm: &Arc<Arm>, planned: &[Planned]) {
    let calls = planned.iter().map(|call| {
        let (arm, call) = (Arc::clone(arm), *call);
        async move {
            arm.call(&call, &format!("warm-{}-{}", arm.name(), call.index)).await;
        }
    });
    all(calls).await;
}

/// Runs futures, a bounded number at once; answers come in the order they finish.
async fn all<F>(futures: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::new());
    for future in futures {
        if running.len() == AT_ONCE {
            done.extend(running.join_next().await.and_then(Result::ok));
        }
        running.spawn(future);
    }
    while let Some(one) = running.join_next().await {
        done.extend(one);
    }
    done
}
