//! What a device calls itself: the serial number, hardware address or name in its messages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Fault;

/// Fewest letters and digits of a serial: a channel number such as `1` names no device.
const SHORTEST: usize = 4;
/// Most letters and digits of a serial.
const LONGEST: usize = 64;

/// Why a serial was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Too few or too many letters and digits are left.
    #[error(
        "device serial {text:?} must have {SHORTEST} to {LONGEST} letters and digits, not all of them 0"
    )]
    Shape {
        /// The refused text.
        text: String,
    },
}

impl Error {
    /// Stable label for problems.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "device.serial_shape",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

/// Serial number, hardware address or name of a device, such as `A41437E5C2B0`: letters and digits, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceSerial(String);

impl DeviceSerial {
    /// Reads the serial as a label or message has it: case and all that is no ASCII letter or digit do not matter,
    /// since one address is written `a4:14:37:e5:c2:b0` here and `A4-14-37-E5-C2-B0` there.
    ///
    /// # Errors
    /// [`Error::Shape`] when 4 to 64 letters and digits are not what is left, or nothing but zeros (a default).
    pub fn parse(printed: &str) -> Result<Self, Error> {
        let kept = printed.chars().filter(char::is_ascii_alphanumeric);
        let text: String = kept
            .take(LONGEST + 1)
            .collect::<String>()
            .to_ascii_uppercase();
        let is_blank = text.bytes().all(|byte| byte == b'0');
        if (SHORTEST..=LONGEST).contains(&text.len()) && !is_blank {
            Ok(Self(text))
        } else {
            Err(Error::Shape {
                text: printed.chars().take(80).collect(),
            })
        }
    }

    /// Returns the letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DeviceSerial {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<DeviceSerial> for String {
    fn from(serial: DeviceSerial) -> Self {
        serial.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_is_one_serial_however_it_is_written() {
        for (printed, expected) in [
            ("a4:14:37:e5:c2:b0", Some("A41437E5C2B0")),
            ("A4-14-37-E5-C2-B0", Some("A41437E5C2B0")),
            (" ACCC8E012345\r\n", Some("ACCC8E012345")),
            ("impinj-14-27-3e", Some("IMPINJ14273E")),
            ("00:00:00:00:00:00", None),
            ("1", None),
            ("-:-", None),
            ("", None),
        ] {
            let serial = DeviceSerial::parse(printed).ok();
            assert_eq!(
                serial.as_ref().map(DeviceSerial::as_str),
                expected,
                "{printed:?}"
            );
        }
        assert!(DeviceSerial::parse(&"7".repeat(LONGEST)).is_ok());
        assert!(DeviceSerial::parse(&"7".repeat(LONGEST + 1)).is_err());
    }
}
