//! Carrier (c): the `Picture` of a `TollgateInfo` post.

use bordergate_model::{Observation, Occurred};

use crate::identifiers::{detail, plate};
use crate::json::{Fields, Path, paths};
use crate::text::lower_case;
use crate::{Context, Error, event_id};

/// Details, by their paths under `Picture`.
const DETAILS: [Path; 9] = paths([
    "Plate.PlateColor",
    "Plate.PlateType",
    "Plate.Confidence",
    "Vehicle.VehicleColor",
    "Vehicle.VehicleType",
    "Vehicle.VehicleSign",
    "SnapInfo.DeviceID",
    "SnapInfo.SnapTime",
    "SnapInfo.TriggerSource",
]);

/// Reads a picture's plate, time and place. The images in it (base64) are not looked at.
pub(super) fn read(
    context: &Context<'_>,
    message: &Fields<'_>,
    picture: &Fields<'_>,
) -> Result<Observation, Error> {
    let direction = first(
        picture,
        &["SnapInfo.DrivingDirection[0]", "SnapInfo.Direction"],
    )?;
    let direction = direction.map(lower_case);
    let direction = direction.as_deref().map(str::trim);
    let mut observation = context.directed(direction);
    let plate_text = picture.text("Plate.PlateNumber")?;
    let plate_text = plate_text.filter(|text| !text.trim().is_empty());
    let lane = first(
        picture,
        &["SnapInfo.LanNo", "SnapInfo.Lane", "SnapInfo.LaneNo"],
    )?;
    observation.occurred = occurred(context, picture)?;
    observation.event_id = event_id_of(message, picture, plate_text.as_deref())?;
    observation.lane = context.lane(lane.as_deref());
    plate(&mut observation, plate_text.as_deref());
    for path in &DETAILS {
        let text = picture.prepared(path).text().ok().flatten();
        detail(
            &mut observation.details,
            path.name,
            &text.unwrap_or_default(),
        );
    }
    Ok(observation)
}

/// `AccurateTime` has no zone: the registered one. Without it `SnapTime`, else reception.
fn occurred(context: &Context<'_>, picture: &Fields<'_>) -> Result<Occurred, Error> {
    let mut unread = None;
    for path in ["SnapInfo.AccurateTime", "SnapInfo.SnapTime"] {
        let Some(text) = picture.text(path)? else {
            continue;
        };
        if let Some(occurred) = context.iso(&text)? {
            return Ok(occurred);
        }
        unread = unread.or(Some(text));
    }
    Ok(context.received(unread.as_deref()))
}

/// Picture name, time and plate, by hash. None where there is neither time nor plate.
fn event_id_of(
    message: &Fields<'_>,
    picture: &Fields<'_>,
    plate: Option<&str>,
) -> Result<Option<String>, Error> {
    let time = first(picture, &["SnapInfo.AccurateTime", "SnapInfo.SnapTime"])?;
    if time.is_none() && plate.is_none() {
        return Ok(None);
    }
    let names = [
        "NormalPic.PicName",
        "CutoutPic.PicName",
        "VehiclePic.PicName",
        "PicName",
    ];
    let name = first(picture, &names)?.or(message.text("PicName")?);
    let fields = [name.as_deref(), time.as_deref(), plate];
    Ok(Some(event_id::derived(
        &fields.map(Option::unwrap_or_default),
    )))
}

fn first<'v>(
    fields: &Fields<'v>,
    paths: &[&str],
) -> Result<Option<std::borrow::Cow<'v, str>>, Error> {
    for path in paths {
        if let Some(text) = fields.text(path)?.filter(|text| !text.trim().is_empty()) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}
