//! What a message of another system is to the hub: an offer under an id of its place, nothing, or left out with a code.

use axum::http::{HeaderMap, HeaderValue};
use bordergate_eventlog::kafka::ForeignMessage;
use bordergate_model::SourceId;
use bordergate_store::{ForeignPartition, LeftOut};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::config::BridgeTopic;
use crate::doors::accept::Offer;
use crate::doors::own;
use crate::doors::refusal::Refusal;
use crate::telemetry::trace;

/// Code of a message without a value, which says that a key is gone: the hub keeps what happened, so it is nothing.
pub(super) const TOMBSTONE: &str = "bridge.tombstone";
/// Code of a message that does not name its source, or not in a way that can be one.
const NO_SOURCE: &str = "bridge.no_source";

/// What becomes of a message.
#[derive(Debug)]
pub(super) enum Meaning {
    /// It is offered at the door.
    Offer(Box<Offer>),
    /// It has no value.
    Tombstone,
    /// It can never come in.
    LeftOut(&'static str, LeftOut),
}

/// Returns what becomes of a message, before the door has seen it.
pub(super) fn meaning(
    partition: &ForeignPartition,
    topic: &BridgeTopic,
    message: &ForeignMessage,
) -> Meaning {
    let Some(value) = &message.value else {
        return Meaning::Tombstone;
    };
    match source_of(topic, message) {
        Ok(source_id) => Meaning::Offer(Box::new(Offer {
            source_id,
            key: Some(record_key(partition, message.offset)),
            content_type: text(message, "content-type")
                .unwrap_or(&topic.content_type)
                .to_owned(),
            received_at: None,
            traceparent: traceparent(message),
            device_headers: device_headers(message),
            body: value.clone(),
        })),
        Err(detail) => Meaning::LeftOut(NO_SOURCE, left_out(message, NO_SOURCE, detail)),
    }
}

/// Returns the code and the row of a message that the door refused, when that is what shall become of it: a record
/// that can never be accepted, or one whose source the message itself names wrongly. `None` when it is waited for.
pub(super) fn refused(
    topic: &BridgeTopic,
    message: &ForeignMessage,
    refusal: &Refusal,
) -> Option<(&'static str, LeftOut)> {
    let is_named_by_it = topic.source.is_none()
        && matches!(
            refusal,
            Refusal::UnknownSource { .. } | Refusal::Disabled { .. }
        );
    (refusal.is_of_record() || is_named_by_it).then(|| {
        let code = refusal.code();
        (code, left_out(message, code, refusal.to_string()))
    })
}

/// Returns the key under which a message's record id is derived: the same however often it is read.
pub(super) fn record_key(partition: &ForeignPartition, offset: i64) -> String {
    let ForeignPartition {
        cluster_id,
        topic,
        partition,
    } = partition;
    own::key(format!("{cluster_id}/{topic}/{partition}/{offset}"))
}

/// Returns the hash by which a message is known again at its offset.
pub(super) fn fingerprint(message: &ForeignMessage) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [&message.key, &message.value] {
        // The length keeps key and value apart; -1 is none.
        let length = part.as_ref().map_or(-1, |part| part.len() as i64);
        hash.update(length.to_be_bytes());
        hash.update(part.as_deref().unwrap_or_default());
    }
    hash.finalize().into()
}

/// Returns the name under which a topic's places are kept: another one when it was made anew.
pub(super) fn kept_name(topic: &BridgeTopic) -> String {
    match topic.generation {
        0 => topic.topic.clone(),
        generation => format!("{}#{generation}", topic.topic),
    }
}

fn source_of(topic: &BridgeTopic, message: &ForeignMessage) -> Result<SourceId, String> {
    let (named, place) = match (&topic.source, &topic.source_header) {
        (Some(source), _) => (Some(source.as_str()), "the configuration".to_owned()),
        (None, Some(header)) => (text(message, header), format!("header {header:?}")),
        (None, None) => {
            let key = message.key.as_deref();
            (key.and_then(utf8), "the key".to_owned())
        }
    };
    let named = named.ok_or_else(|| format!("{place} is missing or no text"))?;
    SourceId::parse(named).map_err(|_| format!("{place} cannot be a source's name"))
}

fn left_out(message: &ForeignMessage, code: &str, detail: String) -> LeftOut {
    let value = message.value.as_deref().unwrap_or_default();
    LeftOut {
        from_offset: message.offset,
        until_offset: message.offset + 1,
        code: code.to_owned(),
        detail,
        body_bytes: i64::try_from(value.len()).ok(),
        body_sha256: Some(Sha256::digest(value).into()),
    }
}

/// Returns a header's text; of several with the name the last, as Kafka's clients do.
fn text<'m>(message: &'m ForeignMessage, name: &str) -> Option<&'m str> {
    let mut headers = message.headers.iter().rev();
    let (_, value) = headers.find(|(header, _)| header.eq_ignore_ascii_case(name))?;
    utf8(value)
}

