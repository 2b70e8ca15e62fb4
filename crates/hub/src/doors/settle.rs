//! What becomes of one message of a device or broker: taken, refused for good, or open.

use std::sync::Arc;
use std::time::Duration;

use bordergate_model::Fault;
use tokio_util::sync::CancellationToken;

use super::accept::Offer;
use super::pauses::Pauses;
use super::refusal::Refusal;
use super::report::Report;
use crate::access::Caller;
use crate::app::App;

/// Pauses before a message is offered again.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(250), Duration::from_secs(10));

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The log has it.
    Accepted,
    /// It will never be taken; the code of the refusal.
    Refused(&'static str),
    /// The hub stops, or the connection is gone; whoever sent it still has it or sends it again.
    Open,
}

/// Offers a message until it is taken or refused for good, or the connection it came by is `gone`.
///
/// What is no fault of the sender may pass: the message is offered again, later and later. Its end is counted.
pub async fn settle(
    app: &Arc<App>,
    report: &Report,
    offered: Result<Offer, Refusal>,
    gone: &CancellationToken,
) -> Settled {
    let settled = offer_until_settled(app, report, offered, gone).await;
    match settled {
        Settled::Accepted => report.count("accepted"),
        Settled::Refused(code) => report.count(code),
        Settled::Open => {}
    }
    settled
}

async fn offer_until_settled(
    app: &Arc<App>,
    report: &Report,
    offered: Result<Offer, Refusal>,
    gone: &CancellationToken,
) -> Settled {
    let offer = match offered {
        Ok(offer) => offer,
        Err(refusal) => {
            report.refuses(&refusal);
            return Settled::Refused(refusal.code());
        }
    };
    let caller = Caller::source(&offer.source_id);
    let mut pauses = PAUSES;
    loop {
        let Err(refusal) = app.accept(&caller, offer.clone()).await else {
            return Settled::Accepted;
        };
        match refusal {
            Refusal::Stopping => return Settled::Open,
            refusal if refusal.is_of_record() || refusal.fault() == Fault::Sender => {
                report.refuses(&refusal);
                return Settled::Refused(refusal.code());
            }
            refusal => report.refuses(&refusal),
        }
        tokio::select! {
            () = tokio::time::sleep(pauses.take()) => {}
            () = gone.cancelled() => return Settled::Open,
            () = app.shutdown.cancelled() => return Settled::Open,
        }
    }
}
