//! The program that drives Chromium for the tests of the web page.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::instance::{Instance, free_port};
use super::process::{Identity, start as start_process, wait_until_ready};
use super::tools::Tools;

/// Name of the service.
pub const NAME: &str = "chromedriver";

const READY_LIMIT: Duration = Duration::from_secs(30);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// Starts the driver; it starts a browser for each session a test asks for.
///
/// # Errors
/// When the driver or the browser is lacking, or the driver does not answer in time.
pub fn start(home: &Path, port_before: Option<u16>, tools: &Tools) -> anyhow::Result<Instance> {
    let program = tools
        .chromedriver
        .as_ref()
        .context("the driver of Chromium (chromedriver) is lacking")?;
    tools
        .chromium
        .as_ref()
        .context("the browser Chromium (chromium) is lacking")?;
    let folder = home.join(NAME);
    fs::create_dir_all(&folder).context("cannot make the folder of the driver")?;
    let log = folder.join("server.log");
    let port = free_port(port_before)?;
    let mut child = start_process(Command::new(program).arg(format!("--port={port}")), &log)?;
    let identity = Identity::of(child.id());
    wait_until_ready(&mut child, READY_LIMIT, &log, || answers(port))?;
    let identity = identity.context("the driver has ended")?;
    Ok(Instance {
        address: format!("http://127.0.0.1:{port}"),
        port,
        identity,
        log,
        data: Vec::new(),
    })
}

/// Returns whether a driver on this port says that it can make sessions.
/// Source: W3C WebDriver, 8.3 Status.
pub fn answers(port: u16) -> bool {
    status(port).is_ok_and(|answer| says_ready(&answer))
}

/// Reads no further than the answer: the driver keeps the connection open whatever it is asked.
fn status(port: u16) -> std::io::Result<String> {
    let mut stream =
        TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), PROBE_LIMIT)?;
    stream.set_read_timeout(Some(PROBE_LIMIT))?;
    write!(
        stream,
        "GET /status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let (mut answer, mut chunk) = (Vec::new(), [0; 1024]);
    loop {
        let read_bytes = stream.read(&mut chunk)?;
        answer.extend_from_slice(&chunk[..read_bytes]);
        let text = String::from_utf8_lossy(&answer);
        if read_bytes == 0 || says_ready(&text) {
            return Ok(text.into_owned());
        }
    }
}

fn says_ready(answer: &str) -> bool {
    let compact: String = answer.split_whitespace().collect();
    compact.starts_with("HTTP/1.1200") && compact.contains("\"ready\":true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_driver_that_says_so_is_ready() {
        for (answer, ready) in [
            (
                "HTTP/1.1 200 OK\r\n\r\n{\"value\": {\"ready\": true}}",
                true,
            ),
            (
                "HTTP/1.1 200 OK\r\n\r\n{\"value\":{\"ready\":false}}",
                false,
            ),
            ("HTTP/1.1 404 Not Found\r\n\r\n{\"ready\":true}", false),
            ("", false),
        ] {
            assert_eq!(says_ready(answer), ready, "{answer:?}");
        }
    }
}
