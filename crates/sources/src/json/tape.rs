//! A document as one flat list of values, its strings where they lie in the text: reading it takes one allocation.
//!
//! A list or object stands before what it holds and says where that ends, so that passing it is one step. Only strings
//! with escapes are copied, all into one buffer. `Fields` looks into it, by way of an `index` of the object that is asked
//! much; `quick` and `strict` write it.

use std::fmt;
use std::ops::Range;

use super::Fields;
use super::index::{Index, Place};
use super::names::{Name, Named, Span, head, slot};
use super::node::{Kind, Node, Tag};

/// Deepest nesting, the document itself counted as one.
pub(super) const DEEPEST: u32 = 64;
/// Most values in a document: bounds memory, since `[0,0,...]` takes twelve times its own size.
pub(super) const MOST_VALUES: usize = 200_000;
/// Longest text whose places a [`Span`] holds.
pub(super) const LONGEST_TEXT: usize = i32::MAX as usize;
/// An object that takes as many places at most is looked through: no index is made of it.
const FEW: usize = 6;
/// Names of one object that are looked through for a double.
const MOST_NAMES: usize = 48;

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

/// The list or object whose values are being added.
#[derive(Clone, Copy, Default)]
pub(super) struct Open {
    /// Its place.
    pub(super) at: usize,
    pub(super) is_map: bool,
    /// The bits of its names so far.
    pub(super) bits: u64,
    /// How many are open, it among them; 0: none is.
    pub(super) depth: u32,
}

/// One JSON document.
pub(crate) struct Document<'a> {
    text: &'a str,
    resolved: String,
    nodes: Vec<Node>,
    index: Index,
}

