//! Listening for devices, and who among the callers may connect: such devices have no credentials but their address.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};

use crate::config::Network;
use crate::doors::report::Report;

/// A door that listens.
pub struct Port {
    listener: TcpListener,
    peers: Vec<Network>,
    report: Report,
}

impl Port {
    /// Listens on `address` for `peers`; none: those on loopback.
    ///
    /// # Errors
    /// When the address cannot be had or a peer not be read; `entry` names the one at fault.
    pub async fn open(
        entry: &str,
        address: &str,
        peers: &[String],
        report: Report,
    ) -> anyhow::Result<Self> {
        let networks = peers.iter().map(|peer| {
            Network::parse(peer).with_context(|| format!("{entry}: peer {peer:?} is no network"))
        });
        let listener = TcpListener::bind(address).await;
        Ok(Self {
            listener: listener.with_context(|| format!("{entry}: cannot listen on {address}"))?,
            peers: networks.collect::<anyhow::Result<_>>()?,
            report,
        })
    }

    /// Returns the next connection of one who may connect; others are closed, counted and told.
    pub async fn accept(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) if self.admits(peer) => return stream,
                Ok((_, peer)) => {
                    self.report.count("tcp.peer");
                    let words = format!("{} may not connect", peer.ip());
                    self.report.complains("tcp.peer", &words);
                }
                Err(error) => {
                    // Out of file descriptors, or the caller is gone already: go on with the next.
                    let words = format!("a connection could not be accepted: {error}");
                    self.report.complains("tcp.accept", &words);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    fn admits(&self, peer: SocketAddr) -> bool {
        let address = peer.ip().to_canonical();
        match self.peers.as_slice() {
            [] => address.is_loopback(),
            peers => peers.iter().any(|network| network.contains(address)),
        }
    }
}
