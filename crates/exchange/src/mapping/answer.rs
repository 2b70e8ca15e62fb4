//! Indicators: definitions, answers and the facts behind them.

use std::collections::BTreeMap;

use bordergate_indicators as indicators;

use super::{Word, to_timestamp};
use crate::v1;

impl From<&indicators::Definition> for v1::IndicatorDefinition {
    fn from(definition: &indicators::Definition) -> Self {
        Self {
            indicator_id: definition.id.to_owned(),
            version: definition.version,
            title_en: definition.title_en.to_owned(),
            title_vi: definition.title_vi.to_owned(),
            unit: definition.unit.to_owned(),
            definition: definition.text.to_owned(),
            dimensions: definition.dimensions.iter().map(|d| d.number()).collect(),
        }
    }
}

impl From<&indicators::Answer> for v1::IndicatorAnswer {
    fn from(answer: &indicators::Answer) -> Self {
        Self {
            indicator_id: answer.indicator.to_owned(),
            definition_version: answer.definition_version,
            title_en: answer.title_en.to_owned(),
            title_vi: answer.title_vi.to_owned(),
            definition: answer.definition.to_owned(),
            unit: answer.unit.to_owned(),
            method: answer.method.to_owned(),
            parameters: answer
                .parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            data_as_of: answer.data_as_of.map(to_timestamp),
            late_sources: answer.late_sources.iter().map(late_source).collect(),
            total: Some(group(&answer.total)),
            groups: answer.groups.iter().map(group).collect(),
        }
    }
}

fn late_source(source: &indicators::LateSource) -> v1::LateSource {
    v1::LateSource {
        source_id: source.source_id.to_string(),
        last_received_at: source.last_received_at.map(to_timestamp),
        quiet_seconds: source.quiet_seconds,
    }
}

fn group(group: &indicators::Group) -> v1::IndicatorGroup {
    let key = group.key.iter().map(|part| v1::GroupKey {
        dimension: part.dimension.number(),
        value: part.value.clone(),
    });
    v1::IndicatorGroup {
        key: key.collect(),
        row_count: group.n,
        value: group.value,
        counts: counts(&group.counts),
        excluded_counts: counts(&group.excluded),
        skewed_count: group.skewed,
        open_count: group.open,
        distribution: group.distribution.as_ref().map(distribution),
        suppressed: group.suppressed,
        crossings_path: group.crossings.clone(),
    }
}

fn counts(counts: &BTreeMap<&'static str, u64>) -> BTreeMap<String, u64> {
    let named = counts.iter();
    named
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

fn distribution(distribution: &indicators::Distribution) -> v1::Distribution {
    let percentiles = distribution.percentiles.iter();
    v1::Distribution {
        mean: distribution.mean,
        min: distribution.min,
        max: distribution.max,
        median: distribution.median,
        standard_deviation: distribution.sd,
        percentiles: percentiles
            .map(|percentile| v1::Percentile {
                rank_percent: percentile.p,
                value: percentile.value,
            })
            .collect(),
    }
}

impl From<&indicators::Fact> for v1::Fact {
    fn from(fact: &indicators::Fact) -> Self {
        Self {
            segment: fact.segment.code().to_owned(),
            start_at: fact.start_at.map(to_timestamp),
            end_at: fact.end_at.map(to_timestamp),
            duration_seconds: fact.duration_us.map(seconds),
            is_skewed: fact.is_skewed,
            exclusion: fact
                .exclusion
                .map_or_else(String::new, |exclusion| exclusion.code().to_owned()),
            filed_at: fact.filed_at.map(to_timestamp),
        }
    }
}

/// Microseconds as seconds: exact up to 2^53 microseconds, 285 years.
#[allow(clippy::cast_precision_loss, reason = "no crossing lasts 285 years")]
fn seconds(duration_us: i64) -> f64 {
    duration_us as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use bordergate_indicators::{Context, Query, Rows, answer};

    use super::*;

    #[test]
    fn an_answer_keeps_its_definition_parameters_and_groups() {
        let pairs = [("gate".to_owned(), "huu-nghi".to_owned())];
        let query = Query::parse("C2", pairs).expect("a good query");
        let answer = answer(&query, &Rows::default(), Context::default());
        let message = v1::IndicatorAnswer::from(&answer);
        assert_eq!(
            (message.indicator_id.as_str(), message.unit.as_str()),
            ("C2", "s")
        );
        assert_eq!(message.parameters["gate"], "huu-nghi");
        assert_eq!(message.groups.len(), answer.groups.len());
        let total = message.total.expect("always there");
        assert_eq!(total.row_count, 0);
        assert_eq!(
            total.excluded_counts.len(),
            indicators::Exclusion::ALL.len()
        );
        assert_eq!(total.distribution, None);
    }

    #[test]
    fn every_definition_names_dimensions_of_the_contract() {
        for definition in indicators::DEFINITIONS {
            let message = v1::IndicatorDefinition::from(definition);
            assert!(
                message
                    .dimensions()
                    .all(|d| d != v1::Dimension::Unspecified)
            );
            assert_eq!(message.dimensions.len(), definition.dimensions.len());
        }
    }
}