impl<'a> Document<'a> {
    /// Returns a document without a value yet. `text` is at most [`LONGEST_TEXT`] long.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            resolved: String::new(),
            // A value of usual messages takes twenty bytes with its name.
            nodes: Vec::with_capacity(text.len() / 20 + 4),
            index: Index::new(),
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
        self.nodes.push(Node::new(name, kind, at as u32 + 1));
        at
    }

    /// Returns how many values it has.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a value without others in it, unless there are too many.
    #[inline(always)]
    pub(super) fn add(&mut self, name: Name, kind: Kind) -> Option<usize> {
        (self.nodes.len() < MOST_VALUES).then(|| self.push(name, kind))
    }

    /// Adds a list or object inside the open one, which is then the open one; `None` when there are too many values or
    /// it lies too deep.
    #[inline(always)]
    pub(super) fn enter(&mut self, open: &mut Open, name: Name, is_map: bool) -> Option<()> {
        if open.is_map {
            self.nodes[open.at].held = open.bits;
        }
        let kind = if is_map { Kind::Map(0) } else { Kind::List };
        let at = self.add(name, kind)?;
        // Until it is closed its end is where the outer one is.
        self.nodes[at].end = open.at as u32;
        *open = Open {
            at,
            is_map,
            bits: 0,
            depth: open.depth + 1,
        };
        (open.depth <= DEEPEST).then_some(())
    }

    /// Ends the open list or object; the one it lies in is then the open one.
    #[inline(always)]
    pub(super) fn leave(&mut self, open: &mut Open) {
        let outer = self.end(open.at);
        self.close(open.at, open.bits);
        let bits = self.nodes[outer].names();
        *open = Open {
            at: outer,
            is_map: bits.is_some() && open.depth > 1,
            bits: bits.unwrap_or_default(),
            depth: open.depth - 1,
        };
    }

    /// Says that the list or object at a place holds all that was added since, under names of these bits.
    pub(super) fn close(&mut self, at: usize, bits: u64) {
        let end = self.nodes.len() as u32;
        let node = &mut self.nodes[at];
        node.end = end;
        if node.tag == Tag::Map {
            node.held = bits;
        }
    }

    /// Returns the span of a string that lies in the text, and of any other once it is kept.
    pub(super) fn keep(&mut self, string: &str) -> Span {
        let at = (string.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let lies_there = |rest: &str| rest.starts_with(string);
        if self.text.get(at..).is_some_and(lies_there) {
            return Span::new(at, string.len());
        }
        let at = self.resolved.len();
        self.resolved.push_str(string);
        Span::resolved(at, string.len())
    }

    /// Returns the name that a string of the text, or any other once it is kept, is.
    pub(super) fn keep_name(&mut self, name: &str) -> Name {
        let span = self.keep(name);
        self.name_of(span)
    }

    /// Returns the name that lies at a span.
    pub(super) fn name_of(&self, span: Span) -> Name {
        Name::new(self.buffer(span).as_bytes(), span)
    }

    /// Returns the string of a span.
    #[inline(always)]
    fn string(&self, span: Span) -> &str {
        let (at, length) = (span.place(), span.length());
        if span.is_resolved() {
            return &self.resolved[at..at + length];
        }
        &self.text[at..at + length]
    }

    /// Returns the bytes of a span's string.
    #[inline]
    fn bytes(&self, span: Span) -> &[u8] {
        let at = span.place();
        &self.buffer(span).as_bytes()[at..at + span.length()]
    }

    /// Returns the text that a span lies in.
    #[inline]
    pub(super) fn buffer(&self, span: Span) -> &str {
        match span.is_resolved() {
            true => &self.resolved,
            false => self.text,
        }
    }

    /// Returns the string at a place; `None` when there is something else.
    #[inline(always)]
    pub(super) fn text(&self, at: usize) -> Option<&str> {
        let node = &self.nodes[at];
        (node.tag == Tag::Text).then(|| self.string(Span::of_bits(node.held)))
    }

    /// Returns the value at a place.
    #[inline(always)]
    pub(super) fn value(&self, at: usize) -> Value<'_> {
        let node = &self.nodes[at];
        match node.tag {
            Tag::Null => Value::Null,
            Tag::Bool => Value::Bool(node.held != 0),
            Tag::Signed => Value::Signed(node.held as i64),
            Tag::Unsigned => Value::Unsigned(node.held),
            Tag::Float => Value::Float(f64::from_bits(node.held)),
            Tag::Text => Value::Text(self.string(Span::of_bits(node.held))),
            Tag::List => Value::List,
            Tag::Map => Value::Map,
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
    pub(super) fn find(&self, object: usize, name: &str) -> Option<usize> {
        let name = name.as_bytes();
        let head = head(name);
        self.find_slot(object, (name, head), slot(head, name.len()))
    }

    /// As [`Self::find`], of a name that comes with its head and slot.
    #[inline(never)]
    pub(super) fn find_slot(
        &self,
        object: usize,
        name: (&[u8], u64),
        slot: usize,
    ) -> Option<usize> {
        if !self.index.is_of(object) {
            let node = self.nodes.get(object).filter(|node| node.tag == Tag::Map)?;
            let end = node.end as usize;
            if end - object <= FEW {
                return self.search_named(object, name);
            }
            self.index.fill(object, &self.nodes[..end]);
        }
        match self.index.place(slot) {
            Place::Nowhere => None,
            Place::Somewhere => self.search_named(object, name),
            Place::At(place) => {
                let node = self
                    .nodes
                    .get(place)
                    .filter(|node| self.is_named(node, name))?;
                node.is_asked.set(true);
                Some(place)
            }
        }
    }

    /// As [`Self::find`], without an index.
    pub(super) fn search(&self, object: usize, name: &str) -> Option<usize> {
        let is_map = self.nodes.get(object)?.tag == Tag::Map;
        let name = name.as_bytes();
        is_map
            .then(|| self.search_named(object, (name, head(name))))
            .flatten()
    }

    #[inline(never)]
    fn search_named(&self, object: usize, name: (&[u8], u64)) -> Option<usize> {
        let nodes = self.nodes.get(..self.end(object))?;
        let mut at = object + 1;
        while let Some(node) = nodes.get(at) {
            if self.is_named(node, name) {
                node.is_asked.set(true);
                return Some(at);
            }
            at = node.end as usize;
        }
        None
    }

    /// Finds an object's values by their names, in one pass: writes their places, and leaves those of the others.
    ///
    /// Most senders write them in the order of the names: each is looked for first behind the last that was found.
    #[inline(never)]
    pub(super) fn find_all(&self, object: usize, names: &[Named], places: &mut [usize]) {
        let node = self.nodes.get(object).filter(|node| node.tag == Tag::Map);
        let held = node.and_then(|node| self.nodes.get(..node.end as usize));
        let held = held.unwrap_or_default();
        let (mut at, mut likely) = (object + 1, 0);
        while let Some(node) = held.get(at) {
            let is_it = |name: &Named| self.is_named(node, (name.text.as_bytes(), name.head));
            let (before, behind) = names.split_at(likely);
            let found = behind.iter().position(is_it).map(|index| likely + index);
            if let Some(index) = found.or_else(|| before.iter().position(is_it)) {
                node.is_asked.set(true);
                places[index] = at;
                likely = index + 1;
            }
            at = node.end as usize;
        }
    }

    /// Returns the next value of the same list or object, the one at a place or behind it and before `end`, that was not
    /// found by its name.
    #[inline]
    pub(super) fn unasked(&self, mut at: usize, end: usize) -> Option<usize> {
        let held = self.nodes.get(..end)?;
        while let Some(node) = held.get(at) {
            if !node.is_asked.get() {
                return Some(at);
            }
            at = node.end as usize;
        }
        None
    }

    /// Tells whether the object at a place, the last that was opened, already holds a name; `None` when it holds too
    /// many to look through.
    pub(super) fn holds(&self, object: usize, name: Name) -> Option<bool> {
        let name = (self.bytes(name.span), name.head);
        let mut at = object + 1;
        for _ in 0..MOST_NAMES {
            let Some(node) = self.nodes.get(at) else {
                return Some(false);
            };
            if self.is_named(node, name) {
                return Some(true);
            }
            at = node.end as usize;
        }
        None
    }

    /// Tells whether a value has a name, which comes with its head: all of a short one.
    #[inline(always)]
    fn is_named(&self, node: &Node, (name, head): (&[u8], u64)) -> bool {
        node.name.head == head
            && node.name.span.length() == name.len()
            && (name.len() <= 8 || self.bytes(node.name.span) == name)
    }

    /// Returns the places of what a list holds when all of it is strings.
    pub(super) fn strings(&self, list: usize) -> Option<Range<usize>> {
        let places = list + 1..self.end(list);
        let held = self.nodes.get(places.clone())?;
        let is_string = |node: &Node| node.tag == Tag::Text;
        held.iter().all(is_string).then_some(places)
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}
