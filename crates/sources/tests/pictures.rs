//! Pictures taken out of a body: what is left reads the same, and the body comes back byte by byte.

mod common;

use bordergate_model::detached::{REFERENCE_BYTES, reference};
use bordergate_model::{LoggedRecord, RawRecord};
use bordergate_sources::pictures::{Picture, detach, media_type, pictures, rebuild, taken_out};
use bordergate_sources::{format, formats, read};
use bytes::Bytes;
use proptest::prelude::*;

const CONTENT_TYPES: [&str; 5] = [
    "multipart/form-data; boundary=B",
    "multipart/x-mixed-replace; boundary=--B",
    "multipart/mixed",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
];

/// Returns bytes that begin as a JPEG file does; made by this test, they show nothing.
fn jpeg(length: usize) -> Vec<u8> {
    let noise = (0..length).map(|at| (at * 7 % 251) as u8);
    [0xff, 0xd8, 0xff, 0xe0]
        .into_iter()
        .chain(noise)
        .take(length)
        .collect()
}

fn record(format: &str, content_type: &str, body: Vec<u8>) -> RawRecord {
    common::logged(format, content_type, body).record
}

/// Takes pictures out, reads what is left, puts them back; returns how many were taken out.
fn check(format: &str, content_type: &str, body: &[u8], over_bytes: usize) -> usize {
    let whole = common::logged(format, content_type, body.to_vec());
    let source = common::source(format);
    let (record, taken) = detach(whole.record.clone(), over_bytes);
    let again = detach(whole.record.clone(), over_bytes);
    assert_eq!(
        again,
        (record.clone(), taken.clone()),
        "the same every time"
    );
    assert_eq!(record.detached.is_some(), !taken.is_empty());
    assert_eq!(record.sent_bytes(), body.len());
    assert!(record.body.len() <= body.len());
    let hashes: Vec<_> = taken.iter().map(|taken| taken.sha256).collect();
    assert_eq!(taken_out(&record), Some(hashes));
    let bytes: Vec<Bytes> = taken.iter().map(|taken| taken.bytes.clone()).collect();
    assert_eq!(
        rebuild(&record, &bytes).as_deref(),
        Some(body),
        "byte by byte"
    );
    assert_eq!(pictures(&record).len(), pictures(&whole.record).len());
    let rest = LoggedRecord {
        record,
        ..whole.clone()
    };
    assert_eq!(
        read(&rest, &source),
        read(&whole, &source),
        "the same reading"
    );
    taken.len()
}

