#![doc = include_str!("../README.md")]

mod place;
mod running;
mod services;

pub use place::Place;
pub use running::{Ended, Running};
pub use services::{Services, variable};

/// Returns the path of the program under test, or says that the test is skipped.
#[must_use]
pub fn program_or_skip() -> Option<std::path::PathBuf> {
    let found = variable("BORDERGATE_BIN").map(Into::into);
    if found.is_none() {
        println!("skipped: BORDERGATE_BIN is not set");
    }
    found
}
