//! Which crate may use which: the table of the design, compared with what cargo says.
//!
//! `hub`, `xtask` and `tests` may use everything, any other crate `model` and what [`MAY_USE`] names. Pure crates
//! have no runtime, network or database among their libraries, and no build has a second TLS provider.

use anyhow::{Context, bail};

use crate::environment::cargo;
use crate::workspace::{FEATURES, Package, Workspace};

/// Members beside `model` that a member may use; short names, as the design writes them.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("model", &[]),
    ("sources", &[]),
    ("crossing", &[]),
    ("indicators", &[]),
    ("eventlog", &[]),
    ("store", &["indicators"]),
    (
        "process",
        &["sources", "crossing", "indicators", "eventlog", "store"],
    ),
    ("exchange", &["indicators"]),
    ("simulator", &[]),
];

/// Members that may use every other.
const USE_EVERYTHING: [&str; 3] = ["hub", "xtask", "tests"];

/// Members that hold rules only: value in, value out.
const PURE: [&str; 5] = ["model", "sources", "crossing", "indicators", "simulator"];

/// Libraries that give a pure crate a runtime, a network or a database.
const IMPURE_LIBRARIES: [&str; 6] = ["tokio", "sqlx", "rdkafka", "tonic", "axum", "reqwest"];

/// A second TLS provider in the tree makes rustls panic when it is asked for the default one.
const BANNED_ANYWHERE: [&str; 2] = ["ring", "native-tls"];

/// Prints every forbidden edge; returns whether there was none.
///
/// # Errors
/// When cargo cannot be asked.
pub fn run() -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let mut faults = forbidden_edges(&workspace.packages);
    faults.extend(banned_libraries(&resolved_names()?));
    for fault in &faults {
        eprintln!("arrows: {fault}");
    }
    if faults.is_empty() {
        println!(
            "arrows: every edge between {} members is in the table",
            workspace.packages.len()
        );
    }
    Ok(faults.is_empty())
}

/// Returns a sentence per edge that the table does not allow, in the order of the members.
fn forbidden_edges(members: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    for member in members {
        let from = short_name(&member.name);
        if !is_known(from) {
            faults.push(format!("`{from}` is not in the table of crates"));
        }
        for dependency in &member.dependencies {
            let kind = dependency.kind.as_deref().unwrap_or("normal");
            let to = short_name(&dependency.name);
            if dependency.path.is_some() && to != from && !may_use(from, to) {
                faults.push(format!("`{from}` may not use `{to}` ({kind} dependency)"));
            }
            if PURE.contains(&from) && IMPURE_LIBRARIES.contains(&dependency.name.as_str()) {
                faults.push(format!(
                    "`{from}` is pure and may not use the library `{}` ({kind} dependency)",
                    dependency.name
                ));
            }
        }
    }
    faults
}

/// Returns a sentence per banned library among the names.
fn banned_libraries(names: &[String]) -> Vec<String> {
    BANNED_ANYWHERE
        .iter()
        .filter(|banned| names.iter().any(|name| name == *banned))
        .map(|banned| {
            format!(
                "`{banned}` is in the tree; `cargo tree --workspace -i {banned}` says who brings it"
            )
        })
        .collect()
}

fn may_use(from: &str, to: &str) -> bool {
    USE_EVERYTHING.contains(&from)
        || MAY_USE
            .iter()
            .any(|(name, others)| *name == from && (to == "model" || others.contains(&to)))
}

fn is_known(member: &str) -> bool {
    USE_EVERYTHING.contains(&member) || MAY_USE.iter().any(|(name, _)| *name == member)
}

fn short_name(package: &str) -> &str {
    package.strip_prefix("bordergate-").unwrap_or(package)
}

/// Returns the names of all packages that a build of the workspace compiles.
fn resolved_names() -> anyhow::Result<Vec<String>> {
    let output = cargo()
        .args([
            "tree",
            "--workspace",
            "--features",
            FEATURES,
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .context("cannot run cargo tree")?;
    if !output.status.success() {
        bail!(
            "cargo tree failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::workspace::Dependency;

    fn member(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: format!("bordergate-{name}"),
            manifest_path: PathBuf::from(format!("crates/{name}/Cargo.toml")),
            targets: Vec::new(),
            dependencies: dependencies
                .iter()
                .map(|(to, kind)| Dependency {
                    name: (*to).to_owned(),
                    kind: kind.map(str::to_owned),
                    path: to
                        .starts_with("bordergate-")
                        .then(|| PathBuf::from("crates")),
                })
                .collect(),
        }
    }

    #[test]
    fn an_edge_outside_the_table_is_named_whatever_its_kind() {
        let table = [
            (
                "crossing",
                "bordergate-sources",
                None,
                "`crossing` may not use `sources` (normal dependency)",
            ),
            (
                "simulator",
                "bordergate-sources",
                Some("dev"),
                "`simulator` may not use `sources` (dev dependency)",
            ),
            (
                "exchange",
                "bordergate-store",
                Some("build"),
                "`exchange` may not use `store` (build dependency)",
            ),
            (
                "store",
                "bordergate-eventlog",
                None,
                "`store` may not use `eventlog` (normal dependency)",
            ),
            (
                "model",
                "bordergate-indicators",
                Some("dev"),
                "`model` may not use `indicators` (dev dependency)",
            ),
            (
                "process",
                "bordergate-exchange",
                None,
                "`process` may not use `exchange` (normal dependency)",
            ),
            (
                "process",
                "bordergate-hub",
                Some("dev"),
                "`process` may not use `hub` (dev dependency)",
            ),
        ];
        for (from, to, kind, expected) in table {
            assert_eq!(forbidden_edges(&[member(from, &[(to, kind)])]), [expected]);
        }
    }

    #[test]
    fn the_edges_of_the_table_are_allowed() {
        let members = [
            member("model", &[("serde", None)]),
            member(
                "store",
                &[
                    ("bordergate-model", None),
                    ("bordergate-indicators", None),
                    ("sqlx", None),
                    ("tokio", None),
                ],
            ),
            member(
                "process",
                &[
                    ("bordergate-store", None),
                    ("bordergate-eventlog", Some("dev")),
                    ("bordergate-crossing", None),
                ],
            ),
            member(
                "hub",
                &[("bordergate-process", None), ("bordergate-simulator", None)],
            ),
            member("tests", &[("bordergate-hub", Some("dev"))]),
        ];
        assert_eq!(forbidden_edges(&members), Vec::<String>::new());
    }

    #[test]
    fn a_pure_crate_has_no_runtime_network_or_database() {
        for library in IMPURE_LIBRARIES {
            for name in PURE {
                let faults = forbidden_edges(&[member(name, &[(library, Some("dev"))])]);
                assert_eq!(faults.len(), 1, "{name} with {library}: {faults:?}");
                assert!(faults[0].contains(library), "{faults:?}");
            }
            assert_eq!(
                forbidden_edges(&[member("eventlog", &[(library, None)])]),
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn a_member_the_table_does_not_know_is_refused() {
        assert_eq!(
            forbidden_edges(&[member("common", &[])]),
            ["`common` is not in the table of crates"]
        );
    }

    #[test]
    fn a_second_tls_provider_is_found_by_its_whole_name() {
        let names = |list: &[&str]| {
            list.iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            banned_libraries(&names(&["rustls", "stringprep"])),
            Vec::<String>::new()
        );
        assert_eq!(banned_libraries(&names(&["rustls", "ring"])).len(), 1);
    }
}
