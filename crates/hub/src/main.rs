#![doc = include_str!("../README.md")]
#![allow(
    unreachable_pub,
    reason = "a binary has no outside; pub marks what a module offers to the others"
)]

mod access;
mod api;
mod app;
mod cli;
mod clock;
mod config;
mod demo;
mod device_clocks;
mod doors;
mod grpc;
mod images;
mod lock;
mod open;
mod reach;
mod reference;
mod registrations;
mod roles;
mod serve;
mod telemetry;
mod tls;
mod verify;
mod web;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Reading and linking make many small strings and lists, on which the system's allocator is slower: measured, linking
/// readings one by one took 1.1 times as long, and reading Hikvision's XML 1.03 times.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("error: another TLS provider was installed first");
        return ExitCode::FAILURE;
    }
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(cli.run());
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
