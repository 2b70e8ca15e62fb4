//! The files of `deploy/` as data: the compose file, the configuration and the instructions of the Dockerfile.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use bordergate_tests::of_repository;
use serde::Deserialize;

/// What is read of `compose.yaml`.
#[derive(Debug, Deserialize)]
pub(crate) struct Compose {
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) networks: BTreeMap<String, serde_json::Value>,
    pub(crate) volumes: BTreeMap<String, serde_json::Value>,
    pub(crate) secrets: BTreeMap<String, serde_json::Value>,
}

/// One service, what is not given there empty.
#[derive(Debug, Deserialize)]
pub(crate) struct Service {
    pub(crate) image: String,
    #[serde(default)]
    pub(crate) read_only: bool,
    #[serde(default)]
    pub(crate) cap_drop: Vec<String>,
    #[serde(default)]
    pub(crate) security_opt: Vec<String>,
    #[serde(default)]
    pub(crate) volumes: Vec<String>,
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    #[serde(default)]
    pub(crate) networks: Vec<String>,
    #[serde(default)]
    pub(crate) ports: Vec<String>,
    #[serde(default)]
    pub(crate) depends_on: BTreeMap<String, Dependency>,
    pub(crate) restart: Option<String>,
    pub(crate) healthcheck: Option<serde_json::Value>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
}

/// What a service waits for.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) condition: String,
}

/// Reads `compose.yaml`.
pub(crate) fn compose() -> anyhow::Result<Compose> {
    let text = std::fs::read_to_string(of_repository("deploy/compose.yaml"))?;
    Ok(serde_saphyr::from_str(&text)?)
}

/// Reads `hub.toml`.
pub(crate) fn hub_toml() -> anyhow::Result<toml::Table> {
    let text = std::fs::read_to_string(of_repository("deploy/hub.toml"))?;
    Ok(toml::from_str(&text)?)
}

/// Returns the instructions of the Dockerfile in their order: the word and the rest, continued lines joined.
pub(crate) fn dockerfile() -> anyhow::Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(of_repository("deploy/Dockerfile"))?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let steps = joined.lines().filter_map(|line| line.split_once(' '));
    Ok(steps
        .map(|(word, rest)| (word.to_owned(), rest.trim().to_owned()))
        .collect())
}

/// Returns what the last instruction of a kind says: the one that holds for the image.
pub(crate) fn instruction(steps: &[(String, String)], word: &str) -> anyhow::Result<String> {
    let found = steps.iter().rfind(|(found, _)| found == word);
    let (_, rest) = found.with_context(|| format!("no {word}"))?;
    Ok(rest.clone())
}

/// Returns the image that each stage is built on, in order.
pub(crate) fn stage_bases(steps: &[(String, String)]) -> Vec<String> {
    let stages = steps.iter().filter(|(word, _)| word == "FROM");
    stages
        .filter_map(|(_, rest)| rest.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Returns the names that stages have.
pub(crate) fn stage_names(steps: &[(String, String)]) -> BTreeSet<String> {
    let stages = steps.iter().filter(|(word, _)| word == "FROM");
    stages
        .filter_map(|(_, rest)| rest.split_once(" AS "))
        .map(|(_, name)| name.to_owned())
        .collect()
}
