//! What cameras post, and curl as the client that posts it: it logs in and shows certificates as they do.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod scene;

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use bordergate_tests::Place;
use serde_json::Value;

/// What curl was answered in the end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The lines of headers of all answers, in lower case.
    pub(crate) headers: String,
    /// The `Authorization` that was sent last; empty without one.
    pub(crate) sent: String,
}

impl Answer {
    /// Returns the id of the record that was made.
    pub(crate) fn record_id(&self) -> anyhow::Result<String> {
        ensure!(self.status == 200, "{self:?}");
        let mut lines = self.headers.lines();
        let record_id = lines.find_map(|line| line.strip_prefix("bordergate-record-id: "));
        Ok(record_id.context("no record id")?.trim().to_owned())
    }

    /// Checks that it is a problem of this status and code.
    pub(crate) fn refuses(&self, status: u16, code: &str) -> anyhow::Result<()> {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        ensure!(
            self.status == status && problem["code"] == code,
            "{code}: {self:?}"
        );
        Ok(())
    }
}

/// Posts a body to a URL (and to those in `more`), as curl does; the answer is the last one's.
///
/// # Errors
/// When there was none, such as after a failed handshake; in the words of curl.
pub(crate) fn post(place: &Place, url: &str, body: &[u8], more: &[&str]) -> anyhow::Result<Answer> {
    let file = |name: &str| place.folder().join(name);
    std::fs::write(file("curl-body"), body)?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--verbose", "--max-time", "30"]);
    command.arg("--dump-header").arg(file("curl-headers"));
    let body = format!("@{}", file("curl-body").display());
    let output = command.args(["--data-binary", &body]).args(more).arg(url);
    let output = output.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    let headers = std::fs::read_to_string(file("curl-headers"))?.to_lowercase();
    let mut statuses = headers.lines().filter(|line| line.starts_with("http/"));
    let status = statuses.next_back().and_then(|line| line.split(' ').nth(1));
    let mut sent = said
        .lines()
        .filter_map(|line| line.strip_prefix("> Authorization: "));
    Ok(Answer {
        status: status.context("no status")?.parse()?,
        body: String::from_utf8_lossy(&output.stdout).into_owned(),
        sent: sent.next_back().unwrap_or_default().trim().to_owned(),
        headers,
    })
}

/// Returns an alert of an ISAPI camera with this hardware address: a vehicle that drives forward on line 1.
pub(crate) fn alert(mac_address: &str, plate: &str, at: &str) -> String {
    format!(
        "<EventNotificationAlert version=\"2.0\"><macAddress>{mac_address}</macAddress><channelID>1</channelID>\
         <dateTime>{at}</dateTime><eventType>ANPR</eventType><eventState>active</eventState><ANPR>\
         <licensePlate>{plate}</licensePlate><line>1</line><direction>forward</direction>\
         <confidenceLevel>96</confidenceLevel></ANPR></EventNotificationAlert>"
    )
}
