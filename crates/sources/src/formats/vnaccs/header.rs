//! The header: 398 bytes at fixed offsets, then a line break.

use bordergate_model::{Basis, Observation, Occurred};

use bytes::Bytes;

use crate::identifiers::detail;
use crate::{Context, Error, event_id, time_text};

/// Length of the header in bytes, without its line break.
const LENGTH: usize = 398;
/// Offset of the output code.
pub(super) const CODE_AT: usize = 8;
const PART_AT: usize = 245;
const END_FLAG_AT: usize = 248;
const PASSWORD_AT: usize = 37;
const PASSWORD_LENGTH: usize = 8;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The fields of a header that matter; texts trimmed, empty when blank.
#[derive(Debug, PartialEq)]
pub(super) struct Header<'a> {
    pub(super) code: &'a str,
    job_code: &'a str,
    server_time: &'a str,
    data_id: &'a str,
    part: &'a str,
    end_flag: &'a str,
    total_length: &'a str,
}

impl<'a> Header<'a> {
    /// Reads the header of a message that lies at `offset` of the record.
    ///
    /// The subject is free text cut to its length, possibly inside a character: it is not looked at.
    pub(super) fn read(message: &'a [u8], offset: usize) -> Result<Self, Error> {
        let message = unmarked(message);
        let line_break = memchr::memchr2(b'\r', b'\n', message).unwrap_or(message.len());
        if message.len() < LENGTH || line_break != LENGTH {
            let detail = format!(
                "the header must be {LENGTH} bytes and a line break; its line ends at byte {}",
                offset + line_break
            );
            return Err(Error::new("vnaccs.header", detail));
        }
        let field = |at: usize, length: usize| {
            let text = std::str::from_utf8(&message[at..at + length]).map(str::trim);
            let error = |_| {
                Error::new(
                    "vnaccs.header",
                    format!("the header field at byte {} is not UTF-8", offset + at),
                )
            };
            let text = text.map_err(error)?;
            match text.chars().any(char::is_control) {
                true => Err(Error::new(
                    "vnaccs.header",
                    format!(
                        "a control character in the header field at byte {}",
                        offset + at
                    ),
                )),
                false => Ok(text),
            }
        };
        Ok(Self {
            job_code: field(3, 5)?,
            code: field(CODE_AT, 7)?,
            server_time: field(15, 14)?,
            data_id: field(219, 26)?,
            part: field(PART_AT, 3)?,
            end_flag: field(END_FLAG_AT, 1)?,
            total_length: field(392, 6)?,
        })
    }

    /// Returns the message this is a part of, its number, and whether it is the last; `None` for a whole message.
    ///
    /// Numbers begin with 1 (a blank one and 0 are taken for it), the end flag is `E`; both are assumed. A blank flag ends
    /// only what cannot be one of several: a message without a number or without a data id. Beside both it says that more
    /// parts follow. Data id and output code name the message: without a data id nothing tells its parts.
    ///
    /// # Errors
    /// `vnaccs.split` for a part without a number or a data id.
    pub(super) fn part(&self, offset: usize) -> Result<Option<(String, u16, bool)>, Error> {
        let digits = self.part.trim_start_matches('0');
        let is_last = match self.end_flag {
            "" => digits.is_empty() || self.data_id.is_empty(),
            flag => matches!(flag, "E" | "e"),
        };
        if is_last && matches!(digits, "" | "1") {
            return Ok(None);
        }
        let number = match digits {
            "" => Some(1),
            _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if !self.data_id.is_empty() => {
                Ok(Some((self.message_key(), number, is_last)))
            }
            _ => {
                let detail = format!(
                    "a part of a split message needs a number at byte {} and a data id at byte {}",
                    offset + PART_AT,
                    offset + 219
                );
                Err(Error::new("vnaccs.split", detail))
            }
        }
    }

    fn message_key(&self) -> String {
        format!("{} {}", self.data_id.replace(' ', "_"), self.code)
    }

    /// Refuses a message that is shorter than its header says.
    ///
    /// The stated length counts header and body; blank, zero or greater than stated is no fault, and line breaks turned
    /// from CRLF into LF are allowed for.
    pub(super) fn check_length(&self, message: &[u8], offset: usize) -> Result<(), Error> {
        let stated: usize = self.total_length.parse().unwrap_or(0);
        let lone_line_feeds = memchr::memchr_iter(b'\n', message)
            .filter(|&at| at == 0 || message[at - 1] != b'\r')
            .count();
        let length = message.len() + lone_line_feeds + 2;
        if stated > length {
            let detail = format!(
                "{} bytes of the {stated} that the header states at byte {}",
                message.len(),
                offset + 392
            );
            return Err(Error::new("vnaccs.truncated", detail));
        }
        Ok(())
    }

