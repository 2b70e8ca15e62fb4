//! Plate Recognizer's container reader (`platerecognizer-container`): pieces of ISO 6346 numbers, put together.
//!
//! Each result names a piece (owner, serial, check digit, size and type), directly or inside `object`, with scored
//! texts. The nth owner belongs to the nth serial: a truck may show two boxes. A number with a piece missing stays
//! a text, marked `container_state: partial`. Source: formats.md, container reader.

use bordergate_model::Observation;

use super::platerecognizer_stream::{data_of, occurred};
use crate::camera::{details, each_document, messages};
use crate::identifiers::{containers, detail};
use crate::json::{Fields, Path, paths};
use crate::{Context, Error, Read, event_id};

/// Most containers in one picture.
const MOST: usize = 8;
const DETAILS: [Path; 3] = paths(["camera_id", "timestamp_local", "timestamp_camera"]);

/// Reads the containers of each picture, one observation a picture.
///
/// # Errors
/// `platerecognizer.shape` (no `results`), `json.list` (over 8 of one piece), and those of the text, JSON and
/// multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    each_document(context, "platerecognizer.shape", |document| {
        for message in messages(document.root()) {
            let data = data_of(message)?;
            let pieces = Pieces::of(&data)?;
            if !pieces.is_empty() {
                observations.push(reading(context, &data, &pieces)?);
            }
        }
        Ok(())
    })?;
    if observations.is_empty() {
        return Ok(Read::Ignored {
            code: "platerecognizer.no_result",
        });
    }
    context.finish(observations)
}

/// The best text of each piece, in the order of the results, and the least of their scores.
#[derive(Default)]
struct Pieces {
    owners: Vec<String>,
    serials: Vec<String>,
    checks: Vec<String>,
    sizes: Vec<String>,
    wholes: Vec<String>,
    least_score: Option<f64>,
}

impl Pieces {
    fn of(data: &Fields<'_>) -> Result<Self, Error> {
        let mut pieces = Self::default();
        for result in data.elements("results") {
            let Some((text, score)) = best(&result) else {
                continue;
            };
            let label = result.first_scalar(&["label", "object.label", "name"]);
            let label = label.unwrap_or_default().to_lowercase();
            let has = |word: &str| label.contains(word);
            let list = if has("owner") {
                &mut pieces.owners
            } else if has("serial") {
                &mut pieces.serials
            } else if has("check") {
                &mut pieces.checks
            } else if has("size") || has("type") {
                &mut pieces.sizes
            } else if has("container") || has("number") {
                &mut pieces.wholes
            } else {
                continue;
            };
            if list.len() >= MOST {
                return Err(result.error(
                    "json.list",
                    "",
                    "is one piece too many, 8 of a kind at most",
                ));
            }
            list.push(text);
            if let Some(score) = score {
                pieces.least_score =
                    Some(pieces.least_score.map_or(score, |least| least.min(score)));
            }
        }
        Ok(pieces)
    }

    fn is_empty(&self) -> bool {
        [
            &self.owners,
            &self.serials,
            &self.checks,
            &self.sizes,
            &self.wholes,
        ]
        .iter()
        .all(|list| list.is_empty())
    }

    /// Returns each number with whether all of its pieces were read.
    fn numbers(&self) -> Vec<(String, bool)> {
        let piece = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
        let count = self.owners.len().max(self.serials.len());
        let assembled = (0..count).map(|index| {
            let serial = piece(&self.serials, index);
            // Some versions read the check digit, in its box, as the serial's seventh.
            let check = if serial.len() >= 7 {
                String::new()
            } else {
                piece(&self.checks, index)
            };
            let number = format!("{}{serial}{check}", piece(&self.owners, index));
            let is_whole = number.len() >= 11;
            (number, is_whole)
        });
        let wholes = self.wholes.iter().map(|number| (number.clone(), true));
        assembled.chain(wholes).collect()
    }
}

/// Returns the text of the highest score, letters and digits only, and its score.
fn best(result: &Fields<'_>) -> Option<(String, Option<f64>)> {
    let plain = |text: &str| {
        let kept = text.chars().filter(|c| c.is_alphanumeric()).take(16);
        kept.collect::<String>().to_uppercase()
    };
    let mut best: Option<(String, Option<f64>)> = None;
    for text in result.elements("texts") {
        let Some(value) = text.first_scalar(&["value", "text"]) else {
            continue;
        };
        let score = text.figure("score");
        if best.as_ref().is_none_or(|(_, before)| score > *before) {
            best = Some((plain(&value), score));
        }
    }
    let single = || result.first_scalar(&["value", "object.value.value"]);
    best.or_else(|| Some((plain(&single()?), result.figure("score"))))
        .filter(|(text, _)| !text.is_empty())
}

fn reading(
    context: &Context<'_>,
    data: &Fields<'_>,
    pieces: &Pieces,
) -> Result<Observation, Error> {
    let mut observation = context.observation(context.source.meaning(None));
    observation.occurred = occurred(context, data)?;
    let numbers = pieces.numbers();
    containers(
        &mut observation,
        numbers.iter().map(|(number, _)| number.as_str()),
    );
    if numbers.is_empty() || numbers.iter().any(|(_, is_whole)| !is_whole) {
        detail(&mut observation.details, "container_state", "partial");
    }
    observation.event_id = event_id_of(data, &numbers);
    details(&mut observation, data, &DETAILS);
    detail(
        &mut observation.details,
        "size_type",
        &pieces.sizes.join(", "),
    );
    if let Some(score) = pieces.least_score {
        detail(
            &mut observation.details,
            "container_score",
            &score.to_string(),
        );
    }
    Ok(observation)
}

/// Camera, time, picture and numbers, by hash; none where there is neither time nor number.
fn event_id_of(data: &Fields<'_>, numbers: &[(String, bool)]) -> Option<String> {
    let time = data.first_scalar(&["timestamp", "timestamp_local", "timestamp_camera"]);
    if time.is_none() && numbers.is_empty() {
        return None;
    }
    let [camera, file] =
        ["camera_id", "filename"].map(|name| data.scalar(name).unwrap_or_default());
    let mut fields = vec![
        camera.as_ref(),
        time.as_deref().unwrap_or_default(),
        file.as_ref(),
    ];
    fields.extend(numbers.iter().map(|(number, _)| number.as_str()));
    Some(event_id::derived(&fields))
}
