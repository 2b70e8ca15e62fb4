//! Answers of the customs container list service (`gdc-container-list`): SOAP, QueryBangKeDanhSachContainer.
//!
//! The paper that lets goods pass the supervision area. It tells a state without its moment, so the state's milestone is
//! undated; the registration day alone is no moment either. `words` reads the Vietnamese texts with or without
//! diacritics. Rows of the diffgram's `before` are old values and left out. The answer changes while a declaration is
//! asked about again: each that tells anything else is another event. Source: formats.md, GDC container list service.

mod words;

use bordergate_model::{Milestone, Observation, Seal};

use crate::identifiers::{containers, declarations, detail, seals};
use crate::text::Text;
use crate::xml::{self, Element};
use crate::{Context, Error, Read, event_id};

const RESULT: &str = "QueryBangKeDanhSachContainerResult";
/// When the service looked: the one value that differs between two answers that tell the same.
const TOLD_AT: &str = "ThoiGianLayDuLieu";
const DETAILS: [&str; 13] = [
    "NgayToKhai",
    "MaDDGS",
    "TenDDGS",
    "TrangThaiToKhai",
    "MaTrangThaiToKhai",
    "LuongToKhai",
    "LoaiHinh",
    "Tong_Trong_Luong_Hang",
    "DVT_Tong_Trong_Luong_Hang",
    "SoDinhDanh",
    "IsContainer",
    TOLD_AT,
    "ThongBaoLoi",
];

/// Reads one answer; one that only reports an error (`ThongBaoLoi`, with HTTP 200) is ignored.
///
/// # Errors
/// `gdc.no_result`, `gdc.fault` (a SOAP fault), `gdc.declaration` (a state of no declaration), and those of the text and
/// XML layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let text = Text::check(context.body(), 0)?;
    let roots = xml::parse(text)?;
    let at_start =
        |code, problem: &str| Error::new(code, format!("/: {problem} at {}", text.place(0)));
    let Some(result) = roots.iter().find_map(|root| find(root, &is_result)) else {
        let is_fault = roots
            .iter()
            .any(|root| find(root, &|element| element.name == "Fault").is_some());
        return Err(match is_fault {
            true => at_start("gdc.fault", "the service answered with a SOAP fault"),
            false => at_start("gdc.no_result", "the document holds no result"),
        });
    };
    let mut rows = Vec::new();
    collect_rows(result, &mut rows);
    let says_something = result.text_at("TrangThaiToKhai").is_some() || !rows.is_empty();
    match (
        says_something,
        result.text_at("ThongBaoLoi"),
        result.text_at("SoToKhai"),
    ) {
        (false, Some(_), _) => Ok(Read::Ignored {
            code: "gdc.error_reported",
        }),
        (false, None, None) => Ok(Read::Ignored {
            code: "gdc.nothing_found",
        }),
        (_, _, None) => Err(Error::new(
            "gdc.declaration",
            format!("/{RESULT}/SoToKhai must be given"),
        )),
        (_, _, Some(number)) => context.finish(readings(context, result, &rows, number)?),
    }
}

fn is_result(element: &Element<'_>) -> bool {
    element.name == RESULT
        || ["SoToKhai", "ThongBaoLoi"]
            .iter()
            .any(|name| element.child(name).is_some())
}

fn find<'e, 'a>(
    element: &'e Element<'a>,
    is: &dyn Fn(&Element<'a>) -> bool,
) -> Option<&'e Element<'a>> {
    if is(element) {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, is))
}

/// Collects the rows of the list, wherever the data set put them.
fn collect_rows<'e, 'a>(element: &'e Element<'a>, rows: &mut Vec<&'e Element<'a>>) {
    for child in element
        .children
        .iter()
        .filter(|child| child.name != "before")
    {
        match either(child, "SoContainer", "So_Container")
            .or_else(|| either(child, "SoSeal", "So_Seal"))
        {
            Some(_) => rows.push(child),
            None => collect_rows(child, rows),
        }
    }
}

fn either<'e>(row: &'e Element<'_>, name: &str, older: &str) -> Option<&'e str> {
    row.text_at(name).or_else(|| row.text_at(older))
}

/// Returns the state, and before it the registration where the answer has its time of day.
fn readings(
    context: &Context<'_>,
    result: &Element<'_>,
    rows: &[&Element<'_>],
    number: &str,
) -> Result<Vec<Observation>, Error> {
    let value = |name: &str| result.text_at(name).unwrap_or_default();
    let mut state = context.observation(None);
    state.occurred = context.undated(None);
    state.told_at = context.iso(value(TOLD_AT))?.and_then(|told| told.at);
    declarations(&mut state, [number]);
    containers(
        &mut state,
        rows.iter()
            .filter_map(|row| either(row, "SoContainer", "So_Container")),
    );
    for row in rows {
        let texts = [
            either(row, "SoSeal", "So_Seal"),
            either(row, "SoSealHQ", "So_Seal_HQ"),
        ];
        let texts = texts
            .into_iter()
            .flatten()
            .flat_map(|text| text.split([',', ';']))
            .map(str::trim);
        seals(&mut state, texts.filter(|text| !is_no_seal(text)));
    }
    state.event_id = Some(event_id(result, rows, &state.seals));
    let (status, channel) = (value("TrangThaiToKhai"), value("LuongToKhai"));
    state.direction = state
        .declarations
        .first()
        .and_then(|declaration| declaration.direction());
    state.channel = words::channel(channel);
    state.gross_kg = words::kilograms(
        value("Tong_Trong_Luong_Hang"),
        value("DVT_Tong_Trong_Luong_Hang"),
    );
    for name in DETAILS {
        detail(&mut state.details, name, value(name));
    }
    // With an error the goods may not pass yet, whatever the state says.
    if result.text_at("ThongBaoLoi").is_none() {
        state.milestone = context
            .source
            .meaning(Some(&words::plain(status)))
            .or_else(|| words::milestone(status));
    }
    let registered = context
        .iso(value("NgayToKhai"))?
        .filter(|_| !value("NgayToKhai").contains("T00:00:00"));
    let registration = registered.map(|occurred| Observation {
        milestone: Some(Milestone::DeclRegistered),
        occurred,
        ..state.clone()
    });
    Ok(registration.into_iter().chain([state]).collect())
}

/// Returns the event: everything that is told, so that an error reported or taken back, a state or a weight that changed
/// is no other reading of an earlier event.
fn event_id(result: &Element<'_>, rows: &[&Element<'_>], seals: &[Seal]) -> String {
    let values = ["SoToKhai"].iter().chain(&DETAILS);
    let values = values
        .filter(|name| **name != TOLD_AT)
        .map(|name| result.text_at(name).unwrap_or_default());
    let numbers: Vec<&str> = rows
        .iter()
        .filter_map(|row| either(row, "SoContainer", "So_Container"))
        .collect();
    let seals: Vec<&str> = seals.iter().map(Seal::as_str).collect();
    let (numbers, seals) = (numbers.join(" "), seals.join(" "));
    let fields: Vec<&str> = values.chain([&*numbers, &*seals]).collect();
    event_id::derived(&fields)
}

/// What the service writes where there is no seal.
fn is_no_seal(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '#' | '-' | '.' | '0'))
        || text.eq_ignore_ascii_case("NA")
        || text.eq_ignore_ascii_case("N/A")
}
