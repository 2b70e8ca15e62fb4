//! Where the strings of a document lie, and how the names of an object are told apart quickly: by their first bytes.

/// Set in the place of a span that lies in the buffer of resolved strings.
const RESOLVED: u32 = 1 << 31;
/// The bits of the first 0 to 8 bytes of a name.
const FIRST: [u64; 9] = [
    0,
    0xff,
    0xffff,
    0xff_ffff,
    0xffff_ffff,
    0xff_ffff_ffff,
    0xffff_ffff_ffff,
    0xff_ffff_ffff_ffff,
    u64::MAX,
];

/// Where a string lies: in the text, or in the buffer of those whose escapes were resolved. The length above the place.
#[derive(Clone, Copy, Default)]
pub(super) struct Span(u64);

impl Span {
    /// Returns the span of some bytes of the text.
    #[inline(always)]
    pub(super) fn new(at: usize, length: usize) -> Self {
        Self((length as u64) << 32 | at as u64)
    }

    /// Returns the span of some bytes of the buffer of resolved strings.
    pub(super) fn resolved(at: usize, length: usize) -> Self {
        Self::new(at | RESOLVED as usize, length)
    }

    /// Returns it as one number.
    #[inline(always)]
    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// Returns the span that a number is.
    #[inline(always)]
    pub(super) fn of_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Tells whether it lies in the buffer of resolved strings.
    #[inline(always)]
    pub(super) fn is_resolved(self) -> bool {
        self.0 & u64::from(RESOLVED) != 0
    }

    /// Returns the place of the first byte in its buffer.
    #[inline(always)]
    pub(super) fn place(self) -> usize {
        (self.0 as u32 & !RESOLVED) as usize
    }

    /// Returns how many bytes it has.
    #[inline(always)]
    pub(super) fn length(self) -> usize {
        (self.0 >> 32) as usize
    }
}

/// The name of a value in the object that holds it; the empty one in a list.
#[derive(Clone, Copy, Default)]
pub(super) struct Name {
    pub(super) span: Span,
    /// The first eight bytes, zeros behind a shorter name: most names of one object differ in them or in their length.
    pub(super) head: u64,
}

impl Name {
    /// Takes a name that lies at a span of `buffer`.
    pub(super) fn new(buffer: &[u8], span: Span) -> Self {
        let head = Self::plain(buffer, span.place(), span.length()).head;
        Self { span, head }
    }

    /// Takes a name that lies at a place of the text.
    #[inline(always)]
    pub(super) fn plain(text: &[u8], at: usize, length: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        let head = match rest.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight) & FIRST[length.min(8)],
            None => head(&rest[..length]),
        };
        let span = Span::new(at, length);
        Self { span, head }
    }

    /// Returns the slot of this name.
    #[inline(always)]
    pub(super) fn slot(self) -> usize {
        slot(self.head, self.span.length())
    }

    /// Returns the bit of this name's slot.
    #[inline(always)]
    pub(super) fn bit(self) -> u64 {
        1 << self.slot()
    }
}

/// How many slots names have.
pub(super) const SLOTS: usize = 64;

/// Returns the slot of names of this head and length: few names of one object share one.
#[inline(always)]
pub(super) const fn slot(head: u64, length: usize) -> usize {
    let mixed = (head ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 58) as usize
}

/// Returns the first eight bytes of a name, zeros behind a shorter one.
#[inline(always)]
pub(super) const fn head(name: &[u8]) -> u64 {
    // Of four to seven bytes the last four are laid over the first, of two and three the last two.
    if let Some(eight) = name.first_chunk::<8>() {
        u64::from_le_bytes(*eight)
    } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        first as u64 | (last as u64) << (8 * (name.len() - 4))
    } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let (first, last) = (u16::from_le_bytes(*first), u16::from_le_bytes(*last));
        first as u64 | (last as u64) << (8 * (name.len() - 2))
    } else if let Some(first) = name.first() {
        *first as u64
    } else {
        0
    }
}

/// Names of fields that a reader asks for together.
pub(crate) struct Names<const N: usize>(pub(super) [Named; N]);

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) text: &'static str,
    pub(super) head: u64,
}

impl<const N: usize> Names<N> {
    /// Takes names, which are distinct, in the order in which most senders write them.
    pub(crate) const fn new(texts: [&'static str; N]) -> Self {
        let mut names = [Named { text: "", head: 0 }; N];
        let mut index = 0;
        while index < N {
            let text = texts[index];
            names[index] = Named {
                text,
                head: head(text.as_bytes()),
            };
            index += 1;
        }
        Self(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_head_wherever_it_lies() {
        for length in 0..12 {
            let name = &"0123456789ab"[..length];
            let (alone, before_others) = (name.to_owned(), format!("{name}\":\"a value"));
            for buffer in [alone, before_others] {
                let read = Name::new(buffer.as_bytes(), Span::new(0, length));
                assert_eq!(read.head, head(name.as_bytes()), "{buffer:?}");
            }
            let mut bytes = [0; 8];
            let kept = length.min(8);
            bytes[..kept].copy_from_slice(&name.as_bytes()[..kept]);
            assert_eq!(head(name.as_bytes()), u64::from_le_bytes(bytes), "{name:?}");
        }
    }
}