/// Returns a part's content: a picture, a message of some format, or text that looks like what stands in a picture's
/// place.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let texts: Vec<Vec<u8>> = formats()
        .iter()
        .filter(|format| format.has_pictures)
        .flat_map(|format| common::samples(format.name))
        .map(|sample| sample.logged.record.body.to_vec())
        .chain([
            reference(&[1; 32]).into_bytes(),
            b"Heartbeat".to_vec(),
            b"<a/>".to_vec(),
            b"{}".to_vec(),
            Vec::new(),
        ])
        .collect();
    let begun = |start: &'static [u8]| {
        proptest::collection::vec(any::<u8>(), 0..400).prop_map(move |rest| [start, &rest].concat())
    };
    let lines = "[-B\r\n =&json]{0,300}";
    prop_oneof![
        begun(b"\xff\xd8"),
        begun(b"\x89PNG"),
        begun(b"BM"),
        begun(b""),
        lines.prop_map(|rest| [b"\xff\xd8\r\n".as_slice(), rest.as_bytes()].concat()),
        proptest::sample::select(texts),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let heads = ["", "Content-Type: image/jpeg\r\n", "X: y\n", "\u{fffd}: 1"];
    let breaks = ["\r\n", "\n"];
    let part = (
        proptest::sample::select(heads.to_vec()),
        content(),
        proptest::sample::select(breaks.to_vec()),
    );
    let starts = ["", "\r\n", "\u{feff}", "<a>\r\n", "{\r\n", "before\r\n"];
    let ends = ["--B--", "--B--\r\n", "--B", "", "\r\n--B--after"];
    (
        proptest::sample::select(starts.to_vec()),
        proptest::collection::vec(part, 0..5),
        proptest::sample::select(ends.to_vec()),
    )
        .prop_map(|(start, parts, end)| {
            let mut body = start.as_bytes().to_vec();
            for (head, content, line_break) in parts {
                for piece in ["--B", line_break, head, line_break] {
                    body.extend_from_slice(piece.as_bytes());
                }
                body.extend_from_slice(&content);
                body.extend_from_slice(line_break.as_bytes());
            }
            body.extend_from_slice(end.as_bytes());
            body
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_body_of_parts_reads_the_same_and_comes_back(body in body(), over_bytes in 0_usize..300) {
        for format in formats() {
            for content_type in CONTENT_TYPES {
                check(format.name, content_type, &body, over_bytes);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_come_back(body in proptest::collection::vec(any::<u8>(), 0..600), boundary in "[-B\r\n]{0,5}") {
        for content_type in ["", &format!("multipart/mixed; boundary={boundary}")] {
            check("dahua-traffic", content_type, &[b"--B\r\n\r\n\xff\xd8".as_slice(), &body].concat(), 0);
            check("hikvision-anpr", content_type, &body, 0);
        }
    }

    #[test]
    fn a_list_that_does_not_fit_the_body_never_panics(at in any::<usize>(), bytes in any::<usize>()) {
        let body = [b"--B\r\n\r\n".as_slice(), &jpeg(900), b"\r\n--B--"].concat();
        let mut logged = common::logged("dahua-traffic", "", body);
        (logged.record, _) = detach(logged.record, 100);
        let list = logged.record.detached.as_mut().expect("a picture was taken out");
        list.parts[0].at = at % 200;
        list.parts[0].bytes = bytes;
        list.parts.push(bordergate_model::DetachedPart { at, bytes });
        let _ = (read(&logged, &common::source("dahua-traffic")), pictures(&logged.record));
        prop_assert_eq!(rebuild(&logged.record, &[]), None);
        prop_assert_eq!(rebuild(&logged.record, &vec![Bytes::new(); 2]), None);
    }
}

#[test]
fn every_multipart_sample_with_large_pictures_reads_the_same() {
    let mut taken_count = 0;
    for format in formats().iter().filter(|format| format.has_pictures) {
        for sample in common::samples(format.name) {
            let (content_type, body) = (
                &sample.logged.record.content_type,
                &sample.logged.record.body,
            );
            let text = if body.starts_with(b"--") {
                String::from_utf8_lossy(body)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            } else {
                continue;
            };
            let part = [
                text.as_bytes(),
                b"\r\nContent-Type: image/jpeg\r\n\r\n",
                &jpeg(20_000),
                b"\r\n",
            ]
            .concat();
            let both = [&part[..], body, b"\r\n", &part].concat();
            taken_count += check(format.name, content_type, &both, 16 * 1024);
        }
    }
    assert!(taken_count >= 8, "{taken_count} pictures were taken out");
}

#[test]
fn only_large_pictures_in_parts_of_a_pictured_format_are_taken_out() {
    let multipart = |content: &[u8]| {
        [
            b"--B\r\nContent-Type: image/jpeg\r\n\r\n",
            content,
            b"\r\n--B--\r\n",
        ]
        .concat()
    };
    let hikvision = "hikvision-anpr";
    let large = jpeg(16 * 1024 + 1);
    for (name, body, expected) in [
        (hikvision, multipart(&large), 1),
        (hikvision, multipart(&jpeg(16 * 1024)), 0),
        (
            hikvision,
            multipart(&[b"<a>", large.as_slice()].concat()),
            0,
        ),
        (
            hikvision,
            multipart(&[b"RIFF", large.as_slice()].concat()),
            0,
        ),
        (hikvision, large.clone(), 0),
        (
            hikvision,
            [b"<a/>\r\n", multipart(&large).as_slice()].concat(),
            0,
        ),
        ("vnaccs", multipart(&large), 0),
        ("impinj-r700", multipart(&large), 0),
    ] {
        let (record, taken) = detach(record(name, CONTENT_TYPES[0], body), 16 * 1024);
        assert_eq!(taken.len(), expected, "{name} {:?}", &record.body[..20]);
    }
    assert!(format("weighbridge-json").is_some_and(|format| !format.has_pictures));
}

#[test]
fn what_is_left_shows_where_a_picture_was() {
    let picture = jpeg(20_000);
    let body = [
        b"--B\r\nContent-Type: image/jpeg\r\n\r\n",
        picture.as_slice(),
        b"\r\n--B--\r\n",
    ]
    .concat();
    let (record, taken) = detach(record("hikvision-anpr", CONTENT_TYPES[0], body), 16 * 1024);
    let left = format!(
        "--B\r\nContent-Type: image/jpeg\r\n\r\n{}\r\n--B--\r\n",
        reference(&taken[0].sha256)
    );
    assert_eq!(record.body, left);
    assert_eq!(
        left.len(),
        record.sent_bytes() - picture.len() + REFERENCE_BYTES
    );
    let shown = Picture::Detached {
        sha256: taken[0].sha256,
        bytes: picture.len(),
    };
    assert_eq!(pictures(&record), [shown]);
    assert_eq!(
        rebuild(&record, &[Bytes::from(jpeg(19_999))]),
        None,
        "another picture is none"
    );
}

#[test]
fn pictures_are_told_by_their_first_bytes() {
    for (content, expected) in [
        (b"\xff\xd8\xff\xdb".as_slice(), Some("image/jpeg")),
        (b"\x89PNG\r\n", Some("image/png")),
        (b"BM12", Some("image/bmp")),
        (b"<svg/>", None),
        (b"", None),
    ] {
        assert_eq!(media_type(content), expected, "{content:?}");
    }
}
