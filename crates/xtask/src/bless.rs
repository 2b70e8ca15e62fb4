//! `cargo xtask bless`: writes the golden answers anew. The difference is then reviewed like code.

use anyhow::Context;
use clap::Args;

use crate::environment::cargo;
use crate::workspace::Workspace;

/// Which golden answers.
#[derive(Args)]
pub struct Options {
    /// Only these packages; by default every one that has golden answers
    packages: Vec<String>,
}

/// Runs the tests with insta told to accept; returns whether they passed.
///
/// # Errors
/// When cargo cannot be run.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let mut command = cargo();
    command
        .arg("test")
        .env("INSTA_UPDATE", "always")
        .env_remove("CI");
    for package in if options.packages.is_empty() {
        with_golden_answers(&workspace)
    } else {
        options.packages.clone()
    } {
        command.args(["--package", &package]);
    }
    let status = command.status().context("cannot run cargo test")?;
    println!("review what changed: git diff -- '*.snap'");
    Ok(status.success())
}

/// Returns the packages that use insta.
fn with_golden_answers(workspace: &Workspace) -> Vec<String> {
    let uses_insta = |name: &str| name == "insta";
    workspace
        .packages
        .iter()
        .filter(|package| {
            package
                .dependencies
                .iter()
                .any(|dependency| uses_insta(&dependency.name))
        })
        .map(|package| package.name.clone())
        .collect()
}
