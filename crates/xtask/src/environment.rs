//! What the commands read from the environment: cargo's own path, the search path and the variables kept from tests.
//!
//! The one place of this crate that may; the hub's settings come through its configuration instead.

#![allow(
    clippy::disallowed_methods,
    reason = "developer commands have no configuration file; the environment is what they are given"
)]

use std::path::PathBuf;
use std::process::Command;

/// Returns a command for the cargo that started this program, or the one on the search path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Returns the first executable of this name on the search path or in the folders Debian keeps for administrators.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let administrators = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(administrators)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

/// Returns the names of all variables that would configure a hub or a test, so that a test gets only those chosen for it.
pub fn bordergate_names() -> Vec<String> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("BORDERGATE"))
        .collect()
}
