//! The quick pass: reads plain documents, which nearly every device sends, and declines all others.
//!
//! It names no error. A comment, a reference, CDATA, a second declaration, a name of unusual characters, tags that do
//! not match or anything that is no XML makes it return `None`: the strict pass then reads the document or says what is
//! wrong with it. What this one reads, the strict one reads as the same elements (property test).

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use quick_xml::events::BytesStart;

use super::{Builder, Element, check_attributes};

/// Reads every document of the text; `None` when it is not plain.
pub(super) fn read(text: &str) -> Option<Vec<Element<'_>>> {
    let mut builder = Builder::default();
    let mut names = Vec::new();
    let mut rest = text;
    if let Some(declaration) = rest.strip_prefix("<?xml ") {
        let end = memmem::find(declaration.as_bytes(), b"?>")?;
        rest = &declaration[end + 2..];
    }
    loop {
        let Some(bracket) = memchr(b'<', rest.as_bytes()) else {
            add(&mut builder, rest)?;
            return builder.open.is_empty().then_some(builder.roots);
        };
        add(&mut builder, &rest[..bracket])?;
        rest = &rest[bracket + 1..];
        let (tag, after) = rest.split_at(memchr(b'>', rest.as_bytes())?);
        rest = &after[1..];
        if let Some(name) = tag.strip_prefix('/') {
            (names.pop()? == name).then_some(())?;
            builder.end().ok()?;
            continue;
        }
        let (tag, is_empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let name = name_of(tag)?;
        builder.start(name).ok()?;
        if is_empty {
            builder.end().ok()?;
        } else {
            names.push(name);
        }
    }
}

fn add<'a>(builder: &mut Builder<'a>, piece: &'a str) -> Option<()> {
    if piece.is_empty() {
        return Some(());
    }
    if memchr(b'&', piece.as_bytes()).is_some() {
        return None;
    }
    builder.add(Cow::Borrowed(piece)).ok()
}

/// Returns the name that a start tag begins with, when it is of usual characters and its attributes are well formed.
fn name_of(tag: &str) -> Option<&str> {
    let is_usual =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    let length = tag.bytes().take_while(is_usual).count();
    let name = &tag[..length];
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if length < tag.len() {
        tag[length..]
            .starts_with([' ', '\n', '\r', '\t'])
            .then_some(())?;
        ends_unquoted(&tag[length..]).then_some(())?;
        check_attributes(&BytesStart::from_content(tag, length)).ok()?;
    }
    starts_well.then_some(name)
}

/// Tells whether the bracket behind a tag closes it: inside quotes, wherever they begin, it does not.
fn ends_unquoted(attributes: &str) -> bool {
    let mut rest = attributes.as_bytes();
    while let Some(opening) = memchr2(b'"', b'\'', rest) {
        let quoted = &rest[opening + 1..];
        let Some(closing) = memchr(rest[opening], quoted) else {
            return false;
        };
        rest = &quoted[closing + 1..];
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Text;
    use crate::xml::strict;

    #[test]
    fn plain_documents_are_read_and_others_declined() {
        for (text, is_plain) in [
            (
                "<?xml version=\"1.0\"?>\n<n:a xmlns:n='u' b=\"1\"><n:b>1</n:b>\n<c/></n:a>",
                true,
            ),
            ("<a>x > y</a>\n<b/>", true),
            ("<a>1 &amp; 2</a>", false),
            ("<a><!-- b --></a>", false),
            ("<a><![CDATA[b]]></a>", false),
            ("<a b='>'/>", false),
            ("<a b=c/>", false),
            ("<a b/>", false),
            ("<a \"=''></a>", false),
            ("<a b='\"' c=\"'\"></a>", true),
            ("<a></a >", false),
            ("<a><b></a></b>", false),
            ("<a>", false),
            ("</a>", false),
            ("text", false),
        ] {
            assert_eq!(read(text).is_some(), is_plain, "{text}");
        }
    }

    /// Texts near XML: elements in which pieces are sometimes wrong.
    fn near_xml() -> impl Strategy<Value = String> {
        let leaf = "[a-z0-9 \n>&;é]{0,6}|&amp;|<!-- -->|<!\\[CDATA\\[x\\]\\]>|<\\?p q\\?>|<a/>|<é/>|<a /b>";
        leaf.prop_recursive(5, 30, 5, |inner| {
            let attributes = " ?|( [a-c]{1,2} ?= ?['\"][a>/]{0,2}['\"]){1,2}|  ?[a-c='\"/]{0,4}";
            let parts = (
                "[a-c:]{1,2}",
                attributes,
                proptest::collection::vec(inner, 0..5),
                "/?|> ?",
            );
            parts.prop_map(|(name, attributes, inner, end)| match end.as_str() {
                "/" => format!("<{name}{attributes}/>"),
                end => format!(
                    "<{name}{attributes}>{}</{name}{}",
                    inner.concat(),
                    if end.is_empty() { ">" } else { end }
                ),
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_read_is_what_the_strict_pass_reads(text in near_xml(), soup in "[<>/a&;#x!?\\[\\]='\":0-9 \n-]{0,24}") {
            for text in [&text, &soup] {
                if let Some(elements) = read(text) {
                    prop_assert_eq!(strict(Text { text, offset: 0 }), Ok(elements), "{}", text);
                }
            }
        }
    }
}
