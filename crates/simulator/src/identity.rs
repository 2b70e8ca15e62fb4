//! Plates, containers, declarations and trip codes as they occur in Lang Son.
//!
//! Plates are unique in a day, also after the OCR confusion classes are folded (identifiers.md), so that which
//! vehicle a class misreading means is never a matter of opinion. Pairs one character apart do occur.

use std::collections::BTreeSet;

use crate::dice::Dice;

/// Characters that readers take for one another.
pub(crate) const CONFUSED: [&str; 6] = ["0ODQ", "1IL", "2Z", "5S", "8B", "6G"];

/// Letters of the series of Vietnamese plates.
const SERIES: &[u8] = b"ABCDEFGHKLMNPSTUVXYZ";

/// A vehicle's plate: what is painted, without separators.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Plate {
    /// The Chinese province character.
    pub(crate) province: Option<char>,
    /// Everything after it.
    pub(crate) tail: String,
}

impl Plate {
    pub(crate) fn is_chinese(&self) -> bool {
        self.province.is_some()
    }

    /// Tells whether it has the shape of a plate of either country: two digits, a series of one or two letters and four
    /// or five digits; a letter and five characters, or six.
    pub(crate) fn has_shape(&self) -> bool {
        let tail = self.tail.as_bytes();
        let are = |text: &[u8], kind: fn(&u8) -> bool| text.iter().all(kind);
        let vietnamese = |letters: usize| {
            let (front, number) = tail.split_at_checked(2 + letters).unwrap_or_default();
            let (province, series) = front.split_at_checked(2).unwrap_or_default();
            let is_series = series == b"R" || series.iter().all(|c| SERIES.contains(c));
            are(province, u8::is_ascii_digit)
                && !series.is_empty()
                && is_series
                && matches!(number.len(), 4 | 5)
                && are(number, u8::is_ascii_digit)
        };
        let is_chinese = || {
            matches!(self.tail.chars().count(), 6 | 7)
                && tail.first().is_some_and(u8::is_ascii_uppercase)
        };
        (!self.is_chinese() && (vietnamese(1) || vietnamese(2))) || is_chinese()
    }

    /// Returns the plate with its province character.
    pub(crate) fn whole(&self) -> String {
        self.province.into_iter().chain(self.tail.chars()).collect()
    }

    /// Returns the plate as a person writes it: `12C-123.45`.
    pub(crate) fn printed(&self) -> String {
        match (self.province, self.tail.len()) {
            (None, 8) => format!(
                "{}-{}.{}",
                &self.tail[..3],
                &self.tail[3..6],
                &self.tail[6..]
            ),
            (None, 7) => format!("{}-{}", &self.tail[..3], &self.tail[3..]),
            _ => self.whole(),
        }
    }
}

/// Returns `text` with each confusion class replaced by its first character.
pub(crate) fn fold(text: &str) -> String {
    let folded = |c: char| {
        let class = CONFUSED.iter().find(|class| class.contains(c));
        class.and_then(|class| class.chars().next()).unwrap_or(c)
    };
    text.chars().map(folded).collect()
}

