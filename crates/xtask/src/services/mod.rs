//! Private instances of what the hub meets in production: Kafka, PostgreSQL, and a driven browser for its page.
//!
//! Everything lives in `services/` of cargo's target folder, listens on loopback, and is stopped by the process it
//! was started as. `up` may be called again at any time; `down` stops what runs and discards its data, not the jars.

mod chromedriver;
mod install;
mod instance;
mod jars;
mod kafka;
mod needs;
mod postgres;
mod process;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::environment::find_program;
use crate::workspace::Workspace;
pub use chromedriver::NAME as CHROMEDRIVER;
use instance::{Instance, Instances};
pub use kafka::NAME as KAFKA;
use needs::Need;
pub use postgres::NAME as POSTGRES;
use tools::Tools;

/// The services by the names they are shown, recorded and skipped under.
const NAMES: [&str; 3] = [KAFKA, POSTGRES, CHROMEDRIVER];

/// What to do with the services.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Install what is lacking and start what does not run
    Up {
        /// Install nothing; say what is lacking
        #[arg(long)]
        no_install: bool,
    },
    /// Stop what runs, and discard its data
    Down,
    /// Show what runs and where
    Status,
    /// Print the addresses as `export` lines, for `eval "$(cargo xtask services env)"`
    Env,
}

/// What `up` achieved, service by service.
pub struct Up {
    /// The instances that answer.
    pub instances: Instances,
    /// Name of a service and why it does not run.
    pub missing: Vec<(&'static str, String)>,
    /// What this machine lacks after the installation, services or not.
    lacking: Vec<Need>,
}

/// Runs the command; returns whether everything asked for is there.
///
/// # Errors
/// When the target folder cannot be used.
pub fn run(command: Command) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let home = workspace.services_dir();
    match command {
        Command::Up { no_install } => {
            let up = up(&home, !no_install)?;
            show(&up.instances, &home);
            for (name, reason) in &up.missing {
                eprintln!("{name} does not run: {reason}");
            }
            Ok(up.missing.is_empty() && up.lacking.is_empty())
        }
        Command::Down => down(&home),
        Command::Status => {
            let instances = Instances::load(&home)?;
            show(&instances, &home);
            Ok(NAMES
                .iter()
                .all(|name| instances.get(name).is_some_and(Instance::is_alive)))
        }
        Command::Env => {
            for (name, value) in variables(&Instances::load(&home)?, &home) {
                println!("export {name}='{value}'");
            }
            Ok(true)
        }
    }
}

/// Starts every service that does not answer, after installing what is lacking if that is allowed.
///
/// A service that cannot be had is told in [`Up::missing`]; the others start nevertheless.
///
/// # Errors
/// When the folder of the services cannot be used.
pub fn up(home: &Path, may_install: bool) -> anyhow::Result<Up> {
    let _lock = lock(home)?;
    let tools = find_or_install(home, may_install);
    let mut up = Up {
        instances: Instances::load(home)?,
        missing: Vec::new(),
        lacking: tools.lacking(home),
    };
    for name in NAMES {
        let live = up
            .instances
            .get(name)
            .filter(|instance| instance.is_alive())
            .is_some_and(|instance| probe(name, instance, &tools));
        if live {
            continue;
        }
        if let Some(deaf) = up
            .instances
            .get(name)
            .filter(|instance| instance.is_alive())
        {
            eprintln!("{name} does not answer; starting it again");
            stop(name, deaf)?;
        }
        let before = up.instances.get(name).map(|instance| instance.port);
        match start(name, home, before, &tools) {
            Ok(instance) => {
                up.instances.put(name, instance);
                up.instances.save(home)?;
            }
            Err(error) => up.missing.push((name, format!("{error:#}"))),
        }
    }
    // Tests start this server themselves, as they do a broker that they kill.
    if let Err(error) = jars::S3PROXY.ensure_fetched(home, &tools) {
        up.missing.push((jars::S3PROXY.name, format!("{error:#}")));
    }
    Ok(up)
}

/// Finds the tools, and installs those that lack when that is allowed; what still lacks is said once, by name.
fn find_or_install(home: &Path, may_install: bool) -> Tools {
    let mut tools = Tools::find();
    let lacking = tools.lacking(home);
    if lacking.is_empty() {
        return tools;
    }
    if may_install {
        install::packages(&needs::packages(&lacking));
        tools = Tools::find();
    }
    for need in tools.lacking(home) {
        eprintln!(
            "lacking: {} (Debian package {})",
            need.what(),
            need.package()
        );
    }
    tools
}

