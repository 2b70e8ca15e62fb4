//! Looking up fields by path, with errors that name the whole path.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::Value;
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
        match behind.strip_prefix('.') {
            Some(path) => found.found(path),
            None => Some(found),
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

    /// Returns a string.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(always)]
    pub(crate) fn string(&self, path: &str) -> Result<Option<&'v str>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(path, "a string", other)),
        }
    }

    /// Returns a string, or the text of a number: what devices exchange freely.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(always)]
    pub(crate) fn text(&self, path: &str) -> Result<Option<Cow<'v, str>>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Signed(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Unsigned(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Float(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(other) => Err(self.wrong(path, "a string or a number", other)),
        }
    }

    /// Returns a number.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(always)]
    pub(crate) fn number(&self, path: &str) -> Result<Option<f64>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Signed(number)) => Ok(Some(number as f64)),
            Some(Value::Unsigned(number)) => Ok(Some(number as f64)),
            Some(Value::Float(number)) => Ok(Some(number)),
            Some(other) => Err(self.wrong(path, "a number", other)),
        }
    }

    /// Returns a whole number of 0 to 4,294,967,295.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(always)]
    pub(crate) fn count(&self, path: &str) -> Result<Option<u32>, Error> {
        let expected = "a whole number of 0 to 4294967295";
        match self.at(path) {
            None => Ok(None),
            Some(Value::Signed(number)) => match u32::try_from(number) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.error("json.type", path, &format!("must be {expected}"))),
            },
            Some(other) => Err(self.wrong(path, expected, other)),
        }
    }

    /// Returns a boolean.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(always)]
    pub(crate) fn boolean(&self, path: &str) -> Result<Option<bool>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(self.wrong(path, "a boolean", other)),
        }
    }

    /// Returns the strings of a list, none when it is not there; one string counts as a list of one.
    ///
    /// # Errors
    /// `json.type` when there is something else; `json.list` above `most` elements.
    pub(crate) fn strings(&self, path: &str, most: usize) -> Result<Strings<'v>, Error> {
        let places = match self.child(path) {
            None => 0..0,
            Some(found) => match found.value() {
                Value::Text(_) => found.at..found.at + 1,
                Value::List => self
                    .document
                    .strings(found.at)
                    .filter(|places| places.len() <= most)
                    .ok_or_else(|| self.no_strings(path, found.held(), most))?,
                other => return Err(self.wrong(path, "a list of strings", other)),
            },
        };
        Ok(Strings {
            document: self.document,
            places,
        })
    }

    /// Says why the elements of a list are not so many strings at most.
    #[cold]
    fn no_strings(&self, path: &str, list: Elements<'v>, most: usize) -> Error {
        let is_other = |(_, element): &(usize, Self)| !matches!(element.value(), Value::Text(_));
        if let Some((index, element)) = list.enumerate().take(most).find(is_other) {
            return self.wrong(&format!("{path}[{index}]"), "a string", element.value());
        }
        let count = list.count();
        let problem = format!("has {count} elements, {most} at most");
        self.error("json.list", path, &problem)
    }

    /// Returns the names of the keys of this object that nothing has asked for so far, in the document's order: what
    /// a reader does not know.
    pub(crate) fn unasked_keys(&self) -> impl Iterator<Item = &'v str> + use<'v> {
        let fields = *self;
        let is_unasked = move |field: &Fields<'_>| !fields.document.is_asked(field.at);
        let held = if self.is_object() {
            self.held()
        } else {
            self.elements("")
        };
        held.filter(is_unasked).map(|field| field.name())
    }

    /// Returns an error about the field at `path`.
    #[cold]
    pub(crate) fn error(&self, code: &'static str, path: &str, problem: &str) -> Error {
        Error::new(code, format!("{} {problem}", self.path_of(path)))
    }

    #[cold]
    fn wrong(&self, path: &str, expected: &str, found: Value<'_>) -> Error {
        self.error(
            "json.type",
            path,
            &format!("must be {expected}, not {}", found.kind()),
        )
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

/// The strings of a list, in its order.
#[derive(Clone)]
pub(crate) struct Strings<'v> {
    document: &'v Document<'v>,
    places: Range<usize>,
}

impl<'v> Iterator for Strings<'v> {
    type Item = &'v str;

    fn next(&mut self) -> Option<&'v str> {
        match self.document.value(self.places.next()?) {
            Value::Text(text) => Some(text),
            // None of a list of strings is.
            _ => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
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
