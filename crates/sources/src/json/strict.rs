//! The strict pass: the visitor that writes a document by serde_json's grammar, and the trace it leaves when it refuses.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::names::Name;
use super::node::{Kind, float};
use super::tape::{DEEPEST, Document, MOST_VALUES};
use crate::text::bounded;

/// What the visitor leaves behind: the document, and when it fails the path, innermost first, and the rule that was broken.
pub(super) struct Trace<'a> {
    document: RefCell<Document<'a>>,
    path: RefCell<Vec<String>>,
    code: Cell<&'static str>,
    may_have_nul: bool,
}

impl<'a> Trace<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            document: RefCell::new(Document::new(text)),
            path: RefCell::new(Vec::new()),
            code: Cell::new("json.syntax"),
            // Messages without any escape are the rule, and one byte is found faster than six.
            may_have_nul: memchr::memchr(b'\\', text.as_bytes()).is_some_and(|at| {
                memchr::memmem::find(&text.as_bytes()[at..], b"\\u0000").is_some()
            }),
        }
    }

    pub(super) fn root(&self) -> Seed<'_, 'a> {
        Seed {
            trace: self,
            name: Name::default(),
            depth: 0,
        }
    }

    /// Returns the document that was read.
    pub(super) fn document(self) -> Document<'a> {
        self.document.into_inner()
    }

    pub(super) fn code(&self) -> &'static str {
        self.code.get()
    }

    /// Returns the path of the value that failed, such as `$.data.containers[1]`.
    pub(super) fn path(&self) -> String {
        let segments = self.path.borrow();
        let outermost_first: String = segments.iter().rev().map(String::as_str).collect();
        format!("${}", bounded(&outermost_first, 200))
    }

    fn refuse<E: serde::de::Error>(&self, code: &'static str, message: &str) -> E {
        self.code.set(code);
        E::custom(message)
    }

    fn leave_key(&self, key: &str) {
        let plain: String = key
            .chars()
            .take(40)
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        self.path.borrow_mut().push(format!(".{plain}"));
    }

    fn checked<E: serde::de::Error>(&self, text: &str) -> Result<(), E> {
        if self.may_have_nul && memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(self.refuse("json.nul", "NUL in a string"));
        }
        Ok(())
    }
}

/// Reads one value at a depth, and adds it under its name.
#[derive(Clone, Copy)]
pub(super) struct Seed<'t, 'a> {
    trace: &'t Trace<'a>,
    name: Name,
    depth: u32,
}

impl Seed<'_, '_> {
    fn add(self, kind: Kind) -> usize {
        let mut document = self.trace.document.borrow_mut();
        document.push(self.name, kind)
    }

    fn close(self, at: usize, bits: u64) {
        self.trace.document.borrow_mut().close(at, bits);
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.trace.checked(text)?;
        let span = self.trace.document.borrow_mut().keep(text);
        self.add(Kind::Text(span));
        Ok(())
    }

    /// Returns what reads a value that this one holds, under a name.
    fn inner<E: serde::de::Error>(self, name: Name) -> Result<Self, E> {
        if self.depth + 1 > DEEPEST {
            return Err(self.trace.refuse("json.depth", "nested more than 64 deep"));
        }
        let depth = self.depth + 1;
        Ok(Self {
            name,
            depth,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.trace.document.borrow().count() >= MOST_VALUES {
            return Err(self.trace.refuse("json.size", "more than 200000 values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.add(Kind::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.add(Kind::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.add(Kind::Signed(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.add(i64::try_from(value).map_or(Kind::Unsigned(value), Kind::Signed));
        Ok(())
    }

    /// serde_json hands over integers beyond 64 bits as floats; no format has figures of that size.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        let beyond = || self.trace.refuse("json.number", "number beyond 64 bits");
        self.add(float(value).ok_or_else(beyond)?);
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inner = self.inner(Name::default())?;
        let at = self.add(Kind::List);
        for index in 0.. {
            let next = list.next_element_seed(inner).inspect_err(|_| {
                self.trace.path.borrow_mut().push(format!("[{index}]"));
            })?;
            if next.is_none() {
                break;
            }
        }
        self.close(at, 0);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.inner(Name::default())?;
        let at = self.add(Kind::Map(0));
        let (mut bits, mut seen) = (0, HashSet::new());
        while let Some(key) = map.next_key_seed(KeySeed(self.trace))? {
            if !seen.insert(key.clone()) {
                self.trace.leave_key(&key);
                return Err(self.trace.refuse("json.duplicate_key", "key given twice"));
            }
            let name = self.trace.document.borrow_mut().keep_name(&key);
            bits |= name.bit();
            map.next_value_seed(self.inner(name)?)
                .inspect_err(|_| self.trace.leave_key(&key))?;
        }
        self.close(at, bits);
        Ok(())
    }
}

/// Reads a key, borrowed where it has no escapes.
struct KeySeed<'t, 'a>(&'t Trace<'a>);

impl<'de> DeserializeSeed<'de> for KeySeed<'_, '_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_, '_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        self.0.checked(value)?;
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        self.0.checked(value)?;
        Ok(Cow::Borrowed(value))
    }
}
