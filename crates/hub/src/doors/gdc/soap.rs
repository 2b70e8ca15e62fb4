//! The words of the service: the SOAP 1.1 request `QueryBangKeDanhSachContainer`, and whether what comes back is its answer.
//!
//! Assumed, since no description of the service is at hand: the names and the order of the parameters, as public clients
//! of it send them (`Ma_Doanh_Nghiep` tax code, `TK_ID` declaration, `Ma_HQ` office, `Ngay_DK` day of registration at
//! midnight), and that one may be left out that is not known. What an answer says is the reader's to tell, not ours.

use jiff::civil::Date;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::failure::Failure;

/// The header `SOAPAction`, in the quotes that SOAP 1.1 wants (section 6.1.1).
pub(super) const ACTION: &str = "\"http://tempuri.org/QueryBangKeDanhSachContainer\"";
/// The content type of a request (SOAP 1.1, section 6).
pub(super) const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

const ANSWER: &str = "QueryBangKeDanhSachContainerResponse";
/// Most characters of a fault that are told.
const MOST_WORDS: usize = 200;

/// What is asked; what is not known is left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// Tax code of the enterprise.
    pub(super) enterprise_code: &'a str,
    /// Number of the declaration.
    pub(super) declaration: &'a str,
    /// Code of the customs office.
    pub(super) office_code: &'a str,
    /// Local day on which the declaration was registered.
    pub(super) registered_on: Option<Date>,
}

/// Returns the request's message.
pub(super) fn envelope(request: &Request<'_>) -> String {
    let day = request.registered_on.map(|day| format!("{day}T00:00:00"));
    let parameters: String = [
        ("Ma_Doanh_Nghiep", request.enterprise_code),
        ("TK_ID", request.declaration),
        ("Ma_HQ", request.office_code),
        ("Ngay_DK", day.as_deref().unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("<{name}>{}</{name}>", escape(value)))
    .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <QueryBangKeDanhSachContainer xmlns=\"http://tempuri.org/\">{parameters}</QueryBangKeDanhSachContainer>\
         </soap:Body></soap:Envelope>"
    )
}

/// What a well-formed SOAP message holds.
enum Holds {
    Nothing,
    Answer,
    Fault,
}

