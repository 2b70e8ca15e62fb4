use super::*;

fn id(name: &str) -> GateId {
    GateId::parse(name).expect("a plain name")
}

fn gate(name: &str, version: u32, codes: &[&str]) -> Gate {
    Gate {
        gate_id: id(name),
        version,
        name_en: name.to_owned(),
        name_vi: name.to_owned(),
        shard: 0,
        office_codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        is_disabled: name == "closed",
    }
}

/// Huu Nghi, Tan Thanh with one place of Huu Nghi's office, two gates that share a code, one that is closed.
fn offices() -> Offices {
    Offices::new(&[
        gate("huu-nghi", 1, &["15ZZ"]),
        gate("huu-nghi", 2, &["15BB", "VNHUGT"]),
        gate("tan-thanh", 1, &["15bbd01 ", "15"]),
        gate("coc-nam", 1, &["15SI"]),
        gate("chi-ma", 1, &["15SI"]),
        gate("closed", 1, &["15XX"]),
    ])
}

/// An event with codes of places and links of (kind, rank, gate).
fn event(places: &[&str], links: &[(KeyKind, u8, &str)]) -> EventEvidence {
    EventEvidence {
        places: places.iter().map(|code| (*code).to_owned()).collect(),
        kinds: links.iter().map(|(kind, ..)| *kind).collect(),
        links: links
            .iter()
            .map(|(kind, rank, gate)| (*kind, *rank, id(gate)))
            .collect(),
        ..EventEvidence::default()
    }
}

/// `gate code` of a decision, or the code alone of one that waits.
fn told(evidence: &Evidence) -> String {
    match decide(&offices(), evidence) {
        Decision::Gate(gate_id, code) => format!("{gate_id} {code}"),
        Decision::Waits(code, _) => code.to_owned(),
    }
}

fn of(events: Vec<EventEvidence>) -> Evidence {
    Evidence {
        events,
        ..Evidence::default()
    }
}

#[test]
fn a_code_names_the_gate_that_is_registered_with_the_longest_beginning_of_it() {
    for (codes, expected) in [
        (&["15BB"][..], "huu-nghi route.place"),
        (&[" vnhugt "], "huu-nghi route.place"),
        (&["15BBC01"], "huu-nghi route.place"),
        (&["15BBD01"], "tan-thanh route.place"),
        (&["15BBD01X"], "tan-thanh route.place"),
        (&["15"], "tan-thanh route.place"),
        // A code below four characters stands for itself only; an older version's codes for nothing.
        (&["15CC"], "route.unknown"),
        (&["15ZZ"], "route.unknown"),
        (&[""], "route.unknown"),
        (&["15ĐĐĐ"], "route.unknown"),
        (&["15BB", "15BBC01"], "huu-nghi route.place"),
        (&["15BB", "15BBD01"], "route.ambiguous"),
        (&["15SI"], "route.ambiguous"),
        (&["15XX"], "route.gate_disabled"),
    ] {
        assert_eq!(told(&of(vec![event(codes, &[])])), expected, "{codes:?}");
    }
}

#[test]
fn a_code_comes_before_links_and_what_is_known_before_both() {
    let mut one = event(&["15BB"], &[(KeyKind::Declaration, 0, "tan-thanh")]);
    assert_eq!(told(&of(vec![one.clone()])), "huu-nghi route.place");
    one.known.insert(id("chi-ma"));
    assert_eq!(told(&of(vec![one.clone()])), "chi-ma route.known");
    let mut known = of(vec![one]);
    known.known.insert(id("coc-nam"));
    assert_eq!(told(&known), "coc-nam route.known");
    known.known.insert(id("tan-thanh"));
    assert_eq!(told(&known), "chi-ma route.known", "two gates say nothing");
}

#[test]
fn the_strongest_key_decides_and_weaker_ones_choose_among_its_gates() {
    use KeyKind::{Container, Declaration, Plate, Trip};
    for (links, expected) in [
        (&[(Plate, 0, "chi-ma")][..], "chi-ma route.link"),
        (
            &[(Trip, 1, "huu-nghi"), (Plate, 0, "chi-ma")],
            "huu-nghi route.link",
        ),
        (
            &[(Declaration, 0, "huu-nghi"), (Declaration, 0, "chi-ma")],
            "route.ambiguous",
        ),
        (
            &[
                (Declaration, 0, "huu-nghi"),
                (Declaration, 0, "chi-ma"),
                (Container, 2, "chi-ma"),
            ],
            "chi-ma route.link",
        ),
        // An open crossing of the time comes before one that has ended.
        (
            &[(Plate, 1, "huu-nghi"), (Plate, 0, "chi-ma")],
            "chi-ma route.link",
        ),
        (&[], "route.unknown"),
    ] {
        assert_eq!(told(&of(vec![event(&[], links)])), expected, "{links:?}");
    }
}

#[test]
fn links_choose_among_the_gates_that_share_a_code_and_no_others() {
    use KeyKind::{Declaration, Plate};
    for (links, expected) in [
        (&[(Declaration, 0, "chi-ma")][..], "chi-ma route.link"),
        (
            &[(Declaration, 0, "huu-nghi"), (Plate, 0, "coc-nam")],
            "coc-nam route.link",
        ),
        (&[(Declaration, 0, "huu-nghi")], "route.ambiguous"),
    ] {
        let event = event(&["15SI"], links);
        assert_eq!(told(&of(vec![event])), expected, "{links:?}");
    }
}

#[test]
fn a_message_is_about_one_gate_or_it_waits() {
    let here = || event(&["15BB"], &[]);
    let nowhere = || event(&[], &[]);
    let linked = |gate| event(&[], &[(KeyKind::Plate, 0, gate)]);
    let either = || event(&["15SI"], &[]);
    for (events, expected) in [
        (vec![here(), nowhere()], "huu-nghi route.place"),
        (vec![here(), linked("huu-nghi")], "huu-nghi route.place"),
        (vec![here(), linked("chi-ma")], "route.ambiguous"),
        (vec![either(), linked("chi-ma")], "chi-ma route.link"),
        (vec![either(), linked("huu-nghi")], "route.ambiguous"),
        (vec![nowhere(), nowhere()], "route.unknown"),
        (vec![], "route.unknown"),
    ] {
        assert_eq!(told(&of(events)), expected);
    }
}

#[test]
fn the_words_tell_what_was_looked_for_and_no_identifier() {
    let mut one = event(&["VNSGN"], &[]);
    one.kinds = BTreeSet::from([KeyKind::Declaration, KeyKind::Plate]);
    let Decision::Waits(_, words) = decide(&offices(), &of(vec![one])) else {
        panic!("nothing points anywhere")
    };
    assert_eq!(
        words,
        "no gate is registered with code \"VNSGN\", and no crossing has its declaration, plate"
    );
}
