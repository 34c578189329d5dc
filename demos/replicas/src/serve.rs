//! The server process: opens the store, says where it listens, serves until it is told to end.

use crate::process;
use crate::server::{Settings, router};
use crate::store::Store;
use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;

/// The one line a server prints when it is ready, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The server's name.
    pub name: String,
    /// Its process number.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Runs one server until its process is ended.
///
/// With `with_parent` it ends when its standard input closes and, where the system allows it, when its parent
/// process dies, even while it is stopped.
pub fn serve(
    settings: Settings,
    folder: &Path,
    listen: SocketAddr,
    with_parent: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    if with_parent {
        process::die_with_parent();
        std::thread::spawn(end_with_input);
    }
    std::fs::create_dir_all(folder)?;
    let store = Store::open(&folder.join(format!("{}.redb", settings.name)))?;
    let name = settings.name.clone();
    let routes = router(settings, store)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        announce(&Ready { name, pid: std::process::id(), address: listener.local_addr()? })?;
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for the client's acknowledgement; nothing depends on it.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

fn announce(ready: &Ready) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, ready)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn end_with_input() {
    let mut input = std::io::stdin().lock();
    let mut buffer = [0; 64];
    while matches!(input.read(&mut buffer), Ok(read) if read > 0) {}
    std::process::exit(0);
}
