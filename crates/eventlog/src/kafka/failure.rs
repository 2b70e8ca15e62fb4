//! What the brokers' and librdkafka's failures mean for the caller.

use bordergate_model::Shard;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::Error;

/// Returns what a failure means; `shard` is the one that was asked for, if any.
///
/// What an administrator must mend is `Configuration`; everything else may be better at the next call.
pub(super) fn of(error: &KafkaError, shard: Option<Shard>) -> Error {
    let reason = error.to_string();
    match (error.rdkafka_error_code(), shard) {
        (
            Some(Code::UnknownPartition | Code::UnknownTopicOrPartition | Code::UnknownTopic),
            Some(shard),
        ) => Error::NoSuchShard { shard },
        (
            Some(
                Code::Authentication
                | Code::SaslAuthenticationFailed
                | Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::UnsupportedSASLMechanism
                | Code::InvalidTopic
                | Code::PolicyViolation
                | Code::InvalidReplicationFactor
                | Code::InvalidConfig,
            ),
            _,
        ) => Error::Configuration { reason },
        _ if matches!(
            error,
            KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_)
        ) =>
        {
            Error::Configuration { reason }
        }
        _ => Error::Unreachable { reason },
    }
}

/// Returns what the failure of an append means.
pub(super) fn of_append(error: &KafkaError, shard: Shard, body_bytes: usize) -> Error {
    match error.rdkafka_error_code() {
        Some(Code::MessageSizeTooLarge | Code::InvalidMessageSize) => {
            Error::TooLarge { body_bytes }
        }
        _ => of(error, Some(shard)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_must_act_follows_from_the_brokers_word() {
        for (code, expected) in [
            (Code::UnknownTopicOrPartition, "log.no_such_shard"),
            (Code::UnknownPartition, "log.no_such_shard"),
            (Code::MessageSizeTooLarge, "log.too_large"),
            (Code::TopicAuthorizationFailed, "log.configuration"),
            (Code::SaslAuthenticationFailed, "log.configuration"),
            (Code::MessageTimedOut, "log.unreachable"),
            (Code::NotEnoughReplicas, "log.unreachable"),
            (Code::AllBrokersDown, "log.unreachable"),
            (Code::Fatal, "log.unreachable"),
        ] {
            let error = of_append(&KafkaError::MessageProduction(code), 3, 10);
            assert_eq!(error.code(), expected, "{code:?}");
        }
    }
}
