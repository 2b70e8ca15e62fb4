//! The record of what was started: `services.json`, one entry per service.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::process::Identity;

/// One running service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// What a client is given: `host:port` or a URL.
    pub address: String,
    /// Port on loopback.
    pub port: u16,
    /// The process.
    #[serde(flatten)]
    pub identity: Identity,
    /// What it prints.
    pub log: PathBuf,
    /// Folders that are its own, discarded by `down`.
    pub data: Vec<PathBuf>,
}

impl Instance {
    /// Returns whether the process that was started still runs.
    pub fn is_alive(&self) -> bool {
        self.identity.is_alive()
    }
}

/// All services that were started, by name.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instances(BTreeMap<String, Instance>);

impl Instances {
    /// Reads the record; nothing was started when there is none.
    ///
    /// # Errors
    /// When there is a record that cannot be read.
    pub fn load(home: &Path) -> anyhow::Result<Self> {
        let path = file(home);
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .with_context(|| format!("cannot understand {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes the record in one step, so that a reader sees the old or the new one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, home: &Path) -> anyhow::Result<()> {
        let path = file(home);
        let fresh = path.with_extension("json.new");
        let text = serde_json::to_string_pretty(self).context("cannot write the record as JSON")?;
        fs::write(&fresh, text + "\n")
            .and_then(|()| fs::rename(&fresh, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Returns the service of this name, running or not.
    pub fn get(&self, name: &str) -> Option<&Instance> {
        self.0.get(name)
    }

    /// Adds or replaces a service.
    pub fn put(&mut self, name: &str, instance: Instance) {
        self.0.insert(name.to_owned(), instance);
    }

    /// Forgets a service.
    pub fn remove(&mut self, name: &str) -> Option<Instance> {
        self.0.remove(name)
    }
}

/// Returns where the record is.
pub fn file(home: &Path) -> PathBuf {
    home.join("services.json")
}

/// Returns a port of loopback that nobody listens on: the wanted one if it is free, else any.
///
/// # Errors
/// When loopback has none.
pub fn free_port(wanted: Option<u16>) -> anyhow::Result<u16> {
    let listener = wanted
        .and_then(|port| TcpListener::bind(("127.0.0.1", port)).ok())
        .map_or_else(|| TcpListener::bind(("127.0.0.1", 0)), Ok)
        .context("no free port on loopback")?;
    Ok(listener
        .local_addr()
        .context("a listener has an address")?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_read_back_as_written_and_an_absent_one_is_empty() {
        let home = std::env::temp_dir().join(format!("xtask-record-{}", std::process::id()));
        fs::create_dir_all(&home).expect("the folder for temporary files can be written");
        assert_eq!(
            Instances::load(&home).expect("no record"),
            Instances::default()
        );
        let mut instances = Instances::default();
        let identity = Identity {
            pid: 1,
            started_ticks: 2,
            boot_id: "b".to_owned(),
        };
        let instance = Instance {
            address: "127.0.0.1:9".to_owned(),
            port: 9,
            identity,
            log: home.join("log"),
            data: vec![home.join("data")],
        };
        instances.put("kafka", instance);
        instances.save(&home).expect("the folder can be written");
        assert_eq!(Instances::load(&home).expect("just written"), instances);
        fs::remove_dir_all(home).expect("it was made here");
    }

    #[test]
    fn a_wanted_port_is_kept_when_free_and_replaced_when_taken() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has ports");
        let port = taken.local_addr().expect("it is bound").port();
        assert_ne!(free_port(Some(port)).expect("loopback has ports"), port);
        drop(taken);
        assert_eq!(free_port(Some(port)).expect("it is free again"), port);
    }
}
