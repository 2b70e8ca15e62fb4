//! One reader per format; each follows its paragraph of formats.md and has its samples in `samples/<name>/`.

pub(crate) mod axis_lpv;
pub(crate) mod cloudevents_json;
pub(crate) mod dahua_traffic;
pub(crate) mod edifact_codeco;
pub(crate) mod epcis;
pub(crate) mod gdc_container_list;
pub(crate) mod genetec_autovu;
pub(crate) mod gvms_arrival;
pub(crate) mod hikvision_anpr;
pub(crate) mod impinj_r700;
pub(crate) mod jt701_p45;
pub(crate) mod mettler_continuous;
pub(crate) mod platerecognizer_container;
pub(crate) mod platerecognizer_stream;
pub(crate) mod rekor_scout;
pub(crate) mod survision;
pub(crate) mod vnaccs;
pub(crate) mod wco_response;
pub(crate) mod weighbridge_json;
