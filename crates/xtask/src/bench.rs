//! `cargo xtask bench`: every criterion bench of the workspace, with the services its back ends need if they run.

use anyhow::{Context, ensure};
use clap::Args;

use crate::environment::cargo;
use crate::services;
use crate::workspace::{FEATURES, Workspace};

/// Which benches.
#[derive(Args)]
pub struct Options {
    /// Run only the bench targets of these names
    names: Vec<String>,
    /// Run only the measurements whose name contains this
    #[arg(long)]
    filter: Option<String>,
}

/// Runs the benches; returns whether all of them came to an end.
///
/// Bench targets are named one by one: `--benches` would start the test programs of the libraries too. The selection
/// of packages and features is that of the tests.
///
/// # Errors
/// When there is no bench of a given name, or cargo cannot be run.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let known = bench_names(&workspace);
    for name in &options.names {
        ensure!(
            known.contains(name),
            "there is no bench {name}; there are: {}",
            known.join(", ")
        );
    }
    let chosen = if options.names.is_empty() {
        &known
    } else {
        &options.names
    };
    ensure!(!chosen.is_empty(), "the workspace has no bench");
    let mut command = cargo();
    command.args(["bench", "--workspace"]);
    if services::can_build_kafka_tls() {
        command.args(["--features", FEATURES]);
    }
    for name in chosen {
        command.args(["--bench", name]);
    }
    if let Some(filter) = &options.filter {
        command.args(["--", filter]);
    }
    command.envs(services::running(&workspace.services_dir())?);
    Ok(command
        .status()
        .context("cannot run cargo bench")?
        .success())
}

fn bench_names(workspace: &Workspace) -> Vec<String> {
    let mut names: Vec<String> = workspace
        .packages
        .iter()
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind.iter().any(|kind| kind == "bench"))
        .map(|target| target.name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}
