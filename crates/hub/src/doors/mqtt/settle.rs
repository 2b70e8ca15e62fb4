//! What becomes of one message: taken, refused for good, or left to the broker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_model::Fault;
use rumqttc::{PubAck, PubAckProperties, PubAckReason};
use tokio_util::sync::CancellationToken;

use crate::access::Caller;
use crate::app::App;
use crate::doors::accept::Offer;
use crate::doors::complaints::Complaints;
use crate::doors::refusal::Refusal;

/// First and longest pause before a message is offered again.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The log has it.
    Accepted,
    /// It will never be taken; the code of the refusal.
    Refused(&'static str),
    /// Nobody knows; the broker sends it again.
    Open,
}

impl Settled {
    /// Returns the acknowledgement of the message with this packet identifier; `None` when it is left to the broker.
    #[must_use]
    pub fn acknowledgement(self, packet_id: u16) -> Option<PubAck> {
        match self {
            Self::Accepted => Some(PubAck::new(packet_id, None)),
            Self::Refused(code) => {
                let properties = PubAckProperties {
                    reason_string: Some(code.to_owned()),
                    user_properties: Vec::new(),
                };
                let mut refused = PubAck::new(packet_id, Some(properties));
                refused.reason = PubAckReason::ImplementationSpecificError;
                Some(refused)
            }
            Self::Open => None,
        }
    }
}

/// Offers a message until it is taken or refused for good, or the connection it came by is `gone`.
///
/// What is no fault of the sender may pass: the message is offered again, later and later.
pub async fn settle(
    app: &Arc<App>,
    complaints: &Complaints,
    offered: Result<Offer, Refusal>,
    gone: &CancellationToken,
) -> Settled {
    let offer = match offered {
        Ok(offer) => offer,
        Err(refusal) => {
            complain(complaints, &refusal);
            return Settled::Refused(refusal.code());
        }
    };
    let mut pause = PAUSE;
    loop {
        let Err(refusal) = app.accept(&Caller::Configuration, offer.clone()).await else {
            return Settled::Accepted;
        };
        match refusal {
            Refusal::Stopping => return Settled::Open,
            refusal if refusal.fault() == Fault::Sender => {
                complain(complaints, &refusal);
                return Settled::Refused(refusal.code());
            }
            refusal => complain(complaints, &refusal),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = gone.cancelled() => return Settled::Open,
            () = app.shutdown.cancelled() => return Settled::Open,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn complain(complaints: &Complaints, refusal: &Refusal) {
    let (code, words) = (refusal.code(), refusal.to_string());
    if let Some(count) = complaints.due(&words, code, Instant::now()) {
        let fate = match refusal.fault() {
            Fault::Sender => "acknowledged with an error and not kept",
            _ => "offered again",
        };
        tracing::warn!(
            error.code = code,
            count,
            "messages over MQTT are refused ({count}) and {fate}: {words}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_settled_is_acknowledged_and_a_refusal_says_its_code() {
        assert_eq!(
            Settled::Accepted.acknowledgement(7),
            Some(PubAck::new(7, None))
        );
        assert_eq!(Settled::Open.acknowledgement(7), None);
        let refused = Settled::Refused("source.unknown").acknowledgement(7);
        let refused = refused.expect("settled");
        assert_eq!(refused.reason, PubAckReason::ImplementationSpecificError);
        let reason = refused.properties.and_then(|all| all.reason_string);
        assert_eq!(reason.as_deref(), Some("source.unknown"));
    }
}
