//! No bytes make a reader panic: arbitrary ones, and samples that were cut, changed or joined.

mod common;

use bordergate_sources::{formats, read};
use proptest::prelude::*;

/// Reads the body as every format and as each content type that changes how it is split.
fn read_as_all(body: &[u8]) {
    for format in formats() {
        for content_type in [
            "",
            "application/cloudevents+json",
            "multipart/form-data; boundary=B",
        ] {
            let mut logged = common::logged(format.name, content_type, body.to_vec());
            let _ = read(&logged, &common::source(format.name));
            logged.record.device_headers = vec![("ce-type".to_owned(), "x%".to_owned())];
            let _ = read(&logged, &common::source(format.name));
        }
        if let Some(redact) = format.redact {
            let mut masked = body.to_vec();
            redact(&mut masked);
            assert_eq!(masked.len(), body.len());
        }
    }
}

fn bodies() -> Vec<Vec<u8>> {
    let samples = formats()
        .iter()
        .flat_map(|format| common::samples(format.name));
    samples
        .map(|sample| sample.logged.record.body.to_vec())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes(body in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_as_all(&body);
    }

    #[test]
    fn changed_samples(
        pick in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        doubled in any::<bool>(),
    ) {
        let bodies = bodies();
        let mut body = bodies[pick.index(bodies.len())].clone();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        body.truncate(cut.index(body.len() + 1));
        if doubled {
            body.extend(body.clone());
        }
        read_as_all(&body);
    }

    #[test]
    fn samples_of_letters_and_markup(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), text in "\\PC{0,12}") {
        let bodies = bodies();
        let mut body = bodies[pick.index(bodies.len())].clone();
        let at = at.index(body.len());
        body.splice(at..at, text.into_bytes());
        read_as_all(&body);
    }
}

#[test]
fn every_truncation_of_every_sample() {
    for format in formats() {
        for mut sample in common::samples(format.name) {
            let body = sample.logged.record.body.clone();
            for length in 0..=body.len() {
                sample.logged.record.body = body.slice(..length);
                let _ = read(&sample.logged, &sample.source);
            }
        }
    }
}
