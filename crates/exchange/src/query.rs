//! Reading `QueryIndicatorRequest`: the typed fields become the named texts that every interface's queries are read from.

use bordergate_indicators::{Dimension, Query};
use bordergate_model::{CargoClass, Channel, Direction};

use crate::errors::Failure;
use crate::mapping::{self, Word, from_timestamp};
use crate::v1::QueryIndicatorRequest;

/// Reads and checks a query.
///
/// # Errors
/// A [`Failure`] that names the field and the allowed values.
pub fn read(request: &QueryIndicatorRequest) -> Result<Query, Failure> {
    let parameters = parameters(request)?;
    Ok(Query::parse(&request.indicator_id, parameters)?)
}

/// Returns the field of `QueryIndicatorRequest` that holds a query's parameter.
#[must_use]
pub fn field_of(parameter: &str) -> &str {
    match parameter {
        "indicator" => "indicator_id",
        "gate" => "gate_id",
        "loaded" => "is_loaded",
        "p" => "percentiles",
        other => other,
    }
}

fn parameters(request: &QueryIndicatorRequest) -> Result<Vec<(String, String)>, mapping::Error> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let moment = |field, at: &Option<prost_types::Timestamp>| {
        let at = at.as_ref().map(|at| from_timestamp(field, at)).transpose();
        at.map(|at| at.map(|at| at.to_string()))
    };
    let direction = Direction::from_number("direction", request.direction)?;
    let channel = Channel::from_number("channel", request.channel)?;
    let cargo = CargoClass::from_number("cargo", request.cargo)?;
    let by = request.by.iter().map(|number| {
        let dimension = Dimension::needed("by", *number);
        dimension.map(|dimension| dimension.code().to_owned())
    });
    let by = by.collect::<Result<Vec<_>, _>>()?.join(",");
    let percentiles: Vec<String> = request.percentiles.iter().map(f64::to_string).collect();
    let given = [
        ("segment", text(&request.segment)),
        ("gate", text(&request.gate_id)),
        ("direction", direction.map(|word| word.code().to_owned())),
        ("channel", channel.map(|word| word.code().to_owned())),
        ("cargo", cargo.map(|word| word.code().to_owned())),
        ("loaded", request.is_loaded.map(|word| word.to_string())),
        ("from", moment("from", &request.from)?),
        ("to", moment("to", &request.to)?),
        ("at", moment("at", &request.at)?),
        ("by", text(&by)),
        ("p", text(&percentiles.join(","))),
    ];
    let given = given.into_iter();
    Ok(given
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::mapping::to_timestamp;
    use crate::v1;

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("RFC 3339")
    }

    #[test]
    fn every_field_becomes_its_parameter() {
        let request = QueryIndicatorRequest {
            indicator_id: "r1".to_owned(),
            segment: "C3".to_owned(),
            gate_id: "huu-nghi".to_owned(),
            direction: v1::Direction::Export.into(),
            channel: v1::Channel::Red.into(),
            cargo: v1::CargoClass::NewVehicle.into(),
            is_loaded: Some(true),
            from: Some(to_timestamp(moment("2026-11-15T17:00:00Z"))),
            to: Some(to_timestamp(moment("2026-11-16T17:00:00.000001Z"))),
            at: None,
            by: vec![v1::Dimension::Day.into(), v1::Dimension::Loaded.into()],
            percentiles: vec![99.9, 50.0],
        };
        let query = read(&request).expect("a good query");
        assert_eq!(query.from, Some(moment("2026-11-15T17:00:00Z")));
        assert_eq!(query.to, Some(moment("2026-11-16T17:00:00.000001Z")));
        assert_eq!(query.by, [Dimension::Day, Dimension::Loaded]);
        assert_eq!(query.percentiles, [50.0, 99.9]);
        let parameters = query.parameters();
        let understood = ["segment", "gate", "direction", "channel", "cargo", "loaded"];
        assert_eq!(
            understood.map(|name| parameters[name].as_str()),
            ["C3", "huu-nghi", "export", "red", "new_vehicle", "true"]
        );
    }

    #[test]
    fn a_wrong_field_is_named_as_the_contract_names_it() {
        type Spoil = fn(&mut QueryIndicatorRequest);
        let wrong: [(&str, Spoil); 6] = [
            ("indicator_id", |r| r.indicator_id = "C99".to_owned()),
            ("gate_id", |r| r.gate_id = "a b".to_owned()),
            ("percentiles", |r| r.percentiles = vec![100.0]),
            ("channel", |r| r.channel = 77),
            ("by", |r| r.by = vec![v1::Dimension::At.into()]),
            ("segment", |r| r.segment = "C3".to_owned()),
        ];
        for (field, spoil) in wrong {
            let mut request = QueryIndicatorRequest {
                indicator_id: "C2".to_owned(),
                ..Default::default()
            };
            spoil(&mut request);
            let failure = read(&request).expect_err(field);
            assert_eq!(failure.field.as_deref(), Some(field));
        }
    }
}
