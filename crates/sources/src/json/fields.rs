//! Looking up fields by path, with errors that name the whole path.

use std::borrow::Cow;
use std::fmt;

use super::Value;
use super::field::{Field, Strings};
use super::names::Names;
use super::path::Path;
use super::tape::Document;
use crate::Error;

/// A value of a document, from which others are found by path.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'v> {
    document: &'v Document<'v>,
    at: usize,
}

impl<'v> Fields<'v> {
    /// Takes the value at a place of the document.
    pub(super) fn new(document: &'v Document<'v>, at: usize) -> Self {
        Self { document, at }
    }

    /// Returns the value itself.
    #[inline]
    pub(crate) fn value(&self) -> Value<'v> {
        self.document.value(self.at)
    }

    /// Returns the value's own name; empty in a list.
    pub(crate) fn name(&self) -> &'v str {
        self.document.name(self.at)
    }

    /// Returns the value at a path of keys and indexes such as `TrafficCar.DrivingDirection[0]`; `None` when it
    /// is not there or null. An index on what is no list is ignored: devices write one value without its list.
    #[inline(always)]
    pub(crate) fn at(&self, path: &str) -> Option<Value<'v>> {
        let found = self.found(path)?;
        Some(found.value()).filter(|value| *value != Value::Null)
    }

    /// Returns the fields at a path, and `None` when they are not there or null.
    #[inline(always)]
    pub(crate) fn child(&self, path: &str) -> Option<Self> {
        let found = self.found(path);
        found.filter(|found| found.value() != Value::Null)
    }

    /// Most paths are one key; one that is there needs no search for steps and indexes.
    #[inline(always)]
    fn found(self, path: &str) -> Option<Self> {
        match self.by_key(path) {
            None if has_steps(path) => self.by_steps(path),
            found => found,
        }
    }

    #[inline(always)]
    fn by_key(self, key: &str) -> Option<Self> {
        let at = self.document.find(self.at, key)?;
        Some(Self { at, ..self })
    }

    #[inline(never)]
    fn by_steps(self, path: &str) -> Option<Self> {
        let end = memchr::memchr2(b'.', b'[', path.as_bytes())?;
        let (key, behind) = path.split_at(end);
        let mut found = self.by_key(key)?;
        let (index, behind) = match behind.strip_prefix('[') {
            Some(index) => index.split_once(']')?,
            None => ("", behind),
        };
        if let Ok(index) = index.parse()
            && found.value() == Value::List
        {
            found = found.held().nth(index)?;
        }
        let Some(behind) = behind.strip_prefix('.') else {
            return Some(found);
        };
        // Without an index, which stays that of the object from which the steps begin: others are asked of it too.
        let at = self.document.search(found.at, behind);
        match at.map(|at| Self { at, ..found }) {
            None if has_steps(behind) => found.by_steps(behind),
            last => last,
        }
    }

    /// Returns what this list or object holds, in the document's order; any other value holds nothing.
    pub(crate) fn held(&self) -> Elements<'v> {
        Elements {
            document: self.document,
            next: self.at + 1,
            end: self.document.end(self.at),
        }
    }

    /// Returns this value alone, as if it were the one element of a list.
    pub(crate) fn alone(&self) -> Elements<'v> {
        Elements {
            document: self.document,
            next: self.at,
            end: self.document.end(self.at),
        }
    }

    /// Returns each element of the list at `path` (`""` for this value) as fields; no list gives none.
    pub(crate) fn elements(&self, path: &str) -> Elements<'v> {
        let found = if path.is_empty() {
            Some(*self)
        } else {
            self.child(path)
        };
        match found {
            Some(list) if list.value() == Value::List => list.held(),
            _ => Elements {
                next: 0,
                end: 0,
                document: self.document,
            },
        }
    }

    /// Returns the field at a path; [`Self::at`] says which paths there are.
    #[inline(always)]
    pub(crate) fn field(&self, path: &str) -> Field<'v> {
        Field::new(self.document, self.found(path).map_or(0, |found| found.at))
    }

    /// Returns the field at a prepared path.
    pub(crate) fn prepared(&self, path: &Path) -> Field<'v> {
        let name = (path.text.as_bytes(), path.head);
        let mut place = self.document.find_slot(self.at, name, path.slot);
        if place.is_none() && path.has_steps {
            place = self.by_steps(path.text).map(|found| found.at);
        }
        Field::new(self.document, place.unwrap_or_default())
    }

    /// Returns the fields of these names, all found in one pass.
    #[inline]
    pub(crate) fn named<const N: usize>(&self, names: &Names<N>) -> [Field<'v>; N] {
        let mut places = [0; N];
        self.document.find_all(self.at, &names.0, &mut places);
        places.map(|place| Field::new(self.document, place))
    }

    /// Returns a string; `json.type` as [`Field::string`].
    #[inline(always)]
    pub(crate) fn string(&self, path: &str) -> Result<Option<&'v str>, Error> {
        self.field(path).string()
    }

    /// Returns a string, or the text of a number; `json.type` as [`Field::text`].
    #[inline(always)]
    pub(crate) fn text(&self, path: &str) -> Result<Option<Cow<'v, str>>, Error> {
        self.field(path).text()
    }

    /// Returns a boolean; `json.type` as [`Field::boolean`].
    #[inline(always)]
    pub(crate) fn boolean(&self, path: &str) -> Result<Option<bool>, Error> {
        self.field(path).boolean()
    }

    /// Returns a list of strings; errors as [`Field::strings`].
    pub(crate) fn strings(&self, path: &str, most: usize) -> Result<Strings<'v>, Error> {
        self.field(path).strings(most)
    }

    /// Returns the names of the keys of this object that nothing has asked for so far, in the document's order: what
    /// a reader does not know.
    #[inline]
    pub(crate) fn unasked_keys(&self) -> impl Iterator<Item = &'v str> + use<'v> {
        let (document, mut next) = (self.document, self.at + 1);
        let end = if self.is_object() {
            document.end(self.at)
        } else {
            0
        };
        std::iter::from_fn(move || {
            let at = document.unasked(next, end)?;
            next = document.end(at);
            Some(document.name(at))
        })
    }

    /// Returns an error about the field at `path`.
    #[cold]
    pub(crate) fn error(&self, code: &'static str, path: &str, problem: &str) -> Error {
        Error::new(code, format!("{} {problem}", self.path_of(path)))
    }

    /// Returns the path from the document's root, such as `$.params.eventList[0].Data`, and `path` behind it.
    fn path_of(&self, path: &str) -> String {
        let mut whole = String::from("$");
        let mut fields = self.document.root();
        while fields.at != self.at {
            let is_inside = |(_, one): &(usize, Fields<'_>)| self.at < self.document.end(one.at);
            let Some((index, inner)) = fields.held().enumerate().find(is_inside) else {
                break;
            };
            match fields.value() {
                Value::List => whole.push_str(&format!("[{index}]")),
                _ => whole.push_str(&format!(".{}", inner.name())),
            }
            fields = inner;
        }
        if !path.is_empty() {
            whole.push_str(&format!(".{path}"));
        }
        whole
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |field| (Fields::name(&field), field);
        match self.value() {
            Value::List => f.debug_list().entries(self.held()).finish(),
            Value::Map => f.debug_map().entries(self.held().map(named)).finish(),
            other => other.fmt(f),
        }
    }
}

