//! `cargo xtask new-format NAME`: lays out the files of a new sensor format.

use clap::Args;

/// The new format.
#[derive(Args)]
pub struct Options {
    /// Name as registrations write it: lower case, words joined by hyphens
    name: String,
}

/// Makes the files; returns whether they were made.
///
/// # Errors
/// When the name is not one, or is taken.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    anyhow::bail!("{} not yet", options.name)
}
