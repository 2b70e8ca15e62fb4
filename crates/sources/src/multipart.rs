//! Splitting of multipart bodies: form-data, mixed and x-mixed-replace alike, in linear time.
//!
//! Devices take liberties: the declared boundary is missing or wrong, lines end in LF, the closing boundary is
//! never sent, image parts are empty. Lengths in part headers are not believed; boundaries at line starts are.

use memchr::memmem;

use crate::Error;

/// Most parts of one body.
const MOST_PARTS: usize = 256;
/// Longest boundary that is looked for (RFC 2046 allows 70 bytes; devices add hyphens).
const LONGEST_BOUNDARY: usize = 200;

/// One part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// Its content, without headers; empty for an image that was not attached.
    pub(crate) content: &'a [u8],
    /// Offset of `content` in the body.
    pub(crate) offset: usize,
}

/// Splits a body into parts by the boundary of its content type, else by one found in its first line; `None`
/// when it is not a multipart body, whatever its content type says.
///
/// # Errors
/// `multipart.parts` above 256 parts.
pub(crate) fn split<'a>(
    content_type: &str,
    body: &'a [u8],
) -> Result<Option<Vec<Part<'a>>>, Error> {
    let Some(delimiter) = declared(content_type, body).or_else(|| sniffed(body)) else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    for (start, after) in delimiters(body, &delimiter) {
        if let Some(from) = open {
            parts.push(part(body, from, start));
        }
        if parts.len() > MOST_PARTS {
            return Err(Error::new(
                "multipart.parts",
                format!("more than {MOST_PARTS} parts before byte {start}"),
            ));
        }
        open = after;
        if open.is_none() {
            break;
        }
    }
    if let Some(from) = open.filter(|&from| from < body.len()) {
        parts.push(part(body, from, body.len()));
    }
    Ok(Some(parts))
}

/// Returns `--` and the boundary the content type names, when the body has it at a line's start.
fn declared(content_type: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut parameters = content_type.split(';').skip(1);
    let boundary = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    })?;
    if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
        return None;
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let is_used = delimiters(body, &delimiter).next().is_some();
    is_used.then_some(delimiter)
}

/// Returns the first line that is not blank, when it starts with `--` and can be a boundary.
fn sniffed(body: &[u8]) -> Option<Vec<u8>> {
    let body = body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(body)
        .trim_ascii_start();
    let line = &body[..memchr::memchr(b'\n', body)?];
    let line = line.trim_ascii_end();
    let is_boundary = line.len() > 2 && line.len() <= LONGEST_BOUNDARY && line.starts_with(b"--");
    is_boundary.then(|| line.to_vec())
}

/// Finds each delimiter at a line's start: where it starts, and where the part after it starts (`None` for the
/// closing one).
fn delimiters<'b>(
    body: &'b [u8],
    delimiter: &'b [u8],
) -> impl Iterator<Item = (usize, Option<usize>)> + 'b {
    memmem::find_iter(body, delimiter).filter_map(move |start| {
        let is_line_start =
            start == 0 || body[start - 1] == b'\n' || body[..start] == *b"\xef\xbb\xbf";
        let rest = &body[start + delimiter.len()..];
        if !is_line_start {
            return None;
        }
        if rest.starts_with(b"--") {
            return Some((start, None));
        }
        let blanks = rest
            .iter()
            .take_while(|&&byte| matches!(byte, b' ' | b'\t' | b'\r'))
            .count();
        match rest.get(blanks) {
            Some(b'\n') => Some((start, Some(start + delimiter.len() + blanks + 1))),
            Some(_) => None,
            None => Some((start, None)),
        }
    })
}

/// Takes the part between `from` and `until`: its headers end at the first empty line, and the line break before
/// the next delimiter belongs to that.
fn part(body: &[u8], from: usize, until: usize) -> Part<'_> {
    let whole = &body[from..until];
    let content_at = if whole.starts_with(b"\n") {
        1
    } else if whole.starts_with(b"\r\n") {
        2
    } else {
        headers_end(whole)
    };
    let content = &whole[content_at..];
    let content = match content {
        [rest @ .., b'\r', b'\n'] | [rest @ .., b'\n'] => rest,
        _ => content,
    };
    Part {
        content,
        offset: from + content_at,
    }
}

/// Returns where the content starts: after the first empty line, or at 0 when there is none.
fn headers_end(whole: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', whole)
        .find_map(|newline| match whole.get(newline + 1..)? {
            [b'\n', ..] => Some(newline + 2),
            [b'\r', b'\n', ..] => Some(newline + 3),
            _ => None,
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contents<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<&'a str>> {
        let parts = split(content_type, body).expect("few parts")?;
        Some(
            parts
                .iter()
                .map(|part| std::str::from_utf8(part.content).expect("text"))
                .collect(),
        )
    }

    #[test]
    fn parts_are_found_whatever_the_device_does_to_the_frame() {
        let declared = "multipart/form-data; boundary=\"B\"";
        for (content_type, body) in [
            (
                declared,
                "--B\r\nContent-Type: a\r\n\r\none\r\n--B\r\nX: y\r\n\r\n\r\n--B--\r\n",
            ),
            (
                declared,
                "--B\nContent-Type: a\n\none\n--B\nX: y\n\n\n--B--",
            ),
            (
                "text/plain",
                "\r\n--B\r\nContent-Type: a\r\n\r\none\r\n--B\r\nX: y\r\n\r\n--B--",
            ),
            (
                "multipart/mixed; boundary=--B",
                "--B\r\nContent-Type: a\r\n\r\none\r\n--B\r\nX: y\r\n\r\n",
            ),
            ("", "\u{feff}--B \r\n\r\none\r\n--B\r\n\r\n\r\n--B--"),
            (
                declared,
                "preamble\r\n--B\r\nContent-Length:0\r\n\r\none\r\n--B\r\nX: y\r\n\r\n\r\n--B--epilogue",
            ),
        ] {
            assert_eq!(
                contents(content_type, body.as_bytes()),
                Some(vec!["one", ""]),
                "{body:?}"
            );
        }
    }

    #[test]
    fn other_bodies_are_not_multipart() {
        for body in ["", "<a/>", "{}", "Heartbeat", "--", "a\n--B\n"] {
            assert_eq!(
                contents("multipart/form-data; boundary=C", body.as_bytes()),
                None,
                "{body:?}"
            );
        }
    }

    #[test]
    fn a_longer_boundary_is_not_taken_for_a_shorter_one() {
        let body = b"--B\r\n\r\none\r\n--BB\r\n\r\ntwo\r\n--B--";
        assert_eq!(
            contents("x; boundary=B", body),
            Some(vec!["one\r\n--BB\r\n\r\ntwo"])
        );
    }

    #[test]
    fn too_many_parts_are_refused() {
        let error = split("", "--B\n".repeat(10_000).as_bytes()).expect_err("ten thousand parts");
        assert_eq!(error.code(), "multipart.parts");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..80), lines in "[-B\r\n :a]{0,80}") {
            let _ = (split("x; boundary=B", &body), split("", &body));
            let _ = (split("x; boundary=B", lines.as_bytes()), split("", lines.as_bytes()));
        }

        #[test]
        fn a_part_lies_where_its_offset_says(lines in "--B\r\n[-B\r\n :a]{0,80}") {
            for part in split("", lines.as_bytes()).expect("few parts").unwrap_or_default() {
                prop_assert_eq!(&lines.as_bytes()[part.offset..part.offset + part.content.len()], part.content);
            }
        }
    }
}