/// Gives out identifiers, each once.
#[derive(Default)]
pub(crate) struct Registry {
    folded: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Registry {
    /// Tells whether a text would be taken for a vehicle of the day.
    pub(crate) fn is_taken(&self, tail: &str) -> bool {
        self.folded.contains(&fold(tail))
    }

    /// Takes a plate if nobody has one like it.
    pub(crate) fn take(&mut self, tail: &str) -> bool {
        self.folded.insert(fold(tail))
    }

    /// Returns a new Vietnamese plate of a lorry.
    pub(crate) fn vietnamese(&mut self, dice: &mut Dice) -> Plate {
        const ELSEWHERE: [&str; 12] = [
            "29", "30", "15", "98", "99", "34", "51", "61", "63", "66", "20", "88",
        ];
        loop {
            let province = if dice.chance(0.45) {
                "12"
            } else {
                dice.pick(&ELSEWHERE)
            };
            let series = if dice.chance(0.8) {
                'C'
            } else {
                dice.letter("DEFHKM")
            };
            let number = if dice.chance(0.1) {
                dice.digits(4)
            } else {
                dice.digits(5)
            };
            let tail = format!("{province}{series}{number}");
            if self.take(&tail) {
                return Plate {
                    province: None,
                    tail,
                };
            }
        }
    }

    /// Returns a new Chinese plate of a lorry; one in twenty is a new-energy plate.
    pub(crate) fn chinese(&mut self, dice: &mut Dice) -> Plate {
        loop {
            let province = if dice.chance(0.8) {
                '桂'
            } else {
                dice.pick(&['粤', '湘', '豫', '云', '鄂', '鲁'])
            };
            let city = dice.letter("ABCDEFGHK");
            let number = match dice.below(20) {
                0 => format!("{}{}", dice.letter("DF"), dice.digits(5)),
                1..=9 => dice.digits(5),
                _ => format!(
                    "{}{}{}",
                    dice.digits(1),
                    dice.letter("ACEFHJKMNPTUVWXY"),
                    dice.digits(3)
                ),
            };
            let tail = format!("{city}{number}");
            if self.take(&tail) {
                return Plate {
                    province: Some(province),
                    tail,
                };
            }
        }
    }

    /// Returns a new trailer plate of the tractor's country.
    pub(crate) fn trailer(&mut self, dice: &mut Dice, tractor: &Plate) -> Plate {
        loop {
            let plate = match tractor.province {
                Some(province) => Plate {
                    province: Some(province),
                    tail: format!("{}{}挂", dice.letter("ABF"), dice.digits(4)),
                },
                None => Plate {
                    province: None,
                    tail: format!("12R{}", dice.digits(5)),
                },
            };
            if self.take(&plate.tail) {
                return plate;
            }
        }
    }

    /// Returns a new container number with its check digit.
    pub(crate) fn container(&mut self, dice: &mut Dice) -> String {
        const OWNERS: [&str; 8] = [
            "CSQU", "TGHU", "MSKU", "CSNU", "OOLU", "TCLU", "SITU", "VNLU",
        ];
        loop {
            let body = format!("{}{}", dice.pick(&OWNERS), dice.digits(6));
            // A remainder of 10 is written 0, and such numbers are not given out.
            if let Some(check) = check_digit(&body).filter(|&check| check < 10)
                && self.others.insert(body.clone())
            {
                return format!("{body}{check}");
            }
        }
    }

    /// Returns a new declaration number: `10` imports, `30` exports; the twelfth digit counts amendments.
    pub(crate) fn declaration(&mut self, dice: &mut Dice, prefix: &str) -> String {
        loop {
            let linked = format!("{prefix}{}", dice.digits(9));
            if self.others.insert(linked.clone()) {
                return format!("{linked}{}", i64::from(dice.chance(0.05)));
            }
        }
    }

    /// Returns a new number of an electronic seal: ten digits of the maker's range.
    pub(crate) fn seal(&mut self, dice: &mut Dice) -> String {
        loop {
            let number = format!("759{}", dice.digits(7));
            if self.others.insert(number.clone()) {
                return number;
            }
        }
    }

    /// Returns a new EPC of a vehicle's tag: 96 bits in hexadecimal.
    pub(crate) fn tag(&mut self, dice: &mut Dice) -> String {
        loop {
            let epc = format!("3034F4A1B2{}", dice.digits(14));
            if self.others.insert(epc.clone()) {
                return epc;
            }
        }
    }

    /// Returns a new code of the digital border-gate platform.
    pub(crate) fn trip(&mut self, dice: &mut Dice) -> String {
        loop {
            let code = format!("CKS{}", dice.digits(9));
            if self.others.insert(code.clone()) {
                return code;
            }
        }
    }
}

/// Returns the check digit of four letters and six digits (ISO 6346), 0 to 10.
///
/// A counts 10 and letters go upwards, leaving out the multiples of 11; place i weighs 2^i; the sum modulo 11.
fn check_digit(body: &str) -> Option<u32> {
    let value = |c: char| {
        let plain = c.to_digit(36)?;
        let left_out = match plain {
            0..=10 => 0,
            11..=20 => 1,
            21..=30 => 2,
            _ => 3,
        };
        Some(plain + left_out)
    };
    let values: Option<Vec<u32>> = body.chars().map(value).collect();
    Some(
        values?
            .iter()
            .enumerate()
            .map(|(place, value)| value << place)
            .sum::<u32>()
            % 11,
    )
}

#[cfg(test)]
mod tests {
    use bordergate_model::plate::Country;
    use bordergate_model::{ContainerNumber, DeclarationNumber, Direction, PlateNumber};

    use super::*;

    #[test]
    fn the_check_digit_is_that_of_iso_6346() {
        assert_eq!(check_digit("CSQU305438"), Some(3));
    }

    #[test]
    fn every_identifier_has_the_shape_it_should_have() {
        let mut dice = Dice::new(7, 0);
        let mut registry = Registry::default();
        for _ in 0..500 {
            let truck = registry.vietnamese(&mut dice);
            let guest = registry.chinese(&mut dice);
            let trailer = registry.trailer(&mut dice, &truck);
            for (plate, country) in [
                (&truck, Country::VietNam),
                (&guest, Country::China),
                (&trailer, Country::VietNam),
            ] {
                for text in [plate.printed(), plate.whole()] {
                    let read = PlateNumber::parse(&text).expect("a plate");
                    assert_eq!(
                        (read.country(), read.tail()),
                        (country, plate.tail.as_str()),
                        "{text}"
                    );
                }
            }
            let container = registry.container(&mut dice);
            assert!(
                ContainerNumber::parse(&container)
                    .expect("a container")
                    .is_consistent(),
                "{container}"
            );
            let declaration = registry.declaration(&mut dice, "30");
            let declaration = DeclarationNumber::parse(&declaration).expect("a declaration");
            assert_eq!(declaration.direction(), Some(Direction::Export));
        }
    }
}
