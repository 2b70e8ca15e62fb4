//! A document as one flat list of values, its strings where they lie in the text: reading it takes one allocation.
//!
//! A list or object stands before what it holds and says where that ends, so that passing it is one step. Only strings
//! with escapes are copied, all into one buffer. `Fields` looks into it; `quick` and `strict` write it.

use std::fmt;

use super::Fields;

/// Deepest nesting, the document itself counted as one.
pub(super) const DEEPEST: u32 = 64;
/// Most values in a document: bounds memory, since `[0,0,...]` takes twelve times its own size.
pub(super) const MOST_VALUES: usize = 200_000;
/// Longest text whose places a [`Span`] holds.
pub(super) const LONGEST_TEXT: usize = i32::MAX as usize;
/// First magnitude that is beyond 64 bits.
const BEYOND_64_BITS: f64 = 18_446_744_073_709_551_616.0;
/// Set in the place of a span that lies in the buffer of resolved strings.
const RESOLVED: u32 = 1 << 31;

/// One JSON value as it is looked at; what a list or object holds is [`Fields`]' to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'v> {
    Null,
    Bool(bool),
    /// A whole number that 64 bits hold.
    Signed(i64),
    /// A whole number above the greatest signed one.
    Unsigned(u64),
    /// A number with a fraction or exponent, finite.
    Float(f64),
    Text(&'v str),
    List,
    /// Its keys are distinct.
    Map,
}

impl Value<'_> {
    /// Returns what kind of value it is, for messages.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List => "a list",
            Self::Map => "an object",
        }
    }
}

/// Where a string lies: in the text, or in the buffer of those whose escapes were resolved.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    at: u32,
    length: u32,
}

/// What a value is, without what it holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Span),
    List,
    /// With a bit for the sum of each of its keys.
    Map(u64),
}

#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    /// Its name in the object that holds it.
    key: Span,
    /// The name's [`sum`].
    sum: u32,
    /// The place behind the value and all it holds.
    end: u32,
}

/// One JSON document.
pub(crate) struct Document<'a> {
    text: &'a str,
    resolved: String,
    nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// Returns a document without a value yet. `text` is at most [`LONGEST_TEXT`] long.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            resolved: String::new(),
            // A value of usual messages takes twenty bytes with its name.
            nodes: Vec::with_capacity(text.len() / 16 + 4),
        }
    }

    /// Returns the document's one value.
    pub(crate) fn root(&self) -> Fields<'_> {
        Fields::new(self, 0)
    }

    /// Adds a value under a name; returns its place.
    pub(super) fn push(&mut self, key: Span, sum: u32, kind: Kind) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind,
            key,
            sum,
            end: at as u32 + 1,
        });
        at
    }

    /// Returns how many values it has.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Says that the list or object at a place holds all that was added since, under keys whose sums give `sums`.
    pub(super) fn close(&mut self, at: usize, sums: u64) {
        let end = self.nodes.len() as u32;
        let node = &mut self.nodes[at];
        node.end = end;
        if let Kind::Map(held) = &mut node.kind {
            *held = sums;
        }
    }

    /// Returns the span of the text's bytes from one to before another.
    pub(super) fn span(from: usize, until: usize) -> Span {
        Span {
            at: from as u32,
            length: (until - from) as u32,
        }
    }

    /// Returns the span of a string that lies in the text, and of any other once it is kept.
    pub(super) fn keep(&mut self, string: &str) -> Span {
        let at = (string.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if self
            .text
            .get(at..)
            .is_some_and(|rest| rest.starts_with(string))
        {
            return Self::span(at, at + string.len());
        }
        let at = self.resolved.len() as u32 | RESOLVED;
        self.resolved.push_str(string);
        Span {
            at,
            length: string.len() as u32,
        }
    }

    /// Returns the string of a span.
    pub(super) fn string(&self, span: Span) -> &str {
        let at = (span.at & !RESOLVED) as usize;
        let buffer = if span.at & RESOLVED == 0 {
            self.text
        } else {
            &self.resolved
        };
        &buffer[at..at + span.length as usize]
    }

    /// Returns the value at a place.
    pub(super) fn value(&self, at: usize) -> Value<'_> {
        match self.nodes[at].kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Signed(number) => Value::Signed(number),
            Kind::Unsigned(number) => Value::Unsigned(number),
            Kind::Float(number) => Value::Float(number),
            Kind::Text(span) => Value::Text(self.string(span)),
            Kind::List => Value::List,
            Kind::Map(_) => Value::Map,
        }
    }

    /// Returns the name of the value at a place; empty in a list.
    pub(super) fn name(&self, at: usize) -> &str {
        self.string(self.nodes[at].key)
    }

    /// Returns the place behind the value at a place and all it holds.
    pub(super) fn end(&self, at: usize) -> usize {
        self.nodes[at].end as usize
    }

    /// Returns the place of an object's value by its name; `None` when this is no object or has no such key.
    pub(super) fn find(&self, object: usize, key: &str) -> Option<usize> {
        let Kind::Map(sums) = self.nodes[object].kind else {
            return None;
        };
        let sum = sum(key.as_bytes());
        if sums & bit(sum) == 0 {
            return None;
        }
        self.find_from(object, self.end(object), key.as_bytes(), sum)
    }

    /// Returns the place of a key among what the object at a place holds before `end`.
    pub(super) fn find_from(
        &self,
        object: usize,
        end: usize,
        key: &[u8],
        sum: u32,
    ) -> Option<usize> {
        let mut at = object + 1;
        while at < end {
            let node = &self.nodes[at];
            if node.sum == sum && self.string(node.key).as_bytes() == key {
                return Some(at);
            }
            at = node.end as usize;
        }
        None
    }
}

/// Returns a number that tells most keys of one object apart: by length, ends and middle.
pub(super) fn sum(key: &[u8]) -> u32 {
    let byte = |at: usize| u32::from(key.get(at).copied().unwrap_or_default());
    let length = key.len();
    let (first, middle, last) = (byte(0), byte(length / 2), byte(length.wrapping_sub(1)));
    (length as u32 & 0xff) << 24 | first << 16 | middle << 8 | last
}

/// Returns the bit by which an object says that it may hold a key of this sum.
pub(super) fn bit(sum: u32) -> u64 {
    1 << (sum.wrapping_mul(0x9e37_79b9) >> 26)
}

/// Returns the value of a number with a fraction or exponent; `None` when it is not finite or beyond 64 bits.
pub(super) fn float(number: f64) -> Option<Kind> {
    if !number.is_finite() || number >= BEYOND_64_BITS || number <= i64::MIN as f64 {
        return None;
    }
    Some(if number == 0.0 {
        Kind::Signed(0)
    } else {
        Kind::Float(number)
    })
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}
