//! The command line: one file per command.

mod check_config;
mod clocks;
mod demo;
mod logins;
mod migrate;
mod quarantine;
mod query;
mod registrations;
mod seed;
mod send;
mod serve;
mod simulate;
pub mod table;
mod tokens;
mod topics;
mod unrouted;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Settings};
use crate::reach::Remote;

/// Data integration hub of a land-border province: takes vehicle and cargo events from border gates,
/// links them into crossings, exchanges them with LGSP and computes clearance times.
#[derive(Debug, Parser)]
#[command(
    name = "bordergate",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command. Each beats the environment (`BORDERGATE__SECTION__KEY`), which beats the file.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Configuration file (TOML); `bordergate check-config --keys` lists every key
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the embedded log and store
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address of the HTTP door and web page [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Address of the gRPC door [default: 127.0.0.1:50051]
    #[arg(long, global = true, value_name = "ADDRESS")]
    grpc: Option<SocketAddr>,
    /// Address of a running hub to talk to, such as `https://hub.example:8080`; found by itself on this machine
    #[arg(long, global = true, value_name = "URL")]
    hub: Option<String>,
    /// File that holds the token for `--hub`
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// PEM file with the authority that signed the certificate of `--hub`
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Common {
    /// Reads the settings, flags last.
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut flags = Vec::new();
        let mut set = |key: &str, value: Option<String>| {
            flags.extend(value.map(|value| (key.to_owned(), value)))
        };
        set(
            "data.dir",
            self.data_dir.as_ref().map(|dir| dir.display().to_string()),
        );
        set("http.address", self.http.map(|address| address.to_string()));
        set("grpc.address", self.grpc.map(|address| address.to_string()));
        config::load(self.config.as_deref(), &flags)
    }

    /// Returns the hub named by address, if one is.
    fn remote(&self) -> Remote {
        Remote {
            url: self.hub.clone(),
            token_file: self.token_file.clone(),
            ca: self.ca.clone(),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a simulated day through a real hub on this machine, and keeps serving
    Demo(demo::Demo),
    /// Runs the hub
    Serve(serve::Serve),
    /// Brings the database schema to this program's version
    Migrate(migrate::Migrate),
    /// Makes the Kafka topics
    #[command(subcommand)]
    Topics(topics::Topics),
    /// Checks the configuration and what it points at
    CheckConfig(check_config::CheckConfig),
    /// Registers gates and sources from a folder of CSV tables; never overwrites
    Seed(seed::Seed),
    /// Registers, lists and disables sources
    #[command(subcommand)]
    Sources(registrations::Sources),
    /// Registers, lists and disables gates
    #[command(subcommand)]
    Gates(registrations::Gates),
    /// Makes, lists and disables tokens
    #[command(subcommand)]
    Tokens(tokens::Tokens),
    /// Makes, lists and disables user names of devices
    #[command(subcommand)]
    Logins(logins::Logins),
    /// Sends files as records of a source
    Send(send::Send),
    /// Writes a simulated day and its truth into a folder
    Simulate(simulate::Simulate),
    /// Answers an indicator
    Query(query::Query),
    /// Recomputes crossings and facts from the raw log and reports any difference
    Verify(verify::Verify),
    /// Lists, shows and redrives quarantined records
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// Lists records of province-wide sources that wait for their gate, and sends one to a gate
    #[command(subcommand)]
    Unrouted(unrouted::Unrouted),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What the command says; `main` prints it.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { common, command } = self;
        match command {
            Command::Demo(args) => args.run(&common).await,
            Command::Serve(args) => args.run(&common).await,
            Command::Migrate(args) => args.run(&common).await,
            Command::Topics(args) => args.run(&common).await,
            Command::CheckConfig(args) => args.run(&common).await,
            Command::Seed(args) => args.run(&common).await,
            Command::Sources(args) => args.run(&common).await,
            Command::Gates(args) => args.run(&common).await,
            Command::Tokens(args) => args.run(&common).await,
            Command::Logins(args) => args.run(&common).await,
            Command::Send(args) => args.run(&common).await,
            Command::Simulate(args) => args.run(&common),
            Command::Query(args) => args.run(&common).await,
            Command::Verify(args) => args.run(&common).await,
            Command::Quarantine(args) => args.run(&common).await,
            Command::Unrouted(args) => args.run(&common).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command, path: &str) {
            for child in command
                .get_subcommands()
                .filter(|child| child.get_name() != "help")
            {
                let path = format!("{path} {}", child.get_name());
                if child.has_subcommands() {
                    check(child, &path);
                } else {
                    let help = child
                        .get_after_help()
                        .map(ToString::to_string)
                        .unwrap_or_default();
                    assert!(help.contains("bordergate "), "{path} has no example");
                }
            }
        }
        check(&Cli::command(), "bordergate");
    }
}
