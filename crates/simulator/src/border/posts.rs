//! Which devices and systems stand where: those of every gate, and those of one make that only one gate has.

use bordergate_model::Milestone as M;

use super::{Device as D, Spot};
use crate::day::Door;

/// Device name, spot, device, door, and what a reading means by the device's word.
pub(super) type Row = (&'static str, Spot, D, Door, &'static [(&'static str, M)]);

const LINE: &[(&str, M)] = &[("forward", M::CrossedOut), ("reverse", M::CrossedIn)];
const YARD: &[(&str, M)] = &[("approach", M::YardIn), ("leave", M::YardOut)];
const ENTRY: &[(&str, M)] = &[("forward", M::GateIn)];

/// What every gate has.
#[rustfmt::skip]
pub(super) const COMMON: &[Row] = &[
    ("in-1", Spot::GateIn, D::HikvisionMultipart, Door::Http, ENTRY),
    ("in-2", Spot::GateIn, D::HikvisionBare, Door::Http, ENTRY),
    ("out-1", Spot::GateOut, D::HikvisionBare, Door::Http, &[("reverse", M::GateOut)]),
    ("line-1", Spot::Line, D::HikvisionBare, Door::Http, LINE),
    ("line-2", Spot::Line, D::HikvisionMultipart, Door::Ingest, LINE),
    ("back-1", Spot::ReturnLane, D::HikvisionBare, Door::Http, &[("forward", M::Returned)]),
    ("scale-1", Spot::Scale, D::Scale, Door::Ingest, &[("*", M::Weighed)]),
    ("antenna-1", Spot::Antenna, D::Antenna, Door::Http, &[("out", M::CrossedOut), ("in", M::CrossedIn)]),
    ("boxes-1", Spot::Boxes, D::ContainerReader, Door::Http, &[("*", M::YardIn)]),
    ("seals", Spot::Seals, D::Seals, Door::Http, &[("1", M::EnRoute)]),
    ("yard", Spot::YardSystem, D::Yard, Door::Ingest, &[("34", M::YardIn), ("36", M::YardOut)]),
    ("customs", Spot::Customs, D::Customs, Door::Http, &[]),
    ("list", Spot::ContainerList, D::ContainerList, Door::Http, &[]),
    ("window", Spot::Window, D::Window, Door::Http, &[("08", M::Released), ("09", M::Cleared)]),
    ("lgsp", Spot::Lgsp, D::Lgsp, Door::Submit, &[]),
    ("centre", Spot::Centre, D::Centre, Door::Http, &[]),
];

/// What a gate equipped as Huu Nghi has besides.
#[rustfmt::skip]
pub(super) const FIRST_MAKE: &[Row] = &[
    ("in-3", Spot::GateIn, D::Axis, Door::Http, &[("in", M::GateIn)]),
    ("out-2", Spot::GateOut, D::Rekor, Door::Http, &[("315-45", M::GateOut)]),
    ("back-2", Spot::ReturnLane, D::Genetec, Door::Http, &[("approaching", M::Returned)]),
    ("yard-1", Spot::Yard, D::DahuaLines, Door::Http, YARD),
    ("yard-2", Spot::Yard, D::DahuaEvents, Door::Ingest, YARD),
];

/// What a gate equipped as Tan Thanh has besides.
#[rustfmt::skip]
pub(super) const SECOND_MAKE: &[Row] = &[
    ("in-3", Spot::GateIn, D::PlateRecognizer, Door::Http, &[("135-225", M::GateIn)]),
    ("out-2", Spot::GateOut, D::Survision, Door::Ingest, &[("away", M::GateOut)]),
    ("scale-2", Spot::Scale, D::Mettler, Door::Http, &[("*", M::Weighed)]),
    ("platform-2", Spot::Platform, D::Survision, Door::Ingest, &[("front", M::Weighed)]),
    ("yard-1", Spot::Yard, D::DahuaTollgate, Door::Http, YARD),
    ("yard-2", Spot::Yard, D::DahuaLines, Door::Ingest, YARD),
];

/// What all gates have together.
pub(super) const PROVINCE: Row = ("customs", Spot::Province, D::Customs, Door::Http, &[]);

/// Returns the lane of a sensor, by its name: its own, but for a camera that looks at a platform.
pub(super) fn lane(name: &'static str) -> &'static str {
    match name {
        "platform-2" => "scale-2",
        name => name,
    }
}
