//! The connection to the broker: made, served, and made again after a pause when it ends.
//!
//! Every connection is a client of its own. An acknowledgement of an earlier one cannot reach the next: after a broker
//! lost its session the same packet identifier names another message.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rumqttc::{
    AsyncClient, ConnectionError, Event, ManualAck, MqttOptions, Packet, PubAck, PubAckProperties,
    PubAckReason, Publish, QoS, RetainForwardRule, StateError, SubAck, SubscribeFilterInput,
    SubscribeReasonCode,
};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connect;
use super::message::{Subscribed, offer};
use super::pattern::Pattern;
use crate::app::App;
use crate::doors::pauses::Pauses;
use crate::doors::report::Report;
use crate::doors::settle::{Settled, settle};

/// Pauses before the next connection.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(250), Duration::from_secs(30));
/// A connection that held so long is followed by the next after the first pause; two hubs under one name, which put each
/// other out, soon pause long.
const STEADY: Duration = Duration::from_secs(10);
/// Longest the broker may take to be told goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// What is refused of messages without a guarantee when the hub is behind.
const OVERRUN: &str = "mqtt.overrun";

/// The door; [`Door::run`] serves it.
pub struct Door {
    app: Arc<App>,
    report: Report,
    options: MqttOptions,
    subscriptions: Vec<Subscribed>,
    /// Places for messages that the broker's window does not count.
    unguaranteed: Arc<Semaphore>,
}

/// Returns the door that the settings describe; `None` when they name no broker.
///
/// # Errors
/// When a file or a subscription cannot be used; names its key.
pub fn open(app: &Arc<App>) -> anyhow::Result<Option<Arc<Door>>> {
    let mqtt = &app.settings.mqtt;
    let Some(options) = connect::options(mqtt)? else {
        return Ok(None);
    };
    let subscribed = mqtt.subscriptions.iter().map(|entry| {
        let pattern = Pattern::parse(&entry.topic, entry.source.as_deref());
        let pattern = pattern.map_err(|reason| anyhow::anyhow!("mqtt.subscriptions: {reason}"))?;
        Ok(Subscribed {
            pattern,
            content_type: entry.content_type.clone().unwrap_or_default(),
        })
    });
    Ok(Some(Arc::new(Door {
        app: Arc::clone(app),
        report: Report::new(app, "mqtt"),
        options,
        subscriptions: subscribed.collect::<anyhow::Result<_>>()?,
        unguaranteed: Arc::new(Semaphore::new(usize::from(mqtt.max_in_flight))),
    })))
}

/// Why a connection ended.
struct Ended {
    code: &'static str,
    words: String,
}

impl Door {
    /// Serves the door until the hub stops.
    pub async fn run(self: Arc<Self>) {
        let mut pauses = PAUSES;
        let mut had_session = false;
        while !self.app.shutdown.is_cancelled() {
            self.report.is_waiting("connecting");
            let begun = Instant::now();
            let ended = self.serve(&mut had_session).await;
            if self.app.shutdown.is_cancelled() {
                break;
            }
            self.report.is_waiting(ended.code);
            if begun.elapsed() >= STEADY {
                pauses.begin_anew();
            }
            let pause = pauses.take();
            tracing::warn!(
                error.code = ended.code,
                "no connection to the MQTT broker; again in {} ms: {}",
                pause.as_millis(),
                ended.words
            );
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.app.shutdown.cancelled() => break,
            }
        }
        self.report.is_waiting("stopped");
    }

    /// Serves one connection until it ends; `had_session` tells whether an earlier one had a session, and becomes true.
    async fn serve(self: &Arc<Self>, had_session: &mut bool) -> Ended {
        let capacity = usize::from(self.app.settings.mqtt.max_in_flight) + 8;
        let (client, mut events) = AsyncClient::builder(self.options.clone())
            .capacity(capacity)
            .build();
        let filters = self.subscriptions.iter().map(|subscribed| {
            SubscribeFilterInput::new(subscribed.pattern.filter(), QoS::AtLeastOnce)
                // A retained message was taken when the subscription was new.
                .retain_forward_rule(RetainForwardRule::OnNewSubscribe)
        });
        if let Err(error) = client.try_subscribe_many(filters) {
            return Ended {
                code: "mqtt.subscription",
                words: error.to_string(),
            };
        }
        let gone = CancellationToken::new();
        let _gone_at_end = gone.clone().drop_guard();
        let (settling, settled) = unbounded_channel();
        let mut unsaid = Some((client, settled));
        loop {
            let is_connected = unsaid.is_none();
            let event = tokio::select! {
                event = events.poll() => event,
                () = self.app.shutdown.cancelled(), if !is_connected => {
                    return Ended { code: "hub.stopping", words: String::new() };
                }
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(answer))) => {
                    if let Some((client, settled)) = unsaid.take() {
                        let shutdown = self.app.shutdown.clone();
                        self.app.tasks.spawn(acknowledge(client, settled, shutdown));
                    }
                    self.connected(answer.session_present, had_session);
                }
                Ok(Event::Incoming(Packet::SubAck(answer))) => match self.refused(&answer) {
                    // Only now does the broker keep what is published.
                    None => self.report.is_connected(),
                    Some(refused) => {
                        return Ended {
                            code: "mqtt.subscription",
                            words: format!("the broker refuses {refused}"),
                        };
                    }
                },
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    self.take(message, &settling, &gone);
                }
                Ok(_) => {}
                Err(error) => {
                    return Ended {
                        code: code_of(&error),
                        words: error.to_string(),
                    };
                }
            }
        }
    }

    fn connected(&self, is_resumed: bool, had_session: &mut bool) {
        if *had_session && !is_resumed {
            tracing::error!(
                error.code = "mqtt.session_lost",
                "the MQTT broker has lost the session of {}: what it had not sent yet is gone",
                self.app.settings.mqtt.client_id
            );
        }
        *had_session = true;
        tracing::info!(
            is_resumed,
            "connected to the MQTT broker; session resumed: {is_resumed}"
        );
    }

    /// Returns the filters that the broker refuses, each with its reason.
    fn refused(&self, answer: &SubAck) -> Option<String> {
        let answers = answer.return_codes.iter().zip(&self.subscriptions);
        let refused: Vec<String> = answers
            .filter(|(code, _)| !matches!(code, SubscribeReasonCode::Success(_)))
            .map(|(code, of)| format!("{} ({code:?})", of.pattern.filter()))
            .collect();
        (!refused.is_empty()).then(|| refused.join(", "))
    }

    /// Begins to settle a message; its place among the acknowledgements is that of its arrival (MQTT 5, 4.6).
    fn take(
        self: &Arc<Self>,
        message: Publish,
        settling: &UnboundedSender<Settling>,
        gone: &CancellationToken,
    ) {
        if message.dup {
            self.report.count_again();
        }
        let is_guaranteed = message.qos != QoS::AtMostOnce;
        let place = match is_guaranteed {
            true => None,
            false => match Arc::clone(&self.unguaranteed).try_acquire_owned() {
                Ok(place) => Some(place),
                Err(_) => {
                    self.report.count(OVERRUN);
                    let words = "messages of quality 0 are dropped: too many wait for the log";
                    return self.report.complains(OVERRUN, words);
                }
            },
        };
        let (door, gone, packet_id) = (Arc::clone(self), gone.clone(), message.pkid);
        let offered = offer(&self.subscriptions, &message);
        drop(message);
        let outcome = self.app.tasks.spawn(async move {
            let _place = place;
            settle(&door.app, &door.report, offered, &gone).await
        });
        if is_guaranteed {
            // The other end is gone with the connection; then nothing can be acknowledged any more.
            let _ = settling.send(Settling { packet_id, outcome });
        }
    }
}

