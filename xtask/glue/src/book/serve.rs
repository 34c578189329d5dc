//! A small server of files for whoever writes the book: each request for a page builds it anew.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

/// Where the book is shown, on this machine alone.
const ADDRESS: &str = "127.0.0.1:8601";

/// Serves until the process is ended.
pub(crate) fn serve(book: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(ADDRESS)?;
    println!("http://{ADDRESS}/ (Ctrl-C ends it)");
    for stream in listener.incoming() {
        if let Err(error) = stream.map_err(Into::into).and_then(|stream| answer(book, stream)) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn answer(book: &Path, mut stream: TcpStream) -> Result<(), Box<dyn std::error::Error>> {
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or("/").split(['?', '#']).next().unwrap_or("/");
    let path = path.trim_start_matches('/');
    let path =
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let folder = if is_page(&path) { crate::build(book)? } else { mdbook_folder(book)? };
    let file = folder.join(&path);
    // Nothing outside of the book is shown.
    let inside =
        file.canonicalize().is_ok_and(|file| folder.canonicalize().is_ok_and(|root| file.starts_with(root)));
    let (status, body) = if inside { ("200 OK", fs::read(&file)?) } else { ("404 Not Found", Vec::new()) };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
        kind(&path)
    )?;
    Ok(stream.write_all(&body)?)
}

fn mdbook_folder(book: &Path) -> Result<std::path::PathBuf, Box<dyn std::error::Error>> {
    Ok(mdbook_driver::MDBook::load(book)?.build_dir_for("html"))
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "html")
}

/// The type of a file by the end of its name.
fn kind(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
