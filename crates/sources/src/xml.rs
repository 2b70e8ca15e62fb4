//! Strict XML: a small tree of local names and texts, with nothing expanded or fetched.
//!
//! quick-xml does the grammar. No document types, no entities beyond the five predefined and character
//! references; nesting up to 64, 64 attributes a tag and 50,000 elements (FAULTS.md, P14 and P15). Prefixes are
//! dropped: devices of one protocol use several namespaces, and some firmware prefixes every tag. A quick pass reads the
//! plain documents, which are the rule; all others, and all errors, are the strict pass's.

mod quick;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::Error;
use crate::text::{Text, bounded};

const DEEPEST: usize = 64;
const MOST_ATTRIBUTES: usize = 64;
const MOST_ELEMENTS: usize = 50_000;

/// One element: its local name, its own text, its children in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element<'a> {
    /// Name without prefix.
    pub(crate) name: &'a str,
    /// The text directly inside it, pieces joined.
    pub(crate) text: Cow<'a, str>,
    /// The elements inside it.
    pub(crate) children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    /// Returns the first child of a local name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element<'a>> {
        // Most names differ in length or last letter: no need to compare the rest.
        let last = name.as_bytes().last();
        self.children.iter().find(|child| {
            child.name.len() == name.len()
                && child.name.as_bytes().last() == last
                && child.name == name
        })
    }

    /// Returns the trimmed text at a path of local names such as `vehicleInfo/color`; `None` when the element is
    /// not there or holds no text.
    pub(crate) fn text_at(&self, path: &str) -> Option<&str> {
        // Most paths are one name.
        let element = if memchr::memchr(b'/', path.as_bytes()).is_none() {
            self.child(path)?
        } else {
            let mut steps = path.split('/');
            steps.try_fold(self, |element, name| element.child(name))?
        };
        Some(element.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Reads every document in the text, in order: devices that stream send several behind one another.
///
/// # Errors
/// `xml.syntax`, `xml.entity`, `xml.doctype`, `xml.depth`, `xml.attributes`, `xml.size` or `xml.nul`, each with
/// byte, line, column and the path of the open element.
pub(crate) fn parse(text: Text<'_>) -> Result<Vec<Element<'_>>, Error> {
    quick::read(text.text).map_or_else(|| strict(text), Ok)
}

/// Reads every document by quick-xml's grammar, with the place and path that an error needs.
fn strict(text: Text<'_>) -> Result<Vec<Element<'_>>, Error> {
    let mut reader = Reader::from_str(text.text);
    let mut builder = Builder::default();
    loop {
        let at = reader.buffer_position() as usize;
        let step = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => builder.take(event, &text.text[at..]),
            Err(error) => {
                let at = reader.error_position() as usize;
                return Err(builder.error(text, at, Refusal("xml.syntax", syntax_problem(&error))));
            }
        };
        step.map_err(|refusal| builder.error(text, at, refusal))?;
    }
    if !builder.open.is_empty() {
        return Err(builder.error(
            text,
            text.text.len(),
            Refusal("xml.syntax", "the document ends inside this element"),
        ));
    }
    Ok(builder.roots)
}

/// Returns what is wrong without quoting the document, which may hold personal data.
fn syntax_problem(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Syntax(_) => "markup is not closed",
        quick_xml::Error::IllFormed(_) => "tags do not match",
        quick_xml::Error::InvalidAttr(_) => "an attribute is malformed",
        _ => "not XML",
    }
}

struct Refusal(&'static str, &'static str);

#[derive(Default)]
struct Builder<'a> {
    roots: Vec<Element<'a>>,
    open: Vec<Element<'a>>,
    element_count: usize,
}

impl<'a> Builder<'a> {
    /// Takes one event, which starts where `rest` starts.
    fn take(&mut self, event: Event<'a>, rest: &'a str) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => self.start_tag(&tag, rest),
            Event::Empty(tag) => self.start_tag(&tag, rest).and_then(|()| self.end()),
            Event::End(_) => self.end(),
            Event::Text(piece) => self.add(piece.into_inner()),
            Event::CData(piece) => self.add(piece.into_inner()),
            Event::GeneralRef(reference) => self.add(resolved(&reference)?),
            Event::DocType(_) => Err(Refusal("xml.doctype", "document types are refused")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start_tag(&mut self, tag: &BytesStart<'a>, rest: &'a str) -> Result<(), Refusal> {
        // The event lends its name for too short a time; the same bytes stand behind the `<`.
        let name = rest.get(1..=tag.name().as_ref().len()).unwrap_or_default();
        self.start(name)?;
        // A tag that is only its name has no attributes to check.
        if tag.len() > name.len() {
            check_attributes(tag)?;
        }
        Ok(())
    }

    fn start(&mut self, name: &'a str) -> Result<(), Refusal> {
        self.element_count += 1;
        if self.element_count > MOST_ELEMENTS {
            return Err(Refusal("xml.size", "more than 50000 elements"));
        }
        if self.open.len() >= DEEPEST {
            return Err(Refusal("xml.depth", "nested more than 64 deep"));
        }
        self.open.push(Element {
            name: memchr::memrchr(b':', name.as_bytes()).map_or(name, |colon| &name[colon + 1..]),
            ..Element::default()
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Refusal> {
        let element = self
            .open
            .pop()
            .ok_or(Refusal("xml.syntax", "tags do not match"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.roots.push(element),
        }
        Ok(())
    }

    fn add(&mut self, piece: Cow<'a, str>) -> Result<(), Refusal> {
        let starts_plain = piece
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_graphic());
        let is_blank = !starts_plain && piece.trim().is_empty();
        match self.open.last_mut() {
            // Line breaks between elements.
            Some(element)
                if is_blank && (element.text.is_empty() || !element.children.is_empty()) => {}
            Some(element) if element.text.is_empty() => element.text = piece,
            Some(element) => element.text.to_mut().push_str(&piece),
            None if is_blank => {}
            None => return Err(Refusal("xml.syntax", "text outside of any element")),
        }
        Ok(())
    }

    fn error(&self, text: Text<'_>, at: usize, Refusal(code, problem): Refusal) -> Error {
        let path: String = self
            .open
            .iter()
            .map(|element| format!("/{}", bounded(element.name, 40)))
            .collect();
        let path = if path.is_empty() {
            "/"
        } else {
            bounded(&path, 200)
        };
        Error::new(code, format!("{path}: {problem} at {}", text.place(at)))
    }
}

fn check_attributes(tag: &BytesStart<'_>) -> Result<(), Refusal> {
    for (index, attribute) in tag.attributes().with_checks(false).enumerate() {
        if index >= MOST_ATTRIBUTES {
            let problem = "more than 64 attributes in one tag";
            return Err(Refusal("xml.attributes", problem));
        }
        attribute.map_err(|_| Refusal("xml.syntax", "an attribute is malformed"))?;
    }
    Ok(())
}

/// Returns the character of a character reference or of one of the five predefined entities.
fn resolved<'a>(reference: &BytesRef<'_>) -> Result<Cow<'a, str>, Refusal> {
    if let Some(predefined) = quick_xml::escape::resolve_xml_entity(reference) {
        return Ok(Cow::Borrowed(predefined));
    }
    match reference.resolve_char_ref() {
        Ok(Some('\0')) => Err(Refusal("xml.nul", "a reference to NUL")),
        Ok(Some(character)) => Ok(Cow::Owned(character.to_string())),
        Ok(None) => Err(Refusal("xml.entity", "an entity that is not predefined")),
        Err(_) => Err(Refusal("xml.entity", "a reference to no character")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse_text(text: &str) -> Result<Vec<Element<'_>>, Error> {
        parse(Text { text, offset: 0 })
    }

    #[test]
    fn prefixes_are_dropped_and_texts_joined() {
        let roots = parse_text("<?xml version=\"1.0\"?><n:a xmlns:n='u'><n:b> 1 &amp; <![CDATA[<2>]]>&#x33;</n:b><c/></n:a>").expect("XML");
        assert_eq!(roots[0].name, "a");
        assert_eq!(roots[0].text_at("b"), Some("1 & <2>3"));
        assert_eq!(roots[0].text_at("c"), None);
    }

    #[test]
    fn nothing_is_expanded_or_fetched() {
        for (text, code) in [
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml.doctype"),
            ("<a>&x;</a>", "xml.entity"),
            ("<a>&#0;</a>", "xml.entity"),
            ("<a><b></a>", "xml.syntax"),
            ("<a>", "xml.syntax"),
            ("<a/>text", "xml.syntax"),
            ("<a b=c/>", "xml.syntax"),
        ] {
            let error = parse_text(text).expect_err(text);
            assert_eq!(error.code(), code, "{text}: {error}");
        }
    }

    #[test]
    fn depth_attributes_and_size_are_bounded() {
        let deep = "<a>".repeat(65);
        let wide = format!(
            "<a {}/>",
            (0..65).map(|n| format!("a{n}='' ")).collect::<String>()
        );
        let many = format!("<a>{}</a>", "<b/>".repeat(50_000));
        for (text, code) in [
            (deep, "xml.depth"),
            (wide, "xml.attributes"),
            (many, "xml.size"),
        ] {
            assert_eq!(parse_text(&text).expect_err("over a limit").code(), code);
        }
    }

    #[test]
    fn an_error_names_path_and_place() {
        let error = parse_text("<a>\n <b>&x;</b></a>").expect_err("an entity");
        assert_eq!(
            error.detail(),
            "/a/b: an entity that is not predefined at byte 8, line 2, column 5"
        );
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,60}", markup in "[<>/a&;#x!\\[\\]='0-9 -]{0,60}") {
            let _ = (parse_text(&text), parse_text(&markup));
        }
    }
}
