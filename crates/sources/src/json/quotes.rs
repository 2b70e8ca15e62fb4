//! Where strings end: the closing quotes of a JSON text in their order, found sixty-four bytes at a time.
//!
//! One pass over a block marks its quotes, backslashes and control characters as bits. A quote behind an odd run of
//! backslashes is escaped and none; of the others every second one closes a string; a control character in a string
//! ends the search. What the bits mean where the grammar is broken, the grammar decides. Source: Langdale and Lemire,
//! "Parsing Gigabytes of JSON per Second", 2019, section 3.1.

use wide::u8x16;

/// Bytes looked at together.
const BLOCK: usize = 64;

/// The closing quotes of a text that were not taken yet.
pub(super) struct Quotes<'a> {
    rest: &'a [u8],
    /// The place behind the current block.
    next: usize,
    /// Those of the current block.
    closing: u64,
    /// All ones when a string is open at the end of the current block.
    is_inside: u64,
    /// 1 when a backslash at the end of the current block escapes the next one's first byte.
    is_escaping: u64,
    /// Whether a backslash was seen: strings may have to be resolved.
    pub(super) has_escapes: bool,
}

/// Bits of one block, the first byte's lowest.
struct Marks {
    quotes: u64,
    backslashes: u64,
    controls: u64,
}

impl<'a> Quotes<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            next: 0,
            closing: 0,
            is_inside: 0,
            is_escaping: 0,
            has_escapes: false,
        }
    }

    /// Returns the place of the next quote that closes a string; `None` when there is none, or a control character in a
    /// string before it.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.closing == 0 {
            self.take_block()?;
        }
        let place = self.closing.trailing_zeros() as usize;
        self.closing &= self.closing - 1;
        Some(self.next - BLOCK + place)
    }

    #[inline(never)]
    fn take_block(&mut self) -> Option<()> {
        let marks = match self.rest.split_first_chunk::<BLOCK>() {
            Some((block, rest)) => {
                self.rest = rest;
                Marks::of(block)
            }
            None if self.rest.is_empty() => return None,
            None => {
                let mut block = [b' '; BLOCK];
                block[..self.rest.len()].copy_from_slice(self.rest);
                self.rest = &[];
                Marks::of(&block)
            }
        };
        self.next += BLOCK;
        let mut quotes = marks.quotes;
        if marks.backslashes | self.is_escaping != 0 {
            self.has_escapes = true;
            quotes &= !self.escaped(marks.backslashes);
        }
        // An opening quote counts as inside, a closing one does not.
        let inside = up_to_each(quotes) ^ self.is_inside;
        self.closing = quotes & !inside;
        self.is_inside = if inside >> (BLOCK - 1) == 0 {
            0
        } else {
            u64::MAX
        };
        (marks.controls & inside == 0).then_some(())
    }

    /// Returns the bytes that a backslash escapes: each one behind a backslash that is not escaped itself.
    #[cold]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = self.is_escaping;
        let mut left = backslashes & !escaped;
        while left != 0 {
            let behind = (left & left.wrapping_neg()) << 1;
            escaped |= behind;
            left &= (left - 1) & !behind;
        }
        let escaping = backslashes & !escaped;
        self.is_escaping = escaping >> (BLOCK - 1);
        escaped
    }
}

impl Marks {
    #[inline(always)]
    fn of(block: &[u8; BLOCK]) -> Self {
        let (lanes, _) = block.as_chunks::<16>();
        let lanes: [u8x16; 4] = std::array::from_fn(|place| u8x16::from(lanes[place]));
        let bits = |is_marked: fn(u8x16) -> u8x16| {
            let lane = |place: usize| u64::from(is_marked(lanes[place]).move_mask() as u32);
            lane(0) | lane(1) << 16 | lane(2) << 32 | lane(3) << 48
        };
        let quotes = bits(|bytes| bytes.cmp_eq(u8x16::splat(b'"')));
        let is_backslash = |bytes: u8x16| bytes.cmp_eq(u8x16::splat(b'\\'));
        let is_control = |bytes: u8x16| bytes.min(u8x16::splat(0x1f)).cmp_eq(bytes);
        let rare = lanes.map(|bytes| is_backslash(bytes) | is_control(bytes));
        // Most blocks have neither.
        if (rare[0] | rare[1] | rare[2] | rare[3]).move_mask() == 0 {
            return Self {
                quotes,
                backslashes: 0,
                controls: 0,
            };
        }
        Self {
            quotes,
            backslashes: bits(is_backslash),
            controls: bits(is_control),
        }
    }
}

/// Returns a number each bit of which tells whether an odd number of bits is set up to and with its own.
fn up_to_each(bits: u64) -> u64 {
    (0..6).fold(bits, |sums, step| sums ^ sums << (1 << step))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the closing quotes byte by byte, up to a control character in a string, and whether there is none.
    fn one_by_one(text: &[u8]) -> (Vec<usize>, bool) {
        let (mut closing, mut is_inside, mut is_escaped) = (Vec::new(), false, false);
        for (place, &byte) in text.iter().enumerate() {
            match byte {
                0..0x20 if is_inside => return (closing, false),
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    if is_inside {
                        closing.push(place);
                    }
                    is_inside = !is_inside;
                }
                _ => {}
            }
        }
        (closing, true)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn closing_quotes_are_found_in_their_order(text in "([a桂 :]{0,9}|\"|\\\\{1,5}|[\"\\\\]{60,70}|\n){0,30}") {
            let mut quotes = Quotes::new(text.as_bytes());
            let found: Vec<usize> = std::iter::from_fn(|| quotes.next()).collect();
            let (expected, is_plain) = one_by_one(text.as_bytes());
            if is_plain {
                prop_assert_eq!(found, expected);
            } else {
                // Those of the block with the control character are not given.
                prop_assert!(expected.starts_with(&found));
            }
        }
    }
}
