//! Responses after the WCO Data Model 3.6 (formats.md): of the single window, with or without namespaces.

use super::{Sight, Wire};
use crate::telling::Response;
use crate::wall;

pub(super) fn response(sight: &Sight<'_>, told: &Response) -> Wire {
    let issued = wall::utc_iso(told.at, 0);
    let issued: String = issued.chars().filter(char::is_ascii_digit).collect();
    let namespace = match sight.serial % 2 {
        0 => " xmlns=\"urn:wco:datamodel:WCO:RES-DMS:2\"",
        _ => "",
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response{namespace}>\n<!-- answer of the single window -->\n<FunctionCode>{code}</FunctionCode>\n\
<FunctionalReferenceID>{source}-{number}-{code}</FunctionalReferenceID>\n\
<IssueDateTime><DateTimeString formatCode=\"304\">{digits}Z</DateTimeString></IssueDateTime>\n\
<Declaration><ID>{number}</ID><VersionID>1</VersionID></Declaration>\n</Response>\n",
        code = sight.word(),
        source = sight.source_id(),
        number = told.number,
        digits = &issued[..14],
    );
    Wire::new("application/xml", body)
}
