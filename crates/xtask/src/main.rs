#![doc = include_str!("../README.md")]
#![allow(
    unreachable_pub,
    reason = "a program has no callers outside; `pub` marks what a module offers to the others"
)]

mod arrows;
mod bench;
mod bless;
mod environment;
mod new_format;
mod services;
mod testing;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the workspace.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Private Kafka, PostgreSQL and browser driver for tests
    #[command(subcommand)]
    Services(services::Command),
    /// Check formatting, lints, arrows and documentation, and run every test
    Test(testing::Options),
    /// Compare the edges between crates with the table of the design
    Arrows,
    /// Run the criterion benches
    Bench(bench::Options),
    /// Rewrite the golden answers; read the difference like code afterwards
    Bless(bless::Options),
    /// Lay out the files of a new sensor format
    NewFormat(new_format::Options),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Services(command) => services::run(command),
        Command::Test(options) => testing::run(&options),
        Command::Arrows => arrows::run(),
        Command::Bench(options) => bench::run(&options),
        Command::Bless(options) => bless::run(&options),
        Command::NewFormat(options) => new_format::run(&options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
