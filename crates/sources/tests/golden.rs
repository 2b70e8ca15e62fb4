//! Every sample is read as the answer beside it says.

mod common;

use bordergate_sources::{Read, formats, read};

/// Returns the answer as text: the observations as JSON, or the code of why there are none.
fn answer(sample: &common::Sample) -> String {
    match read(&sample.logged, &sample.source) {
        Ok(Read::Observations(observations)) => {
            serde_json::to_string_pretty(&observations).expect("observations are plain values")
        }
        Ok(Read::Ignored { code }) => format!("ignored {code}"),
        Ok(Read::Part(part)) => format!(
            "part {}{} of {}, {} bytes",
            part.number,
            if part.is_last { " and last" } else { "" },
            part.message_key,
            part.bytes.len()
        ),
        Err(error) => format!("error {} ({}): {error}", error.code(), error.fault()),
    }
}

#[test]
fn every_sample_is_read_as_its_answer_says() {
    for format in formats() {
        let samples = common::samples(format.name);
        assert!(!samples.is_empty(), "{} has no samples", format.name);
        assert!(
            common::folder(format.name).join("README.md").is_file(),
            "{} does not say where its shapes come from",
            format.name
        );
        for sample in samples {
            insta::with_settings!({
                snapshot_path => common::folder(format.name),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(sample.name.clone(), answer(&sample));
            });
        }
    }
}

#[test]
fn a_reading_never_depends_on_the_record_that_carried_it() {
    for format in formats() {
        for mut sample in common::samples(format.name) {
            let first = read(&sample.logged, &sample.source);
            sample.logged.offset = 99;
            sample.logged.record.traceparent = Some("00-1-1-01".to_owned());
            let second = read(&sample.logged, &sample.source);
            if let (Ok(Read::Observations(first)), Ok(Read::Observations(second))) = (first, second)
            {
                for (first, second) in first.iter().zip(&second) {
                    assert!(
                        first.says_the_same(second) && first.event_id == second.event_id,
                        "{}",
                        sample.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_masked_message_is_read_like_the_plain_one() {
    for format in formats().iter().filter(|format| format.redact.is_some()) {
        for mut sample in common::samples(format.name) {
            let plain = answer(&sample);
            let mut body = sample.logged.record.body.to_vec();
            format.redact.expect("filtered")(&mut body);
            sample.logged.record.body = body.into();
            assert_eq!(answer(&sample), plain, "{}", sample.name);
        }
    }
}
