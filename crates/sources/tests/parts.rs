//! A message that customs cut into parts reads like the one that came whole.

mod common;

use bordergate_sources::{Part, Read, join, read};
use bytes::Bytes;

/// Length of the header with its line break, in bytes.
const HEADER: usize = 400;

/// Returns the message as parts, the body cut at these places, each under the header with its number and flag.
fn cut(whole: &[u8], places: &[usize]) -> Vec<Vec<u8>> {
    let (header, body) = whole.split_at(HEADER);
    let mut borders = vec![0];
    borders.extend_from_slice(places);
    borders.push(body.len());
    let count = borders.len() - 1;
    let part = |(number, border): (usize, &[usize])| {
        let mut part = header.to_vec();
        part[245..248].copy_from_slice(format!("{number:03}").as_bytes());
        part[248] = if number == count { b'E' } else { b'C' };
        part.extend_from_slice(&body[border[0]..border[1]]);
        part
    };
    (1..).zip(borders.windows(2)).map(part).collect()
}

/// Reads a body under the sample's record.
fn read_as(sample: &common::Sample, body: Bytes) -> Read {
    let mut logged = sample.logged.clone();
    logged.record.body = body;
    read(&logged, &sample.source).expect("it can be read")
}

fn part_of(read: Read) -> Part {
    match read {
        Read::Part(part) => part,
        other => panic!("not a part: {other:?}"),
    }
}

#[test]
fn a_message_cut_anywhere_reads_like_the_whole() {
    for name in ["vad1ac.txt", "vad1ag.txt", "vaa312.txt", "vas505.txt"] {
        let sample = common::sample("vnaccs", name);
        let whole = sample.logged.record.body.clone();
        let expected = read_as(&sample, whole.clone());
        let body_length = whole.len() - HEADER;
        for place in 0..=body_length {
            let places = [place, (place + 40).min(body_length)];
            let parts: Vec<Part> = cut(&whole, &places)
                .into_iter()
                .map(|part| part_of(read_as(&sample, Bytes::from(part))))
                .collect();
            let numbers: Vec<_> = parts.iter().map(|one| (one.number, one.is_last)).collect();
            assert_eq!(numbers, [(1, false), (2, false), (3, true)]);
            assert!(
                parts
                    .iter()
                    .all(|one| one.message_key == parts[0].message_key),
                "one message"
            );
            let bytes: Vec<Bytes> = parts.into_iter().map(|part| part.bytes).collect();
            let joined = join("vnaccs", &bytes).expect("vnaccs splits messages");
            assert_eq!(
                read_as(&sample, joined),
                expected,
                "{name} cut at {places:?}"
            );
        }
    }
}

#[test]
fn a_part_is_the_same_whatever_wraps_it() {
    let plain = common::sample("vnaccs", "part_2_of_3.txt");
    let marked = common::sample("vnaccs", "part_after_mark.txt");
    let body = plain.logged.record.body.clone();
    let wrapped = [
        b"--B\r\nContent-Type: text/plain\r\n\r\n",
        &body[..],
        b"\r\n--B--\r\n",
    ]
    .concat();
    let expected = part_of(read_as(&plain, body));
    assert_eq!(
        part_of(read_as(&marked, marked.logged.record.body.clone())),
        expected
    );
    assert_eq!(part_of(read_as(&plain, Bytes::from(wrapped))), expected);
}

#[test]
fn only_formats_that_split_are_joined() {
    assert_eq!(join("weighbridge-json", &[Bytes::from("{}")]), None);
    assert_eq!(join("vnaccs", &[]), Some(Bytes::new()), "no part, no bytes");
}
