//! Who must act when something fails.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The party that must act on a failure; decides between quarantine, retry and stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The sender's input is wrong: it is quarantined, and the same bytes will fail again.
    Sender,
    /// A system behind us (log, database, peer) does not answer: the same call may work later.
    Upstream,
    /// This hub is wrong or wrongly configured: the role stops and an administrator must look.
    Hub,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sender => "sender",
            Self::Upstream => "upstream",
            Self::Hub => "hub",
        })
    }
}
