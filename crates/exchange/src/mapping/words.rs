//! Closed lists of words. Each list names every word of both sides, so that a new word does not compile until it is mapped.

use bordergate_indicators as indicators;
use bordergate_model as model;

use super::Error;
use crate::v1;

/// A word of the model that is a number of the contract.
pub trait Word: Sized {
    /// Returns the number of the word in the contract; never 0, which means "not told".
    fn number(self) -> i32;

    /// Reads a number; `None` when it is 0.
    ///
    /// # Errors
    /// [`Error::Value`] naming `field` for a number this version does not know.
    fn from_number(field: &'static str, number: i32) -> Result<Option<Self>, Error>;

    /// Reads a number that must be told.
    ///
    /// # Errors
    /// [`Error::Missing`] for 0, [`Error::Value`] for a number this version does not know.
    fn needed(field: &'static str, number: i32) -> Result<Self, Error> {
        Self::from_number(field, number)?.ok_or(Error::Missing { field })
    }
}

/// Returns the number of a word that may be absent; 0 when it is.
pub(super) fn optional(word: Option<impl Word>) -> i32 {
    word.map_or(0, Word::number)
}

macro_rules! words {
    ($($ours:ty = $theirs:ty { $($word:ident)* })*) => {
        $(impl Word for $ours {
            fn number(self) -> i32 {
                let theirs = match self { $(Self::$word => <$theirs>::$word,)* };
                theirs as i32
            }

            fn from_number(field: &'static str, number: i32) -> Result<Option<Self>, Error> {
                let theirs = <$theirs>::try_from(number).map_err(|_| Error::Value {
                    field,
                    reason: format!("cannot be {number}"),
                })?;
                Ok(match theirs {
                    <$theirs>::Unspecified => None,
                    $(<$theirs>::$word => Some(Self::$word),)*
                })
            }
        })*
    };
}

words! {
    model::Direction = v1::Direction { Export Import Unknown }
    model::Channel = v1::Channel { None Green Yellow Red }
    model::CargoClass = v1::CargoClass { Fruit Other NewVehicle }
    model::State = v1::CrossingState { Open Closed CloseMissed TurnedBack Expired Relieved Merged }
    model::Milestone = v1::Milestone {
        Predeclared EnRoute CalledForward HealthChecked GateIn YardIn YardOut Weighed ManifestFiled
        DeclRegistered Channelled QuarantineStart QuarantineEnd InspectionStart InspectionEnd FeePaid
        Released Cleared SupervisionPassed Transshipped TractorSwapped DriverSwapped BorderControlled
        CrossedOut CrossedIn Delivered Returned TurnedBack AgvDispatched AgvArrived GateOut
    }
    model::KeyKind = v1::KeyKind {
        Trip Declaration Container Seal Tag Plate PlateFolded Trailer PlateNear Lane
    }
    model::Basis = v1::TimeBasis { Explicit Configured Corrected Received Undated }
    indicators::Dimension = v1::Dimension {
        Hour Day Week Month Channel Gate Direction Cargo Loaded At
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn numbers_read_back<W: Word + Copy + PartialEq + Debug>(words: &[W]) {
        for word in words {
            assert_ne!(word.number(), 0);
            assert_eq!(W::from_number("word", word.number()), Ok(Some(*word)));
        }
        assert_eq!(W::from_number("word", 0), Ok(None));
        assert!(W::needed("word", 0).is_err());
        assert!(W::from_number("word", 9999).is_err());
    }

    #[test]
    fn every_word_has_its_number_and_reads_back_as_itself() {
        numbers_read_back(model::Direction::ALL);
        numbers_read_back(model::Channel::ALL);
        numbers_read_back(model::CargoClass::ALL);
        numbers_read_back(model::State::ALL);
        numbers_read_back(model::Milestone::ALL);
        numbers_read_back(indicators::Dimension::ASKABLE);
    }

    #[test]
    fn the_contract_names_a_word_as_the_program_does() {
        for milestone in model::Milestone::ALL {
            let theirs = v1::Milestone::try_from(milestone.number()).expect("mapped");
            assert_eq!(
                theirs.as_str_name(),
                format!("MILESTONE_{}", milestone.code())
            );
        }
        for state in model::State::ALL {
            let theirs = v1::CrossingState::try_from(state.number()).expect("mapped");
            let name = format!("CROSSING_STATE_{}", state.code().to_ascii_uppercase());
            assert_eq!(theirs.as_str_name(), name);
        }
    }
}
