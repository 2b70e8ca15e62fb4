//! One CODECO: a reading for each piece of equipment, with what its group and the message's head say.

use bordergate_model::{Basis, Milestone, Observation, Occurred};

use super::syntax::{Interchange, Segment};
use crate::context::MOST;
use crate::identifiers::{containers, detail, named_plate, plate, seals};
use crate::text::Text;
use crate::{Context, Error, event_id, time_text};

/// A message and what it lies in.
pub(super) struct Message<'m, 'a> {
    pub(super) interchange: &'m Interchange<'a>,
    /// The interchange's UNB, when it has one.
    pub(super) header: Option<&'m Segment<'a>>,
    /// From UNH to UNT.
    pub(super) segments: &'m [&'m Segment<'a>],
}

impl Message<'_, '_> {
    /// Returns a reading for each EQD.
    pub(super) fn readings(
        &self,
        context: &Context<'_>,
        text: Text<'_>,
    ) -> Result<Vec<Observation>, Error> {
        let starts: Vec<usize> = (0..self.segments.len())
            .filter(|&at| self.segments[at].tag == "EQD")
            .collect();
        let Some(&first) = starts.first() else {
            return Ok(Vec::new());
        };
        if starts.len() > MOST {
            let place = text.place(self.segments[0].at);
            let detail = format!(
                "{} pieces of equipment, {MOST} at most, in the message at {place}",
                starts.len()
            );
            return Err(Error::new("record.too_many", detail));
        }
        let head = &self.segments[..first];
        let ends = starts.iter().skip(1).copied().chain([self.segments.len()]);
        let groups = starts
            .iter()
            .zip(ends)
            .map(|(&from, until)| &self.segments[from..until]);
        groups
            .map(|group| self.reading(context, text, head, group))
            .collect()
    }

    fn reading(
        &self,
        context: &Context<'_>,
        text: Text<'_>,
        head: &[&Segment<'_>],
        group: &[&Segment<'_>],
    ) -> Result<Observation, Error> {
        let find = |tag: &str, word: &str| {
            let is =
                |segment: &&&Segment<'_>| segment.tag == tag && segment.component(0, 0) == word;
            group.iter().find(is).or_else(|| head.iter().find(is))
        };
        let named = |tag: &str| head.iter().find(|segment| segment.tag == tag);
        let value = |segment: Option<&&Segment<'_>>, element, component| {
            segment
                .map_or("", |segment| segment.component(element, component))
                .to_owned()
        };
        let (code, function) = (value(named("BGM"), 0, 0), value(named("BGM"), 2, 0));
        // Function 1 cancels an earlier report: what it tells did not happen.
        let milestone =
            (function != "1").then(|| context.source.meaning(Some(&code)).or_else(|| usual(&code)));
        let mut observation = context.observation(milestone.flatten());
        observation.event_id = self.event_id();
        observation.occurred = occurred(context, text, find("DTM", "7").copied())?;
        equipment(&mut observation, group[0]);
        let road = |segment: &&&Segment<'_>| {
            segment.tag == "TDT" && segment.component(2, 0).starts_with('3')
        };
        match group.iter().find(road).or_else(|| head.iter().find(road)) {
            Some(transport) => {
                let by_place = Some(transport.component(7, 0)).filter(|text| !text.is_empty());
                plate(
                    &mut observation,
                    by_place.or_else(|| transport.qualified("146")),
                );
            }
            None => detail(&mut observation.details, "plate_state", "absent"),
        }
        observation.gross_kg = group.iter().find_map(|segment| self.gross_kg(segment));
        for seal in group.iter().filter(|segment| segment.tag == "SEL") {
            let number = seal.component(0, 0);
            // `SI` and the like say that there is a seal, not which.
            match number.bytes().any(|byte| byte.is_ascii_digit()) {
                true => seals(&mut observation, [number]),
                false => detail(&mut observation.details, "seal_text", number),
            }
        }
        for (name, value) in [
            ("place", value(find("LOC", "165"), 1, 0)),
            ("booking", value(find("RFF", "BN"), 0, 1)),
            ("document_code", code),
            ("function", function),
            ("segment_count", self.wrong_count()),
        ] {
            detail(&mut observation.details, name, &value);
        }
        Ok(observation)
    }

    /// Sender, interchange reference and message reference; none without the last.
    fn event_id(&self) -> Option<String> {
        let message = self.segments.first()?.component(0, 0);
        let (sender, reference) = self.header.map_or(("", ""), |header| {
            (header.component(1, 0), header.component(4, 0))
        });
        (!message.is_empty()).then(|| event_id::derived(&[sender, reference, message]))
    }

    /// Gross weight of a measurement, VGM before others as the message's order has it.
    fn gross_kg(&self, segment: &Segment<'_>) -> Option<f64> {
        if segment.tag != "MEA"
            || !matches!(segment.component(1, 0), "VGM" | "G" | "WT" | "AAD" | "AET")
        {
            return None;
        }
        let number = segment
            .component(2, 1)
            .replace(self.interchange.decimal_mark, ".");
        let weight: f64 = number
            .parse()
            .ok()
            .filter(|weight: &f64| weight.is_finite() && *weight >= 0.0)?;
        match segment.component(2, 0) {
            "KGM" => Some(weight),
            "TNE" => Some(weight * 1_000.0),
            "LBR" => Some(weight * 0.453_592_37),
            _ => None,
        }
    }

    /// Says how many segments UNT tells and how many there are; empty when they agree.
    fn wrong_count(&self) -> String {
        let told = self
            .segments
            .last()
            .map_or("", |trailer| trailer.component(0, 0));
        let found = self.segments.len();
        match told.parse::<usize>() {
            Ok(told) if told == found => String::new(),
            _ => format!("{told} told, {found} found"),
        }
    }
}

fn usual(code: &str) -> Option<Milestone> {
    match code {
        "34" => Some(Milestone::YardIn),
        "36" => Some(Milestone::YardOut),
        _ => None,
    }
}

fn equipment(observation: &mut Observation, equipment: &Segment<'_>) {
    let (kind, number) = (equipment.component(0, 0), equipment.component(1, 0));
    match kind {
        "CN" => containers(observation, [number]),
        "TE" | "CH" => {
            observation.trailer_plate =
                named_plate(&mut observation.details, "trailer_plate", number)
        }
        _ => detail(&mut observation.details, "equipment_kind", kind),
    }
    detail(
        &mut observation.details,
        "size_type",
        equipment.component(2, 0),
    );
    observation.is_loaded = match equipment.component(5, 0) {
        "4" => Some(false),
        "5" => Some(true),
        _ => None,
    };
}

/// Formats 203 and 204 are local without zone; 102 is a day only, so undated.
fn occurred(
    context: &Context<'_>,
    text: Text<'_>,
    segment: Option<&Segment<'_>>,
) -> Result<Occurred, Error> {
    let Some(segment) = segment else {
        return Ok(context.undated(None));
    };
    let (value, format) = (segment.component(0, 1), segment.component(0, 2));
    let wall = match format {
        "102" => return Ok(context.undated(Some(value))),
        "203" | "" if value.len() == 12 => time_text::compact(&format!("{value}00")),
        "203" | "204" | "" => time_text::compact(value),
        _ => None,
    };
    let occurred = wall
        .map(|wall| context.local(wall, value, Basis::Configured))
        .transpose()?
        .flatten();
    occurred.ok_or_else(|| {
        let place = text.place(segment.at);
        Error::new(
            "edifact.time",
            format!("DTM+7 is no date and time of format 203, 204 or 102 at {place}"),
        )
    })
}
