//! A hedged call on real connections: three servers on loopback, one of which stalls, and a client that does not.
//!
//! Run with `cargo run -p hedgerow-tokio --example hedged_call`.

use hedgerow_tokio::{AttemptError, CallOptions, Client, Config, EndpointSpec, Idempotency};
use std::{collections::HashMap, error::Error, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Answers one byte with one byte; every tenth answer of a server that stalls takes 200 ms.
async fn serve(stalls: bool) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let mut count = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            count += 1;
            let delay = Duration::from_millis(if stalls && count % 10 == 0 { 200 } else { 1 });
            tokio::spawn(async move {
                let mut byte = [0];
                stream.read_exact(&mut byte).await?;
                tokio::time::sleep(delay).await;
                stream.write_all(&byte).await
            });
        }
    });
    Ok(address)
}

async fn ask(address: SocketAddr) -> Result<u8, AttemptError<io::Error>> {
    // A connection that was refused never carried the request, so it may always be sent again.
    let mut stream = TcpStream::connect(address).await.map_err(AttemptError::not_sent)?;
    stream.write_all(&[7]).await?;
    let mut byte = [0];
    stream.read_exact(&mut byte).await?;
    Ok(byte[0])
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut addresses = HashMap::new();
    for (name, stalls) in [("a", true), ("b", false), ("c", false)] {
        addresses.insert(name, serve(stalls).await?);
    }
    let addresses = Arc::new(addresses);
    let endpoint = |name: &str| EndpointSpec { name: name.to_owned(), ..EndpointSpec::default() };
    // Meant to answer within 10 ms, given up after half a second.
    let config: Config = serde_json::from_str(r#"{"objective": {"target_us": 10000, "max_us": 500000}}"#)?;
    let client = Client::builder(config).endpoints(["a", "b", "c"].map(endpoint)).build()?;

    let options = CallOptions { idempotency: Some(Idempotency::Natural), ..CallOptions::default() };
    let (mut walls, mut rescued) = (Vec::new(), None);
    for _ in 0..300 {
        let addresses = addresses.clone();
        let (_, report) = client
            .call_reported(options, move |attempt| {
                let address = addresses[&*attempt.endpoint];
                async move { ask(address).await }
            })
            .await?;
        walls.push(report.wall);
        if report.hedged() {
            rescued = Some(report);
        }
    }
    walls.sort();
    println!(
        "300 calls: median {:?}, 99th percentile {:?}, slowest {:?}",
        walls[150], walls[297], walls[299]
    );
    if let Some(report) = rescued {
        println!("a call that a hedge rescued, {:?} in all:", report.wall);
        for attempt in &report.attempts {
            println!(
                "  {:?} to {} after {:?} ({}): {:?}",
                attempt.kind,
                attempt.endpoint,
                attempt.started,
                attempt.reason.text(),
                attempt.outcome
            );
        }
    }
    println!(
        "hedges won {}, host timers armed {}",
        client.stats().hedges_won,
        client.host_stats().timer_arms
    );
    Ok(())
}
