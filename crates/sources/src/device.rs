//! What a message calls its device, for doors that must find the source of a message that came without its name.
//!
//! Looks at bytes, not at documents: heartbeats, broken JSON and multipart bodies with pictures tell their device as
//! well as a good reading does, and a quarantined record must reach its source too. What is found only chooses among
//! the sources that the sender may send for; it gives no right and is no part of a reading.

use bordergate_model::DeviceSerial;
use memchr::{memchr, memmem};

/// Longest value looked at, in bytes.
const LONGEST_VALUE: usize = 128;
/// Most places of one name looked at.
const MOST_PLACES: usize = 256;
/// Most serials told of one message.
const MOST_SERIALS: usize = 8;

/// Returns the distinct serials that a message has under the names, at most 8: those of the first name first.
///
/// Takes time linear in the body for each name. A name is known by its surroundings: `<name>` (also with a prefix or
/// attributes), `"name":` before a string or number, or a line's `name=` (also after a dot).
pub(crate) fn serials(body: &[u8], names: &[&str]) -> Vec<DeviceSerial> {
    let mut found = Vec::new();
    for name in names {
        for at in memmem::find_iter(body, name).take(MOST_PLACES) {
            let Some(value) = value_of(body, at, name.len()) else {
                continue;
            };
            let text = String::from_utf8_lossy(value);
            if let Ok(serial) = DeviceSerial::parse(&text)
                && !found.contains(&serial)
            {
                found.push(serial);
            }
            if found.len() == MOST_SERIALS {
                return found;
            }
        }
    }
    found
}

/// Returns the value of the name that lies at `at`, when it is a name there.
fn value_of(body: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    let before = at.checked_sub(1).map(|before| body[before]);
    let after = body.get(at + length..)?;
    let window = &after[..after.len().min(2 * LONGEST_VALUE)];
    match (before, window.first()?) {
        (Some(b'<' | b':'), b'>' | b' ') => {
            let start = memchr(b'>', window)? + 1;
            until(&window[start..], |byte| byte == b'<')
        }
        (Some(b'"'), b'"') => json_value(&window[1..]),
        (None | Some(b'\n' | b'\r' | b'.' | b' '), b'=') => {
            let ended = until(&window[1..], |byte| byte == b'\r' || byte == b'\n');
            // The last line needs no end.
            ended.or_else(|| Some(&window[1..]).filter(|rest| rest.len() <= LONGEST_VALUE))
        }
        _ => None,
    }
}

/// Returns the string (without escapes) or number behind a key's closing quote.
fn json_value(after: &[u8]) -> Option<&[u8]> {
    let value = after.trim_ascii_start().strip_prefix(b":")?;
    let value = value.trim_ascii_start();
    match value.strip_prefix(b"\"") {
        Some(string) => {
            let string = until(string, |byte| byte == b'"')?;
            Some(string).filter(|string| memchr(b'\\', string).is_none())
        }
        None => until(value, |byte| !byte.is_ascii_digit()),
    }
}

/// Returns what lies before the first byte that ends a value; `None` when none does in time.
fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let end = bytes
        .iter()
        .take(LONGEST_VALUE + 1)
        .position(|byte| ends(*byte))?;
    Some(&bytes[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(body: &[u8], names: &[&str]) -> Vec<String> {
        let serials = serials(body, names);
        serials.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_is_known_by_its_surroundings() {
        for (body, expected) in [
            (
                "<macAddress>a4:14:37:e5:c2:b0</macAddress>",
                &["A41437E5C2B0"][..],
            ),
            (
                "<ns1:macAddress x=\"1\">a4:14:37:e5:c2:b0</ns1:macAddress>",
                &["A41437E5C2B0"],
            ),
            ("{\"macAddress\" : \"A4-14-37-E5-C2-B0\"", &["A41437E5C2B0"]),
            ("{\"macAddress\":77001234,", &["77001234"]),
            (
                "Events[0].macAddress=a4:14:37:e5:c2:b0\r\nx=1",
                &["A41437E5C2B0"],
            ),
            ("macAddress=TPC-77", &["TPC77"]),
            (
                "<macAddress>AAAA</macAddress><macAddress>aa-aa</macAddress><macAddress>BBBB<",
                &["AAAA", "BBBB"],
            ),
            // No name there, or no value.
            ("the macAddress>AAAA< of it", &[]),
            ("<xmacAddress>AAAA<", &[]),
            ("<macAddressX>AAAA<", &[]),
            ("<macAddress/>", &[]),
            ("<macAddress>00:00:00:00:00:00</macAddress>", &[]),
            ("{\"macAddress\":\"AA\\u0041A\"}", &[]),
            ("{\"macAddress\":{\"macAddress2\":\"AAAA\"}}", &[]),
            ("{\"macAddress\":\"AAAA", &[]),
            ("<macAddress", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(body.as_bytes(), &["macAddress"]), expected, "{body}");
        }
        let long = format!("<macAddress>{}<", "A ".repeat(LONGEST_VALUE));
        assert!(found(long.as_bytes(), &["macAddress"]).is_empty());
    }

    #[test]
    fn the_first_name_comes_first_and_there_is_an_end() {
        let body = "<deviceID>DDDD</deviceID><macAddress>MMMM</macAddress>";
        assert_eq!(
            found(body.as_bytes(), &["macAddress", "deviceID"]),
            ["MMMM", "DDDD"]
        );
        let many: String = (1000..2000).map(|n| format!("<deviceID>{n}<")).collect();
        assert_eq!(serials(many.as_bytes(), &["deviceID"]).len(), MOST_SERIALS);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            glue in "[<>\":=. \r\n]{0,4}",
            after in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let body = [before, b"<deviceID".to_vec(), glue.into_bytes(), after].concat();
            prop_assert!(serials(&body, &["deviceID", "macAddress"]).len() <= MOST_SERIALS);
        }
    }
}
