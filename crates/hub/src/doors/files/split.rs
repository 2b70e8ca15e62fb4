//! Cutting a file into records: all of it, or one a line. A line is what stands before `\n` or `\r\n`.
//!
//! No more is held than the limit of one record, however long the file or a line of it is.

use std::io::{self, BufRead, Read as _};

use bytes::Bytes;

use crate::config::Split;

/// What shall be one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Number of the line, from 1; `None` for the whole file.
    pub(super) line: Option<u64>,
    /// Its bytes; `None` when they are more than the limit.
    pub(super) body: Option<Bytes>,
}

/// Most pieces of one chunk.
const CHUNK_PIECES: usize = 64;
/// Most bytes of one chunk; one piece more may be read.
const CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// The pieces of a file, in order.
#[derive(Debug)]
pub(super) struct Pieces<R> {
    reader: R,
    split: Split,
    header_lines: u64,
    limit_bytes: usize,
    line: u64,
    is_ended: bool,
}

impl<R: BufRead> Pieces<R> {
    /// Returns the pieces of what `reader` gives; the first `header_lines` lines are none.
    pub(super) fn new(reader: R, split: Split, header_lines: u64, limit_bytes: usize) -> Self {
        Self {
            reader,
            split,
            header_lines,
            limit_bytes,
            line: 0,
            is_ended: false,
        }
    }

    /// Returns the next pieces, few enough to be held at once; none at the end.
    ///
    /// # Errors
    /// Those of the reader; what was read before is lost.
    pub(super) fn chunk(&mut self) -> io::Result<Vec<Piece>> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < CHUNK_PIECES && bytes < CHUNK_BYTES {
            let Some(piece) = self.next()? else { break };
            bytes += piece.body.as_ref().map_or(0, Bytes::len);
            chunk.push(piece);
        }
        Ok(chunk)
    }

    fn next(&mut self) -> io::Result<Option<Piece>> {
        match self.split {
            Split::Whole => self.whole(),
            Split::Lines => self.next_line(),
        }
    }

    fn whole(&mut self) -> io::Result<Option<Piece>> {
        if self.is_ended {
            return Ok(None);
        }
        self.is_ended = true;
        let mut body = Vec::new();
        let most = self.limit_bytes as u64 + 1;
        (&mut self.reader).take(most).read_to_end(&mut body)?;
        let body = (body.len() <= self.limit_bytes).then(|| body.into());
        Ok(Some(Piece { line: None, body }))
    }

    fn next_line(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let mut line = Vec::new();
            // One byte more than a record may have, and the end of the line.
            let most = self.limit_bytes as u64 + 3;
            (&mut self.reader).take(most).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                return Ok(None);
            }
            self.line += 1;
            let is_whole = line.ends_with(b"\n");
            if is_whole {
                line.pop();
            } else if line.len() as u64 == most {
                self.reader.skip_until(b'\n')?;
            }
            if line.ends_with(b"\r") {
                line.pop();
            }
            if self.line <= self.header_lines || line.is_empty() {
                continue;
            }
            let body = (line.len() <= self.limit_bytes).then(|| line.into());
            let line = Some(self.line);
            return Ok(Some(Piece { line, body }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, split: Split, header_lines: u64) -> Vec<(Option<u64>, Option<String>)> {
        let mut pieces = Pieces::new(text.as_bytes(), split, header_lines, 5);
        let mut all = Vec::new();
        loop {
            let chunk = pieces.chunk().expect("memory does not fail");
            if chunk.is_empty() {
                return all;
            }
            all.extend(chunk.into_iter().map(|piece| {
                let body = piece
                    .body
                    .map(|body| String::from_utf8_lossy(&body).into_owned());
                (piece.line, body)
            }));
        }
    }

    #[test]
    fn a_line_is_a_record_with_its_number() {
        let some = |line, text: &str| (Some(line), Some(text.to_owned()));
        for (text, header_lines, expected) in [
            ("", 0, vec![]),
            ("a\nb", 0, vec![some(1, "a"), some(2, "b")]),
            ("a\r\n\r\n\nb\n", 0, vec![some(1, "a"), some(4, "b")]),
            ("h\na\n", 1, vec![some(2, "a")]),
            (
                "12345\n12345\r\n",
                0,
                vec![some(1, "12345"), some(2, "12345")],
            ),
            ("123456\na\n", 0, vec![(Some(1), None), some(2, "a")]),
            ("123456789012345\na", 0, vec![(Some(1), None), some(2, "a")]),
            ("12345678", 0, vec![(Some(1), None)]),
            ("123456\r\r\n", 0, vec![(Some(1), None)]),
        ] {
            assert_eq!(
                pieces(text, Split::Lines, header_lines),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_whole_file_is_one_record_unless_it_is_too_large() {
        for (text, body) in [("", Some("")), ("a\nb\n", Some("a\nb\n")), ("123456", None)] {
            let expected = vec![(None, body.map(str::to_owned))];
            assert_eq!(pieces(text, Split::Whole, 0), expected, "{text:?}");
        }
    }

    #[test]
    fn a_chunk_is_few_enough_to_be_held() {
        let text = "1\n".repeat(CHUNK_PIECES + 1);
        let mut pieces = Pieces::new(text.as_bytes(), Split::Lines, 0, 5);
        let counts: Vec<usize> = (0..3)
            .map(|_| pieces.chunk().expect("memory does not fail").len())
            .collect();
        assert_eq!(counts, [CHUNK_PIECES, 1, 0]);
    }
}
