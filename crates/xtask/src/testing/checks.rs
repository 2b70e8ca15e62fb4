//! The groups that are one or two commands of cargo: formatting, lints, arrows, supply chain and documentation.

use std::process::{Command, Stdio};

use anyhow::Context;

use super::libtest;
use super::report::Outcome;
use crate::environment::{cargo, find_program};

/// Checks the formatting of every member.
pub fn fmt() -> Outcome {
    succeeds(cargo().args(["fmt", "--all", "--check"]), "cargo fmt")
}

/// Lints every target; a warning is a failure.
pub fn clippy(features: &[&str]) -> Outcome {
    succeeds(
        cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]),
        "cargo clippy",
    )
}

/// Compares the edges between crates with the table.
pub fn arrows() -> Outcome {
    match crate::arrows::run() {
        Ok(true) => Outcome::passed(),
        Ok(false) => Outcome::failed("an edge that is not in the table"),
        Err(error) => Outcome::failed(&format!("{error:#}")),
    }
}

/// Runs cargo-deny where it is installed; elsewhere the file of its rules must at least be TOML, which cargo can tell.
///
/// Advisories are left to a person or a timer: they need a database from the network and fail without a change here.
pub fn deny() -> Outcome {
    if find_program("cargo-deny").is_some() {
        return succeeds(
            cargo().args(["deny", "check", "bans", "licenses", "sources"]),
            "cargo deny",
        );
    }
    let is_toml = succeeds(
        cargo()
            .args(["--config", "deny.toml", "locate-project"])
            .stdout(Stdio::null()),
        "deny.toml",
    );
    is_toml.with_remark("cargo-deny is not installed: only the syntax of deny.toml was checked")
}

/// Builds the documentation without a warning, and runs its examples.
///
/// The targets are named so that cargo chooses the features it chose for the lints and compiles nothing again.
pub fn doc(features: &[&str]) -> Outcome {
    let targets = [
        "doc",
        "--workspace",
        "--no-deps",
        "--lib",
        "--bins",
        "--examples",
    ];
    let mut outcome = succeeds(
        cargo()
            .args(targets)
            .args(features)
            .env("RUSTDOCFLAGS", "-D warnings"),
        "cargo doc",
    );
    outcome.merge(examples(features));
    outcome
}

fn examples(features: &[&str]) -> Outcome {
    let output = cargo()
        .args(["test", "--workspace", "--doc"])
        .args(features)
        .args(["--", "--show-output"])
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo test --doc");
    match output {
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stdout);
            let reading = libtest::read(&printed);
            if output.status.success() {
                return Outcome::Ran {
                    counts: reading.counts,
                    failures: Vec::new(),
                    skips: reading.skips,
                    remark: None,
                };
            }
            println!("{printed}");
            Outcome::failed(&format!("examples: {}", reading.failures.join(", ")))
        }
        Err(error) => Outcome::failed(&format!("{error:#}")),
    }
}

fn succeeds(command: &mut Command, what: &str) -> Outcome {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Outcome::passed(),
        Ok(status) => Outcome::failed(&format!("{what} ended with {status}")),
        Err(error) => Outcome::failed(&format!("cannot run {what}: {error}")),
    }
}