/// Returns what can be a header's text: neither databases nor terminals get control characters.
fn utf8(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains(char::is_control)).then_some(text)
}

/// The CloudEvents headers of the Kafka binding (`ce_type`) under their names in HTTP (`ce-type`), in order of name.
fn device_headers(message: &ForeignMessage) -> Vec<(String, String)> {
    let named = |(name, value): &(String, Bytes)| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("ce_")?;
        Some((format!("ce-{name}"), utf8(value)?.to_owned()))
    };
    let mut headers: Vec<_> = message.headers.iter().filter_map(named).collect();
    headers.sort();
    headers.dedup_by(|later, first| later.0 == first.0);
    headers
}

fn traceparent(message: &ForeignMessage) -> Option<String> {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(text(message, "traceparent")?).ok()?;
    headers.insert("traceparent", value);
    trace::of_caller(&headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition() -> ForeignPartition {
        ForeignPartition {
            cluster_id: "c".to_owned(),
            topic: "t".to_owned(),
            partition: 3,
        }
    }

    fn message(key: Option<&str>, headers: &[(&str, &str)]) -> ForeignMessage {
        ForeignMessage {
            offset: 7,
            key: key.map(|key| Bytes::copy_from_slice(key.as_bytes())),
            value: Some(Bytes::from_static(b"{}")),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Bytes::copy_from_slice(value.as_bytes())))
                .collect(),
        }
    }

    fn by_header() -> BridgeTopic {
        BridgeTopic {
            source_header: Some("x-source".to_owned()),
            ..BridgeTopic::default()
        }
    }

    fn by_key() -> BridgeTopic {
        BridgeTopic {
            source_is_key: true,
            ..BridgeTopic::default()
        }
    }

    #[test]
    fn a_source_is_fixed_or_named_by_header_or_key() {
        let fixed = BridgeTopic {
            source: Some("hn-scale-1".to_owned()),
            ..BridgeTopic::default()
        };
        for (topic, message, expected) in [
            (&fixed, message(None, &[]), Some("hn-scale-1")),
            (
                &by_header(),
                message(None, &[("X-Source", "hn-a")]),
                Some("hn-a"),
            ),
            (
                &by_header(),
                message(None, &[("x-source", "hn-a"), ("x-source", "hn-b")]),
                Some("hn-b"),
            ),
            (&by_header(), message(Some("hn-a"), &[]), None),
            (&by_key(), message(Some("hn-a"), &[]), Some("hn-a")),
            (&by_key(), message(None, &[]), None),
            (&by_key(), message(Some("a/b"), &[]), None),
        ] {
            match (meaning(&partition(), topic, &message), expected) {
                (Meaning::Offer(offer), Some(expected)) => {
                    assert_eq!(offer.source_id.as_str(), expected);
                    assert_eq!(offer.key.as_deref(), Some("c/t/3/7"));
                }
                (Meaning::LeftOut(code, row), None) => {
                    assert_eq!((code, row.from_offset, row.until_offset), (NO_SOURCE, 7, 8));
                    assert_eq!(row.body_bytes, Some(2));
                }
                (other, expected) => panic!("{other:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn a_message_without_a_value_is_nothing() {
        let gone = ForeignMessage {
            value: None,
            ..message(Some("hn-a"), &[])
        };
        let meaning = meaning(&partition(), &by_key(), &gone);
        assert!(matches!(meaning, Meaning::Tombstone));
    }

    #[test]
    fn a_source_that_the_message_names_wrongly_is_the_messages_fault() {
        let fixed = BridgeTopic {
            source: Some("hn-a".to_owned()),
            ..BridgeTopic::default()
        };
        let unknown = Refusal::UnknownSource {
            source_id: "hn-a".to_owned(),
        };
        let too_large = Refusal::TooLarge { limit_bytes: 1 };
        let message = message(Some("hn-a"), &[]);
        for (topic, refusal, is_left_out) in [
            (&fixed, &unknown, false),
            (&by_key(), &unknown, true),
            (&fixed, &too_large, true),
            (&by_key(), &Refusal::LogAway, false),
        ] {
            let found = refused(topic, &message, refusal);
            assert_eq!(found.is_some(), is_left_out, "{refusal:?}");
        }
    }

    #[test]
    fn cloudevents_headers_get_their_names_in_http() {
        let message = message(None, &[("ce_type", "t"), ("CE_id", "1"), ("other", "x")]);
        let expected = [("ce-id", "1"), ("ce-type", "t")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(device_headers(&message), expected);
    }

    #[test]
    fn a_fingerprint_tells_key_from_value() {
        let of = |key: Option<&str>, value: Option<&'static str>| {
            fingerprint(&ForeignMessage {
                value: value.map(|value| Bytes::from_static(value.as_bytes())),
                ..message(key, &[])
            })
        };
        let all = [
            of(Some("ab"), Some("c")),
            of(Some("a"), Some("bc")),
            of(None, Some("abc")),
            of(Some(""), Some("abc")),
            of(Some("abc"), None),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
