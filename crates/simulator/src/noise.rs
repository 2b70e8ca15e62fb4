//! What goes wrong: misread plates, and messages that come twice, late, disordered, spoiled or not at all.

use crate::dice::Dice;
use crate::identity::{CONFUSED, Plate, Registry, fold};
use crate::plan::Noise;

/// What happens to a message; one thing at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Ordinary,
    Doubled,
    Resent,
    OutOfOrder,
    Late,
    Missing,
    Malformed,
}

/// Draws what happens to a message.
pub(crate) fn fate(dice: &mut Dice, noise: &Noise) -> Fate {
    let mut left = dice.unit();
    let shares = [
        (noise.doubled, Fate::Doubled),
        (noise.resent, Fate::Resent),
        (noise.out_of_order, Fate::OutOfOrder),
        (noise.late, Fate::Late),
        (noise.missing, Fate::Missing),
        (noise.malformed, Fate::Malformed),
    ];
    for (share, fate) in shares {
        if left < share {
            return fate;
        }
        left -= share;
    }
    Fate::Ordinary
}

/// Returns the plate as a sensor reads it; `None` when it reads nothing.
pub(crate) fn read(
    dice: &mut Dice,
    noise: &Noise,
    registry: &Registry,
    plate: &Plate,
) -> Option<Plate> {
    if dice.chance(noise.unreadable) {
        return None;
    }
    // Without such noise nothing is drawn, so that days without it stay as they were.
    let is_short = noise.lost_character > 0.0 && dice.chance(noise.lost_character);
    let tail = match dice.chance(noise.misread) {
        _ if is_short => shortened(dice, registry, &plate.tail),
        true if dice.chance(noise.within_class) => {
            confused(dice, &plate.tail).unwrap_or_else(|| mistaken(dice, registry, &plate.tail))
        }
        true => mistaken(dice, registry, &plate.tail),
        false => plate.tail.clone(),
    };
    // Cameras lose the province character now and then.
    let province = plate
        .province
        .filter(|_| dice.chance(1.0 - noise.lost_province));
    Some(Plate { province, tail })
}

/// Replaces one character by another of its confusion class; `None` when no character has one.
fn confused(dice: &mut Dice, tail: &str) -> Option<String> {
    let class = |c: char| CONFUSED.iter().find(|class| class.contains(c));
    let places: Vec<(usize, char)> = tail
        .char_indices()
        .filter(|&(_, c)| class(c).is_some())
        .collect();
    let (place, was) = (!places.is_empty()).then(|| dice.pick(&places))?;
    let others: String = class(was)?.chars().filter(|&c| c != was).collect();
    Some(replaced(tail, place, was, dice.letter(&others)))
}