    /// Returns the event id: data id, code and part; without a data id derived from header time and what the
    /// message is about; `None` when there is neither.
    pub(super) fn event_id(&self, about: &str) -> Option<String> {
        let part = self.part.trim_start_matches('0');
        let part = if part.is_empty() { "1" } else { part };
        match (self.data_id, self.server_time, about) {
            ("", "", "") => None,
            ("", time, about) => Some(event_id::derived(&[time, about, self.code, part])),
            _ => Some(format!("{} {part}", self.message_key())),
        }
    }

    /// Returns when the customs server sent it; `None` when the header has no time.
    ///
    /// # Errors
    /// `vnaccs.time` when there is a text that is no time.
    pub(super) fn sent(&self, context: &Context<'_>) -> Result<Option<Occurred>, Error> {
        if self.server_time.trim_matches('0').is_empty() {
            return Ok(None);
        }
        let wall = time_text::compact(self.server_time);
        let sent = wall
            .map(|wall| context.local(wall, self.server_time, Basis::Configured))
            .transpose()?
            .flatten();
        let error = || {
            Error::new(
                "vnaccs.time",
                "the server time at byte 15 is not yyyyMMddHHmmss",
            )
        };
        sent.ok_or_else(error).map(Some)
    }

    /// Keeps what a person may want to see of the header.
    pub(super) fn details(&self, observation: &mut Observation) {
        for (name, text) in [
            ("output_code", self.code),
            ("job_code", self.job_code),
            ("data_id", self.data_id),
        ] {
            detail(&mut observation.details, name, text);
        }
    }
}

/// Returns the message without a byte order mark.
pub(super) fn unmarked(message: &[u8]) -> &[u8] {
    message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message)
}

/// Puts the parts of a message together: the first one's header, marked as the end, and every body in turn.
///
/// A border between two parts may lie anywhere in a line: bodies follow one another as they are (assumed).
pub(crate) fn join(parts: &[Bytes]) -> Vec<u8> {
    let mut whole: Vec<u8> = parts
        .first()
        .map(|first| first.to_vec())
        .unwrap_or_default();
    if let Some(flag) = whole.get_mut(END_FLAG_AT) {
        *flag = b'E';
    }
    for part in parts.iter().skip(1) {
        let body = memchr::memchr(b'\n', part).map_or(part.len(), |newline| newline + 1);
        whole.extend_from_slice(&part[body..]);
    }
    whole
}

/// Masks the password in place; the length stays. A body that is wrapped in a multipart one is masked inside.
pub(crate) fn redact(body: &mut [u8]) {
    let start = start_of_message(body);
    let from = (start + PASSWORD_AT).min(body.len());
    let until = (from + PASSWORD_LENGTH).min(body.len());
    for byte in body[from..until]
        .iter_mut()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
    {
        *byte = b'*';
    }
}

fn start_of_message(body: &[u8]) -> usize {
    let first_part = crate::multipart::split("", body)
        .ok()
        .flatten()
        .and_then(|parts| parts.first().copied());
    let start = first_part.map_or(0, |part| part.offset);
    start
        + if body[start..].starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_password_is_masked_and_nothing_else() {
        let plain = [
            vec![b'a'; PASSWORD_AT],
            b"SECRET77".to_vec(),
            vec![b'b'; 400],
        ]
        .concat();
        for wrap in ["", "\u{feff}", "--B\r\nContent-Type: text/plain\r\n\r\n"] {
            let mut body = [wrap.as_bytes(), &plain].concat();
            let length = body.len();
            redact(&mut body);
            assert_eq!(body.len(), length);
            let text = String::from_utf8(body).expect("letters");
            assert!(
                text.contains("aaa********bbb") && !text.contains("SECRET77"),
                "{wrap:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn masking_any_bytes_never_panics_and_keeps_the_length(mut body in proptest::collection::vec(any::<u8>(), 0..120)) {
            let length = body.len();
            redact(&mut body);
            prop_assert_eq!(body.len(), length);
        }
    }
}