/// Values behind one another, each with what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'v> {
    document: &'v Document<'v>,
    next: usize,
    end: usize,
}

impl Elements<'_> {
    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.next >= self.end
    }
}

impl<'v> Iterator for Elements<'v> {
    type Item = Fields<'v>;

    fn next(&mut self) -> Option<Fields<'v>> {
        (!self.is_empty()).then(|| {
            let fields = Fields::new(self.document, self.next);
            self.next = self.document.end(self.next);
            fields
        })
    }
}

/// Tells whether a path has more steps than one key.
#[inline(always)]
fn has_steps(path: &str) -> bool {
    path.bytes().any(|byte| matches!(byte, b'.' | b'['))
}

#[cfg(test)]
mod tests {
    use crate::json::parse;
    use crate::text::Text;

    #[test]
    fn a_wrong_type_is_named_with_its_whole_path() {
        let document = parse(Text {
            text: r#"{"list":[{"a":{"b":[7]}}]}"#,
            offset: 0,
        })
        .expect("JSON");
        let root = document.root();
        let first = root.elements("list").next().expect("one element");
        let error = first.string("a.b[0]").expect_err("a number");
        assert_eq!(
            error.detail(),
            "$.list[0].a.b[0] must be a string, not a number"
        );
        assert_eq!(
            first
                .text("a.b[0]")
                .expect("a number has a text")
                .as_deref(),
            Some("7")
        );
        assert_eq!(first.string("a.missing").expect("not there"), None);
    }
}
