//! One value of a document as it is kept: what it is, its name, and where it ends.

use std::cell::Cell;

use super::names::{Name, Span};

/// First magnitude that is beyond 64 bits.
const BEYOND_64_BITS: f64 = 18_446_744_073_709_551_616.0;

/// What a value is; of a list or object without what it holds.
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

impl Kind {
    #[inline(always)]
    fn parts(self) -> (Tag, u64) {
        match self {
            Self::Null => (Tag::Null, 0),
            Self::Bool(value) => (Tag::Bool, u64::from(value)),
            Self::Signed(number) => (Tag::Signed, number as u64),
            Self::Unsigned(number) => (Tag::Unsigned, number),
            Self::Float(number) => (Tag::Float, number.to_bits()),
            Self::Text(span) => (Tag::Text, span.bits()),
            Self::List => (Tag::List, 0),
            Self::Map(names) => (Tag::Map, names),
        }
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

/// A value, in 32 bytes: allocators have short ways to little memory.
pub(super) struct Node {
    pub(super) name: Name,
    /// What it is of its tag: a number, the place of a string, the bits of the names of an object.
    pub(super) held: u64,
    /// The place behind the value and all it holds.
    pub(super) end: u32,
    pub(super) tag: Tag,
    /// Whether it was asked for by its name.
    pub(super) is_asked: Cell<bool>,
}

/// A [`Kind`] without what it holds.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tag {
    Null,
    Bool,
    Signed,
    Unsigned,
    Float,
    Text,
    List,
    Map,
}

impl Node {
    /// Returns a value under a name that holds nothing besides, `end` being the place behind its own.
    #[inline(always)]
    pub(super) fn new(name: Name, kind: Kind, end: u32) -> Self {
        let (tag, held) = kind.parts();
        Self {
            name,
            held,
            end,
            tag,
            is_asked: Cell::new(false),
        }
    }

    /// Returns the bits of the names it holds; `None` when it is no object.
    #[inline(always)]
    pub(super) fn names(&self) -> Option<u64> {
        (self.tag == Tag::Map).then_some(self.held)
    }
}
