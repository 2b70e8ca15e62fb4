//! Which topics a subscription takes, and whose messages come there.
//!
//! Topic filters are those of MQTT 5 (4.7), shared subscriptions (`$share/group/filter`, 4.8.2) among them; a level
//! `{source}` is `+` for the broker and the source's id for the hub.

use bordergate_model::SourceId;

const SOURCE: &str = "{source}";
const SHARE: &str = "$share/";
/// Longest topic or filter, in bytes (MQTT 5, 1.5.4).
const LONGEST: usize = 65_535;

/// A subscription, ready to be asked for and to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    filter: String,
    levels: Vec<Level>,
    source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    /// This very word.
    Word(String),
    /// Any word.
    Any,
    /// The source's id.
    Source,
    /// Any number of words, none among them; always last.
    Rest,
}

impl Pattern {
    /// Reads a topic with at most one `{source}`; `source` names the source where there is none.
    ///
    /// # Errors
    /// What is wrong, naming the topic.
    pub fn parse(topic: &str, source: Option<&str>) -> Result<Self, String> {
        let wrong = |reason: &str| Err(format!("topic {topic:?} {reason}"));
        let matched = match topic.strip_prefix(SHARE) {
            None => topic,
            Some(shared) => match shared.split_once('/') {
                Some((group, filter)) if !group.is_empty() && !group.contains(['+', '#']) => filter,
                _ => return wrong("shares without group and filter ($share/group/filter)"),
            },
        };
        if matched.is_empty() || topic.len() > LONGEST || topic.contains('\0') {
            return wrong("is empty, too long or holds a NUL");
        }
        let words: Vec<&str> = matched.split('/').collect();
        let mut levels = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            levels.push(match *word {
                "+" => Level::Any,
                SOURCE => Level::Source,
                "#" if at + 1 == words.len() => Level::Rest,
                word if word.contains(['+', '#', '{', '}']) => {
                    return wrong("has +, # or {source} beside other text, or # before the end");
                }
                word => Level::Word(word.to_owned()),
            });
        }
        let place_count = levels
            .iter()
            .filter(|level| **level == Level::Source)
            .count();
        match (place_count, source) {
            (0, None) => return wrong("names no source: give one, or a level {source}"),
            (0, Some(source)) if SourceId::parse(source).is_err() => {
                return Err(format!("source {source:?} is no source id"));
            }
            (0, Some(_)) | (1, None) => {}
            (1, Some(_)) => return wrong("has a level {source}, and a source is given too"),
            _ => return wrong("has more than one level {source}"),
        }
        Ok(Self {
            filter: topic.replace(SOURCE, "+"),
            levels,
            source: source.map(str::to_owned),
        })
    }

    /// Returns the topic filter as the broker is asked for it.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Returns whose message a topic holds, as written there; `None` when the pattern does not take the topic.
    #[must_use]
    pub fn source_of<'a>(&'a self, topic: &'a str) -> Option<&'a str> {
        let mut words = topic.split('/');
        let mut source = self.source.as_deref();
        for level in &self.levels {
            match (level, words.next()) {
                (Level::Rest, _) => return source,
                (_, None) => return None,
                (Level::Any, Some(_)) => {}
                (Level::Source, Some(word)) => source = Some(word),
                (Level::Word(expected), Some(word)) if expected == word => {}
                (Level::Word(_), Some(_)) => return None,
            }
        }
        words.next().is_none().then_some(source).flatten()
    }

    /// Tells whether some topic is taken by both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        meet(&self.levels, &other.levels)
    }
}

fn meet(one: &[Level], other: &[Level]) -> bool {
    match (one, other) {
        ([], []) | ([Level::Rest], _) | (_, [Level::Rest]) => true,
        ([Level::Word(word), one @ ..], [Level::Word(also), other @ ..]) => {
            word == also && meet(one, other)
        }
        ([_, one @ ..], [_, other @ ..]) => meet(one, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(topic: &str, source: Option<&str>) -> Pattern {
        Pattern::parse(topic, source).expect("a pattern")
    }

    #[test]
    fn a_topic_names_its_source_by_a_level_or_by_the_entry() {
        for (topic, source, message_topic, expected) in [
            (
                "gates/{source}/anpr",
                None,
                "gates/hn-cam/anpr",
                Some("hn-cam"),
            ),
            ("gates/{source}/anpr", None, "gates/hn-cam/scale", None),
            ("gates/{source}/anpr", None, "gates/hn-cam", None),
            ("gates/{source}/anpr", None, "gates/hn-cam/anpr/1", None),
            ("+/{source}/#", None, "hn/cam/a/b", Some("cam")),
            ("+/{source}/#", None, "hn/cam", Some("cam")),
            ("scale/#", Some("hn-scale"), "scale", Some("hn-scale")),
            ("scale/#", Some("hn-scale"), "scale/7/raw", Some("hn-scale")),
            ("scale/+", Some("hn-scale"), "scale/", Some("hn-scale")),
            ("scale/+", Some("hn-scale"), "scales/7", None),
            ("$share/hubs/gates/{source}", None, "gates/x", Some("x")),
        ] {
            let pattern = pattern(topic, source);
            assert_eq!(pattern.source_of(message_topic), expected, "{topic}");
        }
    }

    #[test]
    fn the_broker_is_asked_with_plain_wildcards() {
        for (topic, filter) in [
            ("gates/{source}/anpr", "gates/+/anpr"),
            ("$share/hubs/{source}", "$share/hubs/+"),
        ] {
            assert_eq!(pattern(topic, None).filter(), filter);
        }
    }

    #[test]
    fn a_pattern_without_one_clear_source_is_refused() {
        for (topic, source, word) in [
            ("gates/+/anpr", None, "names no source"),
            ("gates/{source}/{source}", None, "more than one"),
            ("gates/{source}", Some("x"), "given too"),
            ("gates", Some("no id!"), "no source id"),
            ("gates/#/anpr", Some("x"), "before the end"),
            ("gates/a+", Some("x"), "beside other text"),
            ("gates/x{source}", None, "beside other text"),
            ("", Some("x"), "empty"),
            ("$share/hubs", Some("x"), "shares without"),
            ("$share//a", Some("x"), "shares without"),
        ] {
            let reason = Pattern::parse(topic, source).expect_err(topic);
            assert!(reason.contains(word), "{topic}: {reason}");
        }
    }

    #[test]
    fn patterns_meet_when_one_topic_fits_both() {
        for (one, other, expected) in [
            ("a/+", "a/b", true),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("a/+", "b/+", false),
            ("a/+", "a/b/c", false),
            ("+/b", "a/+", true),
        ] {
            let (one, other) = (pattern(one, Some("x")), pattern(other, Some("x")));
            assert_eq!(one.meets(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.meets(&one), expected, "{one:?} {other:?}");
        }
    }
}
