//! The visitor that builds a tree of borrowed values, and the trace it leaves when it refuses one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::text::bounded;

/// Deepest nesting, the document itself counted as one.
pub(super) const DEEPEST: u32 = 64;
/// Most values in a document: bounds memory, since `[0,0,...]` takes sixteen times its own size.
pub(super) const MOST_VALUES: u32 = 200_000;
/// Maps of more keys are checked for duplicates by hash.
const FEW_KEYS: usize = 24;
/// First magnitude that is beyond 64 bits.
const BEYOND_64_BITS: f64 = 18_446_744_073_709_551_616.0;

/// One JSON value, borrowing its strings from the text where no escape had to be resolved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// A whole number that 64 bits hold.
    Signed(i64),
    /// A whole number above the greatest signed one.
    Unsigned(u64),
    /// A number with a fraction or exponent, finite.
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    /// Keys are distinct, in the document's order.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// Returns the value of a key; `None` when this is no map or has no such key.
    pub(crate) fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            // Most names differ in length or last letter: no need to compare the rest.
            Self::Map(entries) => entries
                .iter()
                .find(|(name, _)| {
                    name.len() == key.len()
                        && name.as_bytes().last() == key.as_bytes().last()
                        && name == key
                })
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns what kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

/// Returns the value of a number with a fraction or exponent; `None` when it is not finite or beyond 64 bits.
pub(super) fn float(number: f64) -> Option<Value<'static>> {
    if !number.is_finite() || number >= BEYOND_64_BITS || number <= i64::MIN as f64 {
        return None;
    }
    Some(if number == 0.0 {
        Value::Signed(0)
    } else {
        Value::Float(number)
    })
}

/// What the visitor leaves behind when it fails: the path, innermost first, and the rule that was broken.
pub(super) struct Trace {
    path: RefCell<Vec<String>>,
    code: Cell<&'static str>,
    values: Cell<u32>,
    may_have_nul: bool,
}

impl Trace {
    pub(super) fn new(text: &str) -> Self {
        Self {
            path: RefCell::new(Vec::new()),
            code: Cell::new("json.syntax"),
            values: Cell::new(0),
            // Messages without any escape are the rule, and one byte is found faster than six.
            may_have_nul: memchr::memchr(b'\\', text.as_bytes()).is_some_and(|at| {
                memchr::memmem::find(&text.as_bytes()[at..], b"\\u0000").is_some()
            }),
        }
    }

    pub(super) fn root(&self) -> Seed<'_> {
        Seed {
            trace: self,
            depth: 0,
        }
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

/// Reads one value at a depth.
#[derive(Clone, Copy)]
pub(super) struct Seed<'t> {
    trace: &'t Trace,
    depth: u32,
}

impl<'t> Seed<'t> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth + 1 > DEEPEST {
            return Err(self.trace.refuse("json.depth", "nested more than 64 deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        let count = self.trace.values.get() + 1;
        self.trace.values.set(count);
        if count > MOST_VALUES {
            return Err(self.trace.refuse("json.size", "more than 200000 values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::Unsigned(value), Value::Signed))
    }

    /// serde_json hands over integers beyond 64 bits as floats; no format has figures of that size.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value<'de>, E> {
        float(value).ok_or_else(|| self.trace.refuse("json.number", "number beyond 64 bits"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value<'de>, E> {
        self.trace.checked(value)?;
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Value<'de>, E> {
        self.trace.checked(value)?;
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        loop {
            let next = list.next_element_seed(inner).inspect_err(|_| {
                let index = format!("[{}]", values.len());
                self.trace.path.borrow_mut().push(index);
            })?;
            match next {
                Some(value) => values.push(value),
                None => return Ok(Value::List(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut entries: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
        let mut seen: Option<HashSet<Cow<'de, str>>> = None;
        while let Some(key) = map.next_key_seed(KeySeed(self.trace))? {
            let is_double = if entries.len() < FEW_KEYS {
                entries.iter().any(|(name, _)| *name == key)
            } else {
                let before = || entries.iter().map(|(name, _)| name.clone()).collect();
                !seen.get_or_insert_with(before).insert(key.clone())
            };
            if is_double {
                self.trace.leave_key(&key);
                return Err(self.trace.refuse("json.duplicate_key", "key given twice"));
            }
            let value = map
                .next_value_seed(inner)
                .inspect_err(|_| self.trace.leave_key(&key))?;
            entries.push((key, value));
        }
        Ok(Value::Map(entries))
    }
}

/// Reads a key, borrowed where it has no escapes.
struct KeySeed<'t>(&'t Trace);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_> {
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
