//! Messages as partners and cameras send them, made for these tests.

use bordergate_exchange::v1;
use serde_json::json;

/// Returns a submission of one milestone report.
pub(crate) fn submission(
    request_id: &str,
    source_id: &str,
    milestone: &str,
    plate: &str,
) -> v1::SubmitRecordsRequest {
    let (hour, id) = match milestone {
        "GATE_IN" => ("08", 1),
        _ => ("10", 2),
    };
    let report = json!({
        "specversion": "1.0",
        "id": format!("report-{id}"),
        "source": format!("urn:example:{source_id}"),
        "type": "vn.langson.bordergate.milestone.reported",
        "time": format!("2026-03-02T{hour}:15:00+07:00"),
        "datacontenttype": "application/json",
        "data": { "milestone": milestone, "plate": plate, "direction": "export" },
    });
    v1::SubmitRecordsRequest {
        request_id: request_id.to_owned(),
        records: vec![v1::SubmittedRecord {
            source_id: source_id.to_owned(),
            content_type: "application/cloudevents+json".to_owned(),
            body: report.to_string().into_bytes().into(),
            received_at: None,
        }],
    }
}

/// Returns an alert of an ISAPI camera: a vehicle that drives forward on line 1.
pub(crate) fn alert(plate: &str, at: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
  <ipAddress>192.0.2.10</ipAddress>
  <macAddress>02:00:00:00:00:01</macAddress>
  <channelID>1</channelID>
  <dateTime>{at}</dateTime>
  <activePostCount>1</activePostCount>
  <eventType>ANPR</eventType>
  <eventState>active</eventState>
  <ANPR>
    <licensePlate>{plate}</licensePlate>
    <line>1</line>
    <direction>forward</direction>
    <confidenceLevel>96</confidenceLevel>
  </ANPR>
</EventNotificationAlert>
"#
    )
}