/// Replaces one character by any outside its class, so that no vehicle of the day has the result.
fn mistaken(dice: &mut Dice, registry: &Registry, tail: &str) -> String {
    let places: Vec<(usize, char)> = tail.char_indices().filter(|(_, c)| c.is_ascii()).collect();
    loop {
        let (place, was) = dice.pick(&places);
        let read = replaced(
            tail,
            place,
            was,
            dice.letter("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        );
        if fold(&read) != fold(tail) && !registry.is_taken(&read) {
            return read;
        }
    }
}

/// Leaves out one character, so that no vehicle of the day has the result.
fn shortened(dice: &mut Dice, registry: &Registry, tail: &str) -> String {
    let places: Vec<(usize, char)> = tail.char_indices().filter(|(_, c)| c.is_ascii()).collect();
    loop {
        let (place, was) = dice.pick(&places);
        let read = format!("{}{}", &tail[..place], &tail[place + was.len_utf8()..]);
        if !registry.is_taken(&read) {
            return read;
        }
    }
}

fn replaced(tail: &str, place: usize, was: char, by: char) -> String {
    format!("{}{by}{}", &tail[..place], &tail[place + was.len_utf8()..])
}

/// Writes a plate as one of several devices would: glued, with separators, or in two lines where `has_lines`.
pub(crate) fn styled(dice: &mut Dice, plate: &Plate, has_lines: bool) -> String {
    if plate.is_chinese() || plate.tail.len() < 7 || !plate.tail.is_ascii() {
        return plate.whole();
    }
    let (front, number) = plate.tail.split_at(3);
    match dice.below(10) {
        0..6 => plate.tail.clone(),
        6..8 => format!("{front}-{number}"),
        8 if has_lines => format!("{front}\n{number}"),
        8 => format!("{front} {number}"),
        _ => plate.printed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 40_000;

    fn share(count: usize) -> f64 {
        count as f64 / DRAWS as f64
    }

    #[test]
    fn each_fate_has_its_share() {
        let (noise, mut dice) = (Noise::default(), Dice::new(3, 0));
        let fates: Vec<Fate> = (0..DRAWS).map(|_| fate(&mut dice, &noise)).collect();
        let expected = [
            (Fate::Doubled, 0.01),
            (Fate::Resent, 0.02),
            (Fate::OutOfOrder, 0.05),
            (Fate::Late, 0.01),
            (Fate::Missing, 0.01),
            (Fate::Malformed, 0.002),
        ];
        for (fate, wanted) in expected {
            let found = share(fates.iter().filter(|&&drawn| drawn == fate).count());
            assert!(
                (found - wanted).abs() < 0.1 * wanted + 0.0005,
                "{fate:?}: {found}"
            );
        }
    }

    #[test]
    fn two_in_a_hundred_plates_are_misread_four_fifths_of_them_within_a_class() {
        let (noise, mut dice, mut registry) =
            (Noise::default(), Dice::new(4, 0), Registry::default());
        let plate = registry.vietnamese(&mut dice);
        let readings: Vec<Option<Plate>> = (0..DRAWS)
            .map(|_| read(&mut dice, &noise, &registry, &plate))
            .collect();
        let unread = readings.iter().filter(|read| read.is_none()).count();
        let misread: Vec<&Plate> = readings
            .iter()
            .flatten()
            .filter(|read| read.tail != plate.tail)
            .collect();
        let within = misread
            .iter()
            .filter(|read| fold(&read.tail) == fold(&plate.tail))
            .count();
        assert!((share(unread) - 0.005).abs() < 0.001, "{unread}");
        assert!(
            (share(misread.len()) - 0.02).abs() < 0.003,
            "{}",
            misread.len()
        );
        assert!(
            (within as f64 / misread.len() as f64 - 0.8).abs() < 0.05,
            "{within}"
        );
        for read in misread {
            let differing = read
                .tail
                .chars()
                .zip(plate.tail.chars())
                .filter(|(one, other)| one != other)
                .count();
            assert_eq!((differing, read.tail.len()), (1, plate.tail.len()));
        }
    }

    #[test]
    fn characters_and_provinces_are_lost_by_their_shares_and_name_no_vehicle_of_the_day() {
        let noise = Noise {
            lost_character: 0.1,
            lost_province: 0.5,
            ..Noise::none()
        };
        let (mut dice, mut registry) = (Dice::new(6, 0), Registry::default());
        let plates: Vec<Plate> = (0..300).map(|_| registry.chinese(&mut dice)).collect();
        let (mut short, mut bare) = (0, 0);
        for number in 0..DRAWS {
            let plate = &plates[number % plates.len()];
            let read = read(&mut dice, &noise, &registry, plate).expect("each is readable");
            bare += usize::from(read.province.is_none());
            if read.tail.len() < plate.tail.len() {
                short += 1;
                assert_eq!(read.tail.len() + 1, plate.tail.len());
                assert!(!registry.is_taken(&read.tail));
            } else {
                assert_eq!(read.tail, plate.tail);
            }
        }
        assert!((share(short) - 0.1).abs() < 0.01, "{short}");
        assert!((share(bare) - 0.5).abs() < 0.02, "{bare}");
    }

    #[test]
    fn a_mistake_beyond_the_class_names_no_vehicle_of_the_day() {
        let (mut dice, mut registry) = (Dice::new(5, 0), Registry::default());
        let plates: Vec<Plate> = (0..300).map(|_| registry.vietnamese(&mut dice)).collect();
        for plate in &plates {
            let read = mistaken(&mut dice, &registry, &plate.tail);
            assert!(plates.iter().all(|other| fold(&other.tail) != fold(&read)));
        }
    }
}
