//! Pictures: small JPEG files, enough to be told apart from text by a splitter of parts.

/// Returns a tiny file that starts and ends as JPEG files do, with bytes between that depend on `serial`.
pub(super) fn jpeg(serial: u64, length: usize) -> Vec<u8> {
    let mut state = serial.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut bytes = vec![
        0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, b'J', b'F', b'I', b'F', 0x00,
    ];
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(
            state
                .to_le_bytes()
                .map(|byte| if byte == 0xff { 0xfe } else { byte }),
        );
    }
    bytes.extend([0xff, 0xd9]);
    bytes
}

/// Puts parts together: each of its headers and its content.
pub(super) fn multipart(boundary: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, content) in parts {
        body.extend(
            format!(
                "--{boundary}\r\n{headers}\r\nContent-Length: {}\r\n\r\n",
                content.len()
            )
            .bytes(),
        );
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    body
}
