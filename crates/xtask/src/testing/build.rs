//! Builds the program and every test program in one go, and notes where each is.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use serde::Deserialize;

use super::report::Outcome;
use crate::environment::cargo;
use crate::workspace::Workspace;

/// The binary that users run.
const HUB_BINARY: &str = "bordergate";

/// One compiled test program.
#[derive(Debug, PartialEq, Eq)]
pub struct TestProgram {
    /// Package it belongs to.
    pub package: String,
    /// Its target: the library, a binary, or a file in `tests/`.
    pub target: String,
    /// The executable.
    pub executable: PathBuf,
    /// Folder of the package, in which it runs.
    pub dir: PathBuf,
}

/// What was built.
#[derive(Debug, Default)]
pub struct Built {
    /// The program itself.
    pub hub: Option<PathBuf>,
    /// All test programs, by package and target.
    pub tests: Vec<TestProgram>,
}

/// The messages of cargo that matter here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<MessageTarget>,
    profile: Option<MessageProfile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct MessageTarget {
    name: String,
}

#[derive(Deserialize)]
struct MessageProfile {
    test: bool,
}

/// Builds everything; `None` beside a failure.
///
/// Building tests makes cargo choose the features of shared libraries as `cargo test` does; a build of the binary
/// alone would choose others and compile some libraries again.
pub fn everything(workspace: &Workspace, features: &[&str]) -> (Outcome, Option<Built>) {
    let output = cargo()
        .args([
            "build",
            "--workspace",
            "--bins",
            "--tests",
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(features)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo build");
    match output {
        Ok(output) if output.status.success() => {
            let built = read_messages(&String::from_utf8_lossy(&output.stdout), workspace);
            println!("{} test programs", built.tests.len());
            (Outcome::passed(), Some(built))
        }
        Ok(_) => (Outcome::failed("cargo build"), None),
        Err(error) => (Outcome::failed(&format!("{error:#}")), None),
    }
}

fn read_messages(lines: &str, workspace: &Workspace) -> Built {
    let mut built = Built::default();
    for message in lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
    {
        let Message {
            reason,
            manifest_path: Some(manifest),
            target: Some(target),
            profile: Some(profile),
            executable: Some(executable),
        } = message
        else {
            continue;
        };
        let Some(package) = workspace
            .packages
            .iter()
            .find(|package| package.manifest_path == manifest)
        else {
            continue;
        };
        if reason != "compiler-artifact" {
            continue;
        }
        if profile.test {
            let dir = manifest.parent().unwrap_or(Path::new("/")).to_path_buf();
            built.tests.push(TestProgram {
                package: package.name.clone(),
                target: target.name,
                executable,
                dir,
            });
        } else if target.name == HUB_BINARY {
            built.hub = Some(executable);
        }
    }
    built
        .tests
        .sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
    built
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    #[test]
    fn test_programs_and_the_binary_are_told_apart() {
        let package = |name: &str| Package {
            name: name.to_owned(),
            manifest_path: PathBuf::from(format!("/w/{name}/Cargo.toml")),
            dependencies: Vec::new(),
            targets: Vec::new(),
        };
        let workspace = Workspace {
            workspace_root: PathBuf::from("/w"),
            target_directory: PathBuf::from("/w/target"),
            packages: vec![package("hub"), package("model")],
        };
        let artifact = |package: &str, target: &str, test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/w/{package}/Cargo.toml","target":{{"name":"{target}","kind":["lib"]}},"profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let lines = [
            artifact("model", "model", true, "\"/t/model-1\""),
            artifact("model", "model", false, "null"),
            artifact("hub", "bordergate", true, "\"/t/bordergate-2\""),
            artifact("hub", "bordergate", false, "\"/t/bordergate\""),
            artifact("serde", "build-script-build", false, "\"/t/build\""),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ]
        .join("\n");
        let built = read_messages(&lines, &workspace);
        assert_eq!(built.hub, Some(PathBuf::from("/t/bordergate")));
        let programs: Vec<_> = built
            .tests
            .iter()
            .map(|program| (program.package.as_str(), program.target.as_str()))
            .collect();
        assert_eq!(programs, [("hub", "bordergate"), ("model", "model")]);
        assert_eq!(built.tests[1].dir, PathBuf::from("/w/model"));
    }
}
