//! What a message offers to the hub: its source by its topic, its payload as it came.
//!
//! MQTT gives no lasting name to a message: a packet identifier is used again as soon as it is acknowledged, and equal
//! bytes may be two weighings. So a message sent again is a record of its own, and the reader finds by the event id that it
//! tells nothing new; a publisher that wants one record names its message in the user property `idempotency-key`.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue};
use bordergate_model::SourceId;
use rumqttc::Publish;

use super::Pattern;
use crate::doors::accept::Offer;
use crate::doors::refusal::Refusal;
use crate::telemetry::trace;

/// A subscription with what the configuration says about its messages.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// Its topics.
    pub pattern: Pattern,
    /// The content type of messages that name none; empty for none.
    pub content_type: String,
}

/// Returns the offer that a message makes.
///
/// The content type is that of the message, else the subscription's. User properties beside `idempotency-key` and
/// `traceparent` are read as CloudEvents attributes where there is a `specversion` (CloudEvents MQTT binding,
/// 3.1), and offered as the HTTP headers they would be.
///
/// # Errors
/// [`Refusal::UnknownSource`] when no subscription takes the topic or it names no source.
pub fn offer(subscriptions: &[Subscribed], message: &Publish) -> Result<Offer, Refusal> {
    let topic = std::str::from_utf8(&message.topic).unwrap_or_default();
    let found = subscriptions.iter().find_map(|subscribed| {
        let source = subscribed.pattern.source_of(topic)?;
        Some((subscribed, source))
    });
    let unknown = |source: &str| Refusal::UnknownSource {
        source_id: source.to_owned(),
    };
    let (subscribed, source) = found.ok_or_else(|| unknown(""))?;
    let properties = message.properties.as_ref();
    let content_type = properties.and_then(|properties| properties.content_type.clone());
    let named = properties.map_or(&[][..], |properties| &properties.user_properties);
    Ok(Offer {
        source_id: SourceId::parse(source).map_err(|_| unknown(source))?,
        key: property(named, "idempotency-key").map(str::to_owned),
        content_type: content_type.unwrap_or_else(|| subscribed.content_type.clone()),
        received_at: None,
        traceparent: property(named, "traceparent").and_then(traceparent),
        device_headers: attributes(named),
        body: message.payload.clone(),
    })
}

fn property<'a>(properties: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = properties.iter().filter(|(given, _)| given == name);
    found.next().map(|(_, value)| value.as_str())
}

fn traceparent(value: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", HeaderValue::from_str(value).ok()?);
    trace::of_caller(&headers)
}

/// Returns the CloudEvents attributes as `ce-*` headers, in order of name; none without `specversion`.
fn attributes(properties: &[(String, String)]) -> Vec<(String, String)> {
    if property(properties, "specversion").is_none() {
        return Vec::new();
    }
    let is_attribute = |name: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !name.is_empty() && name.bytes().all(is_plain) && name != "traceparent"
    };
    let mut headers: Vec<(String, String)> = properties
        .iter()
        .filter(|(name, _)| is_attribute(name))
        .map(|(name, value)| (format!("ce-{name}"), percent_encoded(value)))
        .collect();
    headers.sort();
    headers.dedup_by(|later, earlier| later.0 == earlier.0);
    headers
}

/// Encodes what a header cannot hold (CloudEvents HTTP binding, 3.1.3.2).
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '!'..='~') && !matches!(character, '"' | '%') {
            encoded.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            write!(encoded, "%{byte:02X}").expect("a string takes all that is written");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use rumqttc::{PublishProperties, QoS};

    use super::*;

    fn subscribed(topic: &str, content_type: &str) -> Vec<Subscribed> {
        vec![Subscribed {
            pattern: Pattern::parse(topic, None).expect("a pattern"),
            content_type: content_type.to_owned(),
        }]
    }

    fn message(topic: &str, content_type: Option<&str>, named: &[(&str, &str)]) -> Publish {
        let properties = PublishProperties {
            content_type: content_type.map(str::to_owned),
            user_properties: named
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..PublishProperties::default()
        };
        Publish::new(topic, QoS::AtLeastOnce, "bytes", Some(properties))
    }

    #[test]
    fn a_message_is_offered_as_it_came_under_the_source_of_its_topic() {
        let subscriptions = subscribed("gates/{source}", "text/plain");
        for (content_type, expected) in [(None, "text/plain"), (Some("a/b"), "a/b")] {
            let offer = offer(&subscriptions, &message("gates/hn-cam", content_type, &[]));
            let offer = offer.expect("a known topic");
            assert_eq!(offer.source_id.as_str(), "hn-cam");
            assert_eq!(offer.content_type, expected);
            assert_eq!(&offer.body[..], b"bytes");
            assert_eq!((offer.key, offer.device_headers), (None, vec![]));
        }
    }

    #[test]
    fn a_topic_without_a_good_source_is_refused_as_unknown() {
        let subscriptions = subscribed("gates/{source}", "");
        for topic in ["gates/no id!", "gates/", "other/x"] {
            let refusal = offer(&subscriptions, &message(topic, None, &[])).expect_err(topic);
            assert_eq!(refusal.code(), "source.unknown");
        }
    }

    #[test]
    fn cloudevents_attributes_become_the_headers_they_are_over_http() {
        let named = [
            ("specversion", "1.0"),
            ("id", "7 %"),
            ("source", "/cửa"),
            ("Not-An-Attribute", "x"),
            ("idempotency-key", "k"),
        ];
        let subscriptions = subscribed("gates/{source}", "");
        let offer = offer(&subscriptions, &message("gates/x", None, &named)).expect("known");
        let headers: Vec<(&str, &str)> = offer
            .device_headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            headers,
            [
                ("ce-id", "7%20%25"),
                ("ce-source", "/c%E1%BB%ADa"),
                ("ce-specversion", "1.0"),
            ]
        );
        assert_eq!(offer.key.as_deref(), Some("k"));
    }
}
