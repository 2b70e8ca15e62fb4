//! A document as one flat list of values, its strings where they lie in the text: reading it takes one allocation.
//!
//! A list or object stands before what it holds and says where that ends, so that passing it is one step. Only strings
//! with escapes are copied, all into one buffer. `Fields` looks into it; `quick` and `strict` write it.

use std::cell::Cell;
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

impl Span {
    /// Returns the span of some bytes of the text.
    pub(super) fn new(at: usize, length: usize) -> Self {
        Self {
            at: at as u32,
            length: length as u32,
        }
    }
}

/// The name of a value in the object that holds it; the empty one in a list.
#[derive(Clone, Copy, Default)]
pub(super) struct Name {
    span: Span,
    /// Length and ends: most names of one object differ in them.
    sum: u32,
}

impl Name {
    /// Takes a name that lies at a span.
    #[inline]
    pub(super) fn new(name: &[u8], span: Span) -> Self {
        let (first, last) = match name {
            [] => (0, 0),
            [first, .., last] => (*first, *last),
            [only] => (*only, *only),
        };
        let sum = (name.len() as u32) << 16 | u32::from(first) << 8 | u32::from(last);
        Self { span, sum }
    }

    /// Returns the bit by which an object says that it may hold this name.
    #[inline]
    pub(super) fn bit(self) -> u64 {
        1 << (self.sum.wrapping_mul(0x9e37_79b9) >> 26)
    }
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
    /// With the bits of the names it holds.
    Map(u64),
}

struct Node {
    kind: Kind,
    name: Name,
    /// The place behind the value and all it holds.
    end: u32,
    /// Whether it was asked for by its name.
    is_asked: Cell<bool>,
}

/// One JSON document.
pub(crate) struct Document<'a> {
    text: &'a str,
    resolved: String,
    nodes: Vec<Node>,
    /// The object that was last looked into, and the place behind what was found there: readers ask in about the order
    /// in which devices write.
    looked: Cell<(usize, usize)>,
}

impl<'a> Document<'a> {
    /// Returns a document without a value yet. `text` is at most [`LONGEST_TEXT`] long.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            resolved: String::new(),
            // A value of usual messages takes twenty bytes with its name.
            nodes: Vec::with_capacity(text.len() / 16 + 4),
            looked: Cell::new((usize::MAX, 0)),
        }
    }

    /// Returns the document's one value.
    pub(crate) fn root(&self) -> Fields<'_> {
        Fields::new(self, 0)
    }

    /// Adds a value under a name; returns its place.
    #[inline(always)]
    pub(super) fn push(&mut self, name: Name, kind: Kind) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind,
            name,
            end: at as u32 + 1,
            is_asked: Cell::new(false),
        });
        at
    }

    /// Returns how many values it has.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Says that the list or object at a place holds all that was added since, under names of these bits.
    pub(super) fn close(&mut self, at: usize, bits: u64) {
        let end = self.nodes.len() as u32;
        let node = &mut self.nodes[at];
        node.end = end;
        if let Kind::Map(held) = &mut node.kind {
            *held = bits;
        }
    }

    /// Returns the span of a string that lies in the text, and of any other once it is kept.
    pub(super) fn keep(&mut self, string: &str) -> Span {
        let at = (string.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let lies_there = |rest: &str| rest.starts_with(string);
        if self.text.get(at..).is_some_and(lies_there) {
            return Span::new(at, string.len());
        }
        let at = self.resolved.len() | RESOLVED as usize;
        self.resolved.push_str(string);
        Span::new(at, string.len())
    }

    /// Returns the string of a span.
    #[inline]
    fn string(&self, span: Span) -> &str {
        let at = (span.at & !RESOLVED) as usize;
        &self.buffer(span)[at..at + span.length as usize]
    }

    /// Returns the bytes of a span's string.
    #[inline]
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        let at = (span.at & !RESOLVED) as usize;
        &self.buffer(span).as_bytes()[at..at + span.length as usize]
    }

    #[inline]
    fn buffer(&self, span: Span) -> &str {
        match span.at & RESOLVED {
            0 => self.text,
            _ => &self.resolved,
        }
    }

    /// Returns the value at a place.
    #[inline]
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
        self.string(self.nodes[at].name.span)
    }

    /// Returns the place behind the value at a place and all it holds.
    #[inline]
    pub(super) fn end(&self, at: usize) -> usize {
        self.nodes[at].end as usize
    }

    /// Returns the place of an object's value by its name; `None` when this is no object or has no such key.
    #[inline(always)]
    pub(super) fn find(&self, object: usize, key: &str) -> Option<usize> {
        let Kind::Map(bits) = self.nodes[object].kind else {
            return None;
        };
        let key = key.as_bytes();
        let name = Name::new(key, Span::default());
        if bits & name.bit() == 0 {
            return None;
        }
        let first = object + 1;
        let (looked, behind) = self.looked.get();
        let start = if looked == object { behind } else { first };
        let found = self
            .find_between(start, self.end(object), key, name)
            .or_else(|| self.find_between(first, start, key, name))?;
        let node = &self.nodes[found];
        node.is_asked.set(true);
        self.looked.set((object, node.end as usize));
        Some(found)
    }

    /// Tells whether the value at a place was found by its name.
    pub(super) fn is_asked(&self, at: usize) -> bool {
        self.nodes[at].is_asked.get()
    }

    /// Tells whether the object at a place, the last that was opened, already holds a name.
    pub(super) fn holds(&self, object: usize, key: &[u8], name: Name) -> bool {
        self.find_between(object + 1, self.nodes.len(), key, name)
            .is_some()
    }

    #[inline(always)]
    fn find_between(&self, from: usize, until: usize, key: &[u8], name: Name) -> Option<usize> {
        let mut at = from;
        while at < until {
            let node = &self.nodes[at];
            if node.name.sum == name.sum && self.bytes(node.name.span) == key {
                return Some(at);
            }
            at = node.end as usize;
        }
        None
    }
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
