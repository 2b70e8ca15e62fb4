//! The workspace as `cargo metadata` tells it: root, target folder, members, their targets and direct dependencies.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::environment::cargo;

/// The feature set of every build made here; one set, so that nothing is compiled twice.
pub const FEATURES: &str = "bordergate-hub/kafka-tls";

/// The workspace: where it is, where cargo builds, and its members.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    /// Folder of the root `Cargo.toml`.
    pub workspace_root: PathBuf,
    /// Folder that cargo builds into, wherever the environment or a configuration puts it.
    pub target_directory: PathBuf,
    /// One entry per member.
    pub packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Package name, such as `bordergate-model`.
    pub name: String,
    /// Path of its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// Direct dependencies of every kind, members and libraries alike.
    pub dependencies: Vec<Dependency>,
    /// Library, binaries, tests, benches and build script.
    pub targets: Vec<Target>,
}

/// One line of a dependency table.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// Package depended on.
    pub name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
    /// Folder of a member of this workspace; `None` for a library from the registry.
    pub path: Option<PathBuf>,
}

/// One thing cargo builds of a package.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Name of the target.
    pub name: String,
    /// Kinds such as `lib`, `bin`, `test`, `bench`.
    pub kind: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace around the current folder, and goes to its root for all that follows.
    ///
    /// # Errors
    /// When cargo cannot be run, or does not find a workspace here.
    pub fn load() -> anyhow::Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot run cargo metadata")?;
        if !output.status.success() {
            bail!(
                "cargo metadata failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let workspace: Self = serde_json::from_slice(&output.stdout)
            .context("cargo metadata gave an answer of another shape")?;
        std::env::set_current_dir(&workspace.workspace_root)
            .context("cannot enter the root of the workspace")?;
        Ok(workspace)
    }

    /// Returns the folder of private services, their logs and data.
    pub fn services_dir(&self) -> PathBuf {
        self.target_directory.join("services")
    }
}