/// Checks that a body is a whole SOAP message that holds an answer. Names count, not prefixes.
///
/// # Errors
/// [`Failure::Fault`] with its words; [`Failure::Content`] for anything else.
pub(super) fn check(body: &[u8]) -> Result<(), Failure> {
    let content = |reason| Failure::Content { reason };
    let text = std::str::from_utf8(body).map_err(|_| content("it is not UTF-8"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut path: Vec<&'static str> = Vec::new();
    let mut holds = Holds::Nothing;
    let mut words = Words::default();
    loop {
        let event = reader.read_event();
        match event.map_err(|_| content("it is no XML"))? {
            Event::Start(tag) => {
                look(&tag, &path, &mut holds);
                path.push(known(&tag));
            }
            Event::Empty(tag) => look(&tag, &path, &mut holds),
            Event::End(_) => drop(path.pop()),
            Event::Text(piece) => words.add(&path, &piece),
            Event::CData(piece) => words.add(&path, &piece),
            Event::DocType(_) => return Err(content("it has a document type, as a web page has")),
            Event::Eof if path.is_empty() => break,
            Event::Eof => return Err(content("it is cut short")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::GeneralRef(_) => {}
        }
    }
    match holds {
        Holds::Answer => Ok(()),
        Holds::Fault => Err(Failure::Fault {
            words: words.told(),
        }),
        Holds::Nothing => Err(content("it is no SOAP message with an answer")),
    }
}

/// The elements whose place matters; any other is the empty name.
fn known(tag: &BytesStart<'_>) -> &'static str {
    const KNOWN: [&str; 6] = [
        "Envelope",
        "Body",
        "Fault",
        "faultcode",
        "faultstring",
        ANSWER,
    ];
    let name = tag.local_name().into_inner();
    KNOWN
        .into_iter()
        .find(|known| *known == name)
        .unwrap_or_default()
}

/// Notes what the body of the message holds.
fn look(tag: &BytesStart<'_>, path: &[&str], holds: &mut Holds) {
    if path == ["Envelope", "Body"] {
        match known(tag) {
            ANSWER => *holds = Holds::Answer,
            "Fault" => *holds = Holds::Fault,
            _ => {}
        }
    }
}

/// The code and the text of a fault.
#[derive(Default)]
struct Words(String);

impl Words {
    fn add(&mut self, path: &[&str], piece: &str) {
        if !matches!(
            path,
            ["Envelope", "Body", "Fault", "faultcode" | "faultstring"]
        ) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(piece.trim());
    }

    /// Returns what can be told: bounded, without control characters.
    fn told(&self) -> String {
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        self.0.chars().map(plain).take(MOST_WORDS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_what_is_known_and_escapes_it() {
        let day = Date::constant(2026, 11, 16);
        let whole = envelope(&Request {
            enterprise_code: "0000000000",
            declaration: "106512345671",
            office_code: "15<&B",
            registered_on: Some(day),
        });
        let parameters = "<Ma_Doanh_Nghiep>0000000000</Ma_Doanh_Nghiep><TK_ID>106512345671</TK_ID>\
            <Ma_HQ>15&lt;&amp;B</Ma_HQ><Ngay_DK>2026-11-16T00:00:00</Ngay_DK>";
        assert!(whole.contains(parameters), "{whole}");
        let least = envelope(&Request {
            enterprise_code: "",
            declaration: "106512345671",
            office_code: "",
            registered_on: None,
        });
        let parameters = "<QueryBangKeDanhSachContainer xmlns=\"http://tempuri.org/\">\
            <TK_ID>106512345671</TK_ID></QueryBangKeDanhSachContainer>";
        assert!(least.contains(parameters), "{least}");
    }

    fn code(body: &str) -> &'static str {
        check(body.as_bytes()).map_or_else(|failure| failure.code(), |()| "answer")
    }

    fn soap(content: &str) -> String {
        format!("<s:Envelope xmlns:s=\"x\"><s:Header/><s:Body>{content}</s:Body></s:Envelope>")
    }

    #[test]
    fn an_answer_is_told_from_a_fault_and_from_what_is_neither() {
        let answer = soap(&format!("<{ANSWER}><a>&#272;&amp;</a></{ANSWER}>"));
        let fault = soap("<s:Fault><faultcode>s:Server</faultcode></s:Fault>");
        let inside = soap(&format!("<Other><{ANSWER}/></Other>"));
        let cut_short = answer.trim_end_matches("</s:Envelope>").to_owned();
        for (body, expected) in [
            (answer.clone(), "answer"),
            (format!("\u{feff}<?xml version=\"1.0\"?>{answer}"), "answer"),
            (soap(&format!("<{ANSWER}/>")), "answer"),
            (fault, "gdc.fault"),
            (inside, "gdc.content"),
            (soap(""), "gdc.content"),
            (cut_short, "gdc.content"),
            (answer.replace("</a>", "</b>"), "gdc.content"),
            (format!("<{ANSWER}/>"), "gdc.content"),
            ("<!DOCTYPE html><html/>".to_owned(), "gdc.content"),
            ("<html><body>busy</body></html>".to_owned(), "gdc.content"),
            ("Service unavailable".to_owned(), "gdc.content"),
            (String::new(), "gdc.content"),
        ] {
            assert_eq!(code(&body), expected, "{body}");
        }
        assert!(check(b"\xff\xfe<").is_err());
    }

    #[test]
    fn a_fault_is_told_in_bounds() {
        let long = "x".repeat(1000);
        let fault = format!(
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>a\nb{long}</faultstring><detail>z</detail></s:Fault>"
        );
        let Err(Failure::Fault { words }) = check(soap(&fault).as_bytes()) else {
            panic!("it is a fault")
        };
        assert!(words.starts_with("s:Server a bxxx"), "{words}");
        assert_eq!(words.chars().count(), MOST_WORDS);
    }
}
