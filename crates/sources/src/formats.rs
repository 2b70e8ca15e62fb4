//! One reader per format; each follows its paragraph of formats.md and has its samples in `samples/<name>/`.

pub(crate) mod cloudevents_json;
pub(crate) mod dahua_traffic;
pub(crate) mod hikvision_anpr;
pub(crate) mod vnaccs;
pub(crate) mod weighbridge_json;
