//! The filter form: what may be chosen, in the page's language, with what was chosen.

use bordergate_indicators::{Indicator, Query};
use bordergate_model::{CargoClass, Channel, Direction};

use crate::registrations::Snapshot;
use crate::web::frame::Frame;

/// A choice in the form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) options: Vec<Choice>,
}

pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// Returns the fields of the form, in order.
pub(super) fn fields(frame: &Frame, registrations: &Snapshot, query: &Query) -> Vec<Field> {
    let (t, language) = (frame.t, frame.language);
    let choice = |value: &str, label: &str, is_chosen| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen,
    };
    let open = |mut options: Vec<Choice>| {
        let is_chosen = options.iter().all(|option| !option.is_chosen);
        options.insert(0, choice("", t.all, is_chosen));
        options
    };
    let indicators = Indicator::ALL
        .iter()
        .filter(|indicator| indicator.segment().is_some())
        .map(|indicator| {
            let definition = indicator.definition();
            let label = format!(
                "{} · {}",
                definition.id,
                language.of(definition.title_vi, definition.title_en)
            );
            choice(definition.id, &label, *indicator == query.indicator)
        });
    let gates = registrations.gates().into_iter().map(|gate| {
        let is_chosen = query.gate_id.as_ref() == Some(&gate.gate_id);
        choice(
            gate.gate_id.as_str(),
            language.of(&gate.name_vi, &gate.name_en),
            is_chosen,
        )
    });
    let directions = Direction::ALL
        .iter()
        .map(|d| choice(d.code(), t.of_direction(*d), query.direction == Some(*d)));
    let channels = Channel::ALL
        .iter()
        .map(|c| choice(c.code(), t.of_channel(*c), query.channel == Some(*c)));
    let cargo = CargoClass::ALL
        .iter()
        .map(|c| choice(c.code(), t.of_cargo(*c), query.cargo == Some(*c)));
    let loaded = [("true", t.yes, true), ("false", t.no, false)];
    let loaded = loaded.map(|(value, label, is)| choice(value, label, query.is_loaded == Some(is)));
    vec![
        Field {
            name: "id",
            label: t.indicator,
            options: indicators.collect(),
        },
        Field {
            name: "gate",
            label: t.gate,
            options: open(gates.collect()),
        },
        Field {
            name: "direction",
            label: t.direction,
            options: open(directions.collect()),
        },
        Field {
            name: "channel",
            label: t.channel,
            options: open(channels.collect()),
        },
        Field {
            name: "cargo",
            label: t.cargo,
            options: open(cargo.collect()),
        },
        Field {
            name: "loaded",
            label: t.loaded,
            options: open(loaded.into()),
        },
    ]
}

#[cfg(test)]
mod tests {
    use bordergate_indicators::Segment;

    use super::*;

    #[test]
    fn the_screen_offers_every_clearance_time() {
        let offered = Indicator::ALL
            .iter()
            .filter_map(|indicator| indicator.segment())
            .count();
        assert_eq!(offered, Segment::ALL.len());
    }
}
