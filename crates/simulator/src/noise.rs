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
    let tail = match dice.chance(noise.misread) {
        true if dice.chance(noise.within_class) => {
            confused(dice, &plate.tail).unwrap_or_else(|| mistaken(dice, registry, &plate.tail))
        }
        true => mistaken(dice, registry, &plate.tail),
        false => plate.tail.clone(),
    };
    // Cameras lose the province character now and then.
    let province = plate.province.filter(|_| dice.chance(0.7));
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