/// Returns the variables that hand the services to a test.
pub fn variables(instances: &Instances, home: &Path) -> Vec<(&'static str, String)> {
    let mut variables = Vec::new();
    for (name, variable) in [
        (KAFKA, "BORDERGATE_TEST_KAFKA"),
        (POSTGRES, "BORDERGATE_TEST_POSTGRES"),
        (CHROMEDRIVER, "BORDERGATE_TEST_CHROMEDRIVER"),
    ] {
        if let Some(instance) = instances.get(name).filter(|instance| instance.is_alive()) {
            variables.push((variable, instance.address.clone()));
        }
    }
    for (jars, variable) in [
        (jars::KAFKA, "BORDERGATE_TEST_KAFKA_JARS"),
        (jars::S3PROXY, "BORDERGATE_TEST_S3PROXY_JARS"),
    ] {
        if jars.are_complete(home) {
            variables.push((variable, jars.dir(home).display().to_string()));
        }
    }
    if let Some(program) = find_program("mosquitto") {
        variables.push(("BORDERGATE_TEST_MOSQUITTO", program.display().to_string()));
    }
    variables
}

/// Returns the variables of the services that run now; none when nothing was started.
///
/// # Errors
/// When the record of the services cannot be read.
pub fn running(home: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(variables(&Instances::load(home)?, home))
}

/// Returns whether this machine can compile Kafka over TLS.
pub fn can_build_kafka_tls() -> bool {
    Tools::find().can_build_kafka_tls()
}

/// Stops what runs and discards its data; returns whether everything is gone.
fn down(home: &Path) -> anyhow::Result<bool> {
    let _lock = lock(home)?;
    let mut instances = Instances::load(home)?;
    let mut all_gone = true;
    for name in NAMES {
        let Some(instance) = instances.get(name) else {
            continue;
        };
        match stop(name, instance) {
            Ok(()) => {
                for folder in &instance.data {
                    remove_folder(folder)?;
                }
                instances.remove(name);
                instances.save(home)?;
            }
            Err(error) => {
                eprintln!("{name}: {error:#}");
                all_gone = false;
            }
        }
    }
    Ok(all_gone)
}

fn start(
    name: &str,
    home: &Path,
    port_before: Option<u16>,
    tools: &Tools,
) -> anyhow::Result<Instance> {
    match name {
        KAFKA => kafka::start(home, port_before, tools),
        POSTGRES => postgres::start(home, port_before, tools),
        _ => chromedriver::start(home, port_before, tools),
    }
}

fn probe(name: &str, instance: &Instance, tools: &Tools) -> bool {
    match name {
        KAFKA => kafka::answers(instance.port),
        POSTGRES => postgres::answers(instance.port, tools),
        _ => chromedriver::answers(instance.port),
    }
}

fn stop(name: &str, instance: &Instance) -> anyhow::Result<()> {
    if !instance.is_alive() {
        println!("{name} was not running");
        return Ok(());
    }
    let signal = if name == POSTGRES {
        postgres::STOP_SIGNAL
    } else {
        "TERM"
    };
    process::stop(&instance.identity, signal)?;
    println!("{name} stopped (pid {})", instance.identity.pid);
    Ok(())
}

fn show(instances: &Instances, home: &Path) {
    for name in NAMES {
        match instances.get(name) {
            Some(instance) if instance.is_alive() => println!(
                "{name:<14}{}  pid {}  log {}",
                instance.address,
                instance.identity.pid,
                instance.log.display()
            ),
            Some(instance) => println!(
                "{name:<14}dead (was pid {})  log {}",
                instance.identity.pid,
                instance.log.display()
            ),
            None => println!("{name:<14}not started"),
        }
    }
    println!("recorded in {}", instance::file(home).display());
}

/// Waits until no other `up` or `down` works on these services.
fn lock(home: &Path) -> anyhow::Result<fs::File> {
    fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
    let file =
        fs::File::create(home.join("lock")).context("cannot make the lock of the services")?;
    file.lock().context("cannot lock the services")?;
    Ok(file)
}

fn remove_folder(folder: &PathBuf) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot discard {}", folder.display()))
        }
        _ => Ok(()),
    }
}
