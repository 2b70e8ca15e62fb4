//! Rules of cursors.

use proptest::prelude::*;

use super::*;

fn key() -> Key {
    Key::new([7; 32])
}

fn gates(names: &[&str]) -> Vec<GateId> {
    names
        .iter()
        .map(|name| GateId::parse(name).expect("a plain name"))
        .collect()
}

fn cursor(places: &[(Shard, i64)]) -> Cursor {
    let mut cursor = Cursor::beginning(Uuid::from_u128(1), &[]);
    for (shard, sequence) in places {
        cursor.advance(*shard, *sequence);
    }
    cursor
}

proptest! {
    #[test]
    fn a_cursor_reads_back_as_itself(places in prop::collection::btree_map(any::<u16>(), 1..i64::MAX, 0..10)) {
        let places: Vec<(Shard, i64)> = places.into_iter().collect();
        let cursor = cursor(&places);
        let text = cursor.seal(&key(), "lgsp");
        prop_assert_eq!(Cursor::open(&key(), "lgsp", &text), Ok(cursor));
    }

    #[test]
    fn a_flipped_bit_is_found_wherever_it_is(place in 0_usize..1000, bit in 0_u8..8) {
        let mut bytes = hex::decode(cursor(&[(0, 5), (3, 9)]).seal(&key(), "lgsp")).expect("hexadecimal");
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        prop_assert_eq!(Cursor::open(&key(), "lgsp", &hex::encode(bytes)), Err(Error::Invalid));
    }

    #[test]
    fn any_other_text_is_refused(text in ".{0,300}") {
        prop_assert_eq!(Cursor::open(&key(), "lgsp", &text), Err(Error::Invalid));
    }
}

#[test]
fn a_cut_cursor_is_refused() {
    let text = cursor(&[(0, 5), (3, 9)]).seal(&key(), "lgsp");
    for length in 0..text.len() {
        assert_eq!(
            Cursor::open(&key(), "lgsp", &text[..length]),
            Err(Error::Invalid)
        );
    }
}

#[test]
fn a_cursor_is_of_use_only_to_whom_it_was_given() {
    let text = cursor(&[(0, 5)]).seal(&key(), "lgsp");
    assert_eq!(Cursor::open(&key(), "other", &text), Err(Error::NotYours));
    let other_hub = Key::new([8; 32]);
    assert_eq!(Cursor::open(&other_hub, "lgsp", &text), Err(Error::Invalid));
}

#[test]
fn a_cursor_belongs_to_its_filter_whatever_the_order_of_gates() {
    let cursor = Cursor::beginning(Uuid::from_u128(1), &gates(&["huu-nghi", "tan-thanh"]));
    assert_eq!(
        cursor.check_filter(&gates(&["tan-thanh", "huu-nghi"])),
        Ok(())
    );
    for other in [gates(&[]), gates(&["huu-nghi"])] {
        assert_eq!(cursor.check_filter(&other), Err(Error::OtherFilter));
    }
}

#[test]
fn a_place_the_feed_does_not_have_is_refused() {
    let cursor = cursor(&[(0, 5), (3, 9)]);
    let (epoch, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(cursor.check_place(epoch, |_| 9), Ok(()));
    assert_eq!(
        cursor.check_place(other, |_| 9),
        Err(Error::EpochChanged { epoch: other })
    );
    let ahead = Error::Ahead {
        shard: 3,
        last_sequence: 8,
    };
    assert_eq!(cursor.check_place(epoch, |_| 8), Err(ahead));
}

#[test]
fn a_place_never_moves_back() {
    let mut moved = cursor(&[(0, 5)]);
    moved.advance(0, 3);
    moved.advance(1, 2);
    assert_eq!(moved, cursor(&[(0, 5), (1, 2)]));
}
