//! What the JSON plate cameras have in common: where their JSON lies, epochs, confidence, details.
//!
//! Vendors vary: scalars are strings or numbers, optional fields come and go, and some send the JSON as a part of
//! a multipart body beside an image. Syntax stays strict; a field of an unexpected type is left out, except the
//! plate, whose absence would go unseen. What a device weighed for a plate is kept beside it, never as a detail:
//! details hold no plates.

use bordergate_model::{Basis, Candidate, Details, Observation, Occurred, PlateNumber};
use jiff::Timestamp;

use crate::identifiers::{detail, named_plate};
use crate::json::{self, Document, Elements, Field, Fields, Path, Value};
use crate::text::{Text, trimmed};
use crate::{Context, Error, form};

/// Returns the texts of a body that are JSON: the body itself, or the parts of a multipart body that start as JSON.
///
/// # Errors
/// `code` when no part does, and those of the text and multipart layers. A bare body of another shape is returned,
/// for the JSON layer to name what is wrong with it.
pub(crate) fn documents<'a>(
    context: &Context<'a>,
    code: &'static str,
) -> Result<Vec<Text<'a>>, Error> {
    let Some(parts) = context.parts()? else {
        return Ok(vec![Text::decoded(context.body(), 0)?]);
    };
    let is_json = |content: &[u8]| {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        matches!(content.trim_ascii_start().first(), Some(b'{' | b'['))
    };
    let texts = parts
        .iter()
        .filter(|part| is_json(part.content))
        .map(|part| Text::decoded(part.content, part.offset))
        .collect::<Result<Vec<_>, _>>()?;
    if texts.is_empty() {
        let detail = format!("no JSON among the {} parts of the body", parts.len());
        return Err(Error::new(code, detail));
    }
    Ok(texts)
}

/// Reads each JSON document of a body with `read`: those of [`documents`], or the one in the field `json` of a form
/// (then places in errors are those of the decoded field).
///
/// # Errors
/// Those of [`documents`] and of `read`.
pub(crate) fn each_document(
    context: &Context<'_>,
    code: &'static str,
    mut read: impl FnMut(&Document<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let form = form::field(context.content_type(), context.body(), "json");
    let texts = match &form {
        Some(field) => vec![Text::decoded(field.as_bytes(), 0)?],
        None => documents(context, code)?,
    };
    texts
        .into_iter()
        .try_for_each(|text| read(&json::parse(text)?))
}

/// Returns the elements of a list, or the one value that is no list.
pub(crate) fn messages(root: Fields<'_>) -> Elements<'_> {
    match root.value() {
        Value::List => root.held(),
        _ => root.alone(),
    }
}

/// Dates by an epoch text, whose unit is told by its size: seconds up to the 12th digit, then milli-, micro- and
/// nanoseconds; `None` when it is no positive number.
pub(crate) fn epoch(context: &Context<'_>, text: &str) -> Option<Occurred> {
    let text = trimmed(text);
    let number: i64 = match text.parse() {
        Ok(number) => number,
        // A fraction of the unit is below what any device's clock is worth.
        Err(_) => text.split_once('.')?.0.parse().ok()?,
    };
    let at = match number {
        ..=0 => return None,
        1..100_000_000_000 => Timestamp::from_second(number),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number),
        100_000_000_000_000..100_000_000_000_000_000 => Timestamp::from_microsecond(number),
        _ => Timestamp::from_microsecond(number / 1_000),
    };
    context.dated(at.ok()?, text, Basis::Explicit)
}

/// Keeps a confidence as percent, `whole` being what counts as certain (1 or 100); out of range it stays a detail of the
/// name beside it.
pub(crate) fn confidence(observation: &mut Observation, told: (&str, Field<'_>), whole: f64) {
    match percent(told.1, whole) {
        None => named_details(observation, &[told]),
        percent => observation.confidence_percent = percent,
    }
}

/// Returns a confidence as percent; `None` when there is none or it is out of range.
fn percent(field: Field<'_>, whole: f64) -> Option<f64> {
    let figure = field.figure()?;
    // Four decimals: without rounding 0.903 of 1 becomes 90.30000000000001.
    let percent = (figure / whole * 1_000_000.0).round() / 10_000.0;
    (0.0..=whole).contains(&figure).then_some(percent)
}

/// Keeps the scalars of fields as details, each under the name beside it; quickest in the order of names.
pub(crate) fn named_details(observation: &mut Observation, fields: &[(&str, Field<'_>)]) {
    for (name, field) in fields {
        field.scalar_to(|text| detail(&mut observation.details, name, text));
    }
}

/// Keeps the scalars at `paths` as details.
pub(crate) fn details(observation: &mut Observation, fields: &Fields<'_>, paths: &[Path]) {
    for path in paths {
        let keep = |text: &str| detail(&mut observation.details, path.name, text);
        fields.prepared(path).scalar_to(keep);
    }
}

/// Keeps the plates among the objects that a device weighed, in its order: each has its text at one path and its
/// confidence, of which `whole` counts as certain, at another. Says in the details how many there were, when several.
pub(crate) fn candidates(
    observation: &mut Observation,
    weighed: Elements<'_>,
    (text, score): (&str, &str),
    whole: f64,
) {
    let candidate = |one: Fields<'_>| {
        Some(Candidate {
            plate: named_plate(&mut Details::default(), "plate", &one.scalar(text)?)?,
            confidence_percent: percent(one.field(score), whole),
        })
    };
    let plates = weighed.filter_map(candidate);
    observation
        .candidates
        .extend(plates.take(Observation::MOST_CANDIDATES));
    let count = weighed.count();
    if count > 1 {
        detail(
            &mut observation.details,
            "candidate_count",
            &count.to_string(),
        );
    }
}

/// Leaves one observation of each event: several frames of one vehicle in one message are one reading. The one of the
/// highest revision stays, in the place of the first; the plates of the others join its candidates.
pub(crate) fn one_per_event(read: Vec<Observation>) -> Vec<Observation> {
    if read.len() < 2 {
        return read;
    }
    let mut kept: Vec<Observation> = Vec::with_capacity(read.len());
    for mut observation in read {
        let is_same = |other: &&mut Observation| {
            other.event_id.is_some()
                && other.event_id == observation.event_id
                && other.revision != observation.revision
        };
        let Some(other) = kept.iter_mut().find(is_same) else {
            kept.push(observation);
            continue;
        };
        if other.revision < observation.revision {
            std::mem::swap(other, &mut observation);
        }
        join_candidates(other, observation);
    }
    kept
}

/// Adds the plate of another frame, and what was weighed for it, to the candidates of the one that stays.
fn join_candidates(observation: &mut Observation, other: Observation) {
    let confidence_percent = other.confidence_percent;
    let plate = other.plate.map(|plate| Candidate {
        plate,
        confidence_percent,
    });
    let mut weighed: Vec<Candidate> = plate.into_iter().chain(other.candidates).collect();
    weighed.retain(|one| {
        let has = |plate: &PlateNumber| plate.normal() == one.plate.normal();
        !observation.plate.as_ref().is_some_and(has)
            && !observation.candidates.iter().any(|other| has(&other.plate))
    });
    observation.candidates.extend(weighed);
    observation
        .candidates
        .truncate(Observation::MOST_CANDIDATES);
}
