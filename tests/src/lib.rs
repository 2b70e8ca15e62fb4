#![doc = include_str!("../README.md")]

mod account;
mod calm;
mod database;
mod history;
mod ledger;
mod mosquitto;
mod multipart;
mod place;
mod proxy;
mod running;
mod s3proxy;
pub mod scene;
mod services;
mod told;
mod until;

pub use account::{check_books, next_offsets};
pub use calm::Calm;
pub use database::Database;
pub use history::{History, Part};
pub use ledger::{Ledger, Step};
pub use mosquitto::{Mosquitto, Publisher};
pub use multipart::multipart;
pub use place::{Place, said};
pub use proxy::Proxy;
pub use running::{Ended, Running};
pub use s3proxy::S3Proxy;
pub use services::{Services, variable};
pub use told::told;
pub use until::until;

/// Returns a path of the repository.
#[must_use]
pub fn of_repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// Returns the path of the program under test, or says that the test is skipped.
#[must_use]
pub fn program_or_skip() -> Option<std::path::PathBuf> {
    let found = variable("BORDERGATE_BIN").map(Into::into);
    if found.is_none() {
        println!("skipped: BORDERGATE_BIN is not set");
    }
    found
}
