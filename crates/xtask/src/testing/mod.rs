//! `cargo xtask test`: every check of the workspace, group by group, and a report that leaves nothing out.
//!
//! All builds use one selection of packages, features and targets, so that cargo compiles each library once for
//! building and once for checking: the test programs are built in one go and then started here, each in the folder of
//! its package with exactly the addresses it may use.

mod build;
mod checks;
mod group;
mod libtest;
mod programs;
mod report;

use std::time::Instant;

use clap::Args;

use crate::services::{self, Up};
use crate::workspace::Workspace;
use build::Built;
use group::Group;
use report::{Outcome, Report};

/// What to test.
#[derive(Args)]
pub struct Options {
    /// Run only what needs no service, and install nothing
    #[arg(long)]
    quick: bool,
    /// Install nothing; say what is lacking and skip what needs it
    #[arg(long)]
    no_install: bool,
    /// Fail when anything was skipped
    #[arg(long)]
    deny_skips: bool,
    /// Run only these groups
    #[arg(value_enum)]
    groups: Vec<Group>,
}

/// What the groups share: the workspace, the services that run, and what was built.
pub struct Session {
    workspace: Workspace,
    with_kafka_tls: bool,
    /// Variables that hand the services to a test.
    variables: Vec<(&'static str, String)>,
    /// Name of a service that does not run, and why.
    missing: Vec<(&'static str, String)>,
    built: Option<Built>,
}

/// Runs the groups asked for; returns whether all of them passed.
///
/// # Errors
/// When the workspace cannot be read or its target folder cannot be used.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let groups = group::chosen(&options.groups);
    let mut session = prepare(workspace, &groups, options)?;
    let mut report = Report::default();
    if !session.with_kafka_tls {
        report.note_skip(
            "kafka-tls",
            "the headers of OpenSSL or pkg-config are lacking; compiled without Kafka over TLS",
        );
    }
    for group in groups {
        let began = Instant::now();
        println!("== {}", group.name());
        let outcome = match session.why_not(group, options.quick) {
            Some(reason) => Outcome::Skipped(reason),
            None => session.run_group(group, options.quick),
        };
        report.add(group, began.elapsed(), outcome);
    }
    print!("{report}");
    Ok(report.has_passed(options.deny_skips))
}

fn prepare(workspace: Workspace, groups: &[Group], options: &Options) -> anyhow::Result<Session> {
    let home = workspace.services_dir();
    let needs_services = groups.iter().any(|group| !group.services().is_empty());
    let may_install = needs_services && !options.quick && !options.no_install;
    let mut session = Session {
        workspace,
        with_kafka_tls: false,
        variables: Vec::new(),
        missing: Vec::new(),
        built: None,
    };
    if needs_services && !options.quick {
        let Up {
            instances, missing, ..
        } = services::up(&home, may_install)?;
        session.variables = services::variables(&instances, &home);
        session.missing = missing;
    }
    session.with_kafka_tls = services::can_build_kafka_tls();
    Ok(session)
}

impl Session {
    /// Returns why the group cannot run at all here; `None` when it can.
    fn why_not(&self, group: Group, is_quick: bool) -> Option<String> {
        if is_quick && group.cannot_do_without_services() {
            return Some("--quick runs what needs no service".to_owned());
        }
        let absent = |name: &&str| self.missing.iter().find(|(missing, _)| *missing == *name);
        let (name, reason) = group
            .services()
            .iter()
            .filter(|_| group.cannot_do_without_services())
            .find_map(absent)?;
        Some(format!(
            "needs {name}, which does not run: {}",
            reason.lines().next().unwrap_or_default()
        ))
    }

    fn run_group(&mut self, group: Group, is_quick: bool) -> Outcome {
        match group {
            Group::Fmt => checks::fmt(),
            Group::Clippy => checks::clippy(self.features()),
            Group::Arrows => checks::arrows(),
            Group::Deny => checks::deny(),
            Group::Doc => checks::doc(self.features()),
            Group::Build => {
                let (outcome, built) = build::everything(&self.workspace, self.features());
                self.built = built;
                outcome
            }
            Group::Unit | Group::Whole | Group::Browser | Group::Deploy => match &self.built {
                Some(built) => {
                    let mut outcome = programs::run(group, built, &self.variables, &self.workspace);
                    if group == Group::Unit && !is_quick {
                        outcome.add_skips(
                            self.missing
                                .iter()
                                .filter(|(name, _)| group.services().contains(name))
                                .map(|(name, reason)| {
                                    format!(
                                        "what needs {name}, which does not run: {}",
                                        reason.lines().next().unwrap_or_default()
                                    )
                                }),
                        );
                    }
                    outcome
                }
                None => Outcome::failed("did not compile"),
            },
        }
    }

    fn features(&self) -> &'static [&'static str] {
        if self.with_kafka_tls {
            &["--features", crate::workspace::FEATURES]
        } else {
            &[]
        }
    }
}