/// A message under way.
struct Settling {
    packet_id: u16,
    outcome: JoinHandle<Settled>,
}

/// Acknowledges messages in the order they came; says goodbye when the hub stops and none is under way.
async fn acknowledge(
    client: AsyncClient,
    mut settling: UnboundedReceiver<Settling>,
    shutdown: CancellationToken,
) {
    loop {
        let next = tokio::select! {
            biased;
            next = settling.recv() => next,
            () = shutdown.cancelled() => break,
        };
        let Some(Settling { packet_id, outcome }) = next else {
            return;
        };
        // A task that panicked has settled nothing: the broker sends its message again.
        let settled = outcome.await.unwrap_or(Settled::Open);
        if let Some(acknowledgement) = acknowledgement(packet_id, settled) {
            let sent = client.manual_ack(ManualAck::PubAck(acknowledgement)).await;
            if sent.is_err() {
                return;
            }
        }
    }
    // Without it the broker takes the hub for lost, which does no harm.
    let _ = client.disconnect_with_timeout(GOODBYE).await;
}

/// Returns the acknowledgement of a message; `None` when it is left to the broker, which sends it again.
fn acknowledgement(packet_id: u16, settled: Settled) -> Option<PubAck> {
    match settled {
        Settled::Accepted => Some(PubAck::new(packet_id, None)),
        Settled::Refused(code) => {
            let properties = PubAckProperties {
                reason_string: Some(code.to_owned()),
                user_properties: Vec::new(),
            };
            let mut refused = PubAck::new(packet_id, Some(properties));
            refused.reason = PubAckReason::ImplementationSpecificError;
            Some(refused)
        }
        Settled::Open => None,
    }
}

fn code_of(error: &ConnectionError) -> &'static str {
    match error {
        ConnectionError::Io(_) | ConnectionError::Timeout(_) => "mqtt.unreachable",
        ConnectionError::Tls(_) => "mqtt.tls",
        ConnectionError::ConnectionRefused(_) => "mqtt.refused",
        ConnectionError::MqttState(
            StateError::Io(_) | StateError::ConnectionAborted | StateError::AwaitPingResp,
        ) => "mqtt.lost",
        ConnectionError::MqttState(StateError::ServerDisconnect { .. }) => "mqtt.disconnected",
        ConnectionError::MqttState(StateError::ConnFail { .. }) => "mqtt.refused",
        _ => "mqtt.protocol",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_settled_is_acknowledged_and_a_refusal_says_its_code() {
        assert_eq!(
            acknowledgement(7, Settled::Accepted),
            Some(PubAck::new(7, None))
        );
        assert_eq!(acknowledgement(7, Settled::Open), None);
        let refused = acknowledgement(7, Settled::Refused("source.unknown")).expect("settled");
        assert_eq!(refused.reason, PubAckReason::ImplementationSpecificError);
        let reason = refused.properties.and_then(|all| all.reason_string);
        assert_eq!(reason.as_deref(), Some("source.unknown"));
    }
}
