//! Text that no database may get: NUL, which PostgreSQL refuses for ever and tools cut off at.

use crate::Error;

/// Refuses texts that hold a NUL.
///
/// # Errors
/// [`Error::Refused`] naming the field.
pub(crate) fn refuse_nul<'a>(
    fields: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<(), Error> {
    match fields.into_iter().find(|(_, text)| text.contains('\0')) {
        Some((field, _)) => Err(refused(field)),
        None => Ok(()),
    }
}

/// Refuses a JSON document with a NUL in any of its strings, where it is written as `\u0000`.
///
/// # Errors
/// [`Error::Refused`] naming the document.
pub(crate) fn refuse_nul_in_json(field: &'static str, document: &str) -> Result<(), Error> {
    let is_nul = |(at, _): (usize, &str)| {
        let backslashes = document[..at]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        backslashes % 2 == 0
    };
    if document.match_indices(r"\u0000").any(is_nul) {
        Err(refused(field))
    } else {
        Ok(())
    }
}

fn refused(field: &'static str) -> Error {
    Error::Refused {
        reason: format!("{field} holds a NUL character"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_nul_is_told_from_an_escaped_backslash() {
        for (text, is_good) in [
            ("a\0b", false),
            (r"a\u0000b", true),
            ("\\\0", false),
            (r"\\u0000", true),
        ] {
            let document = serde_json::to_string(text).expect("a string is JSON");
            assert_eq!(
                refuse_nul_in_json("text", &document).is_ok(),
                is_good,
                "{document}"
            );
        }
    }
}
