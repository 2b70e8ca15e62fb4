//! The published jars of Apache Kafka, fetched once by Maven and kept.
//!
//! They are fetched into a folder of another name, listed with their sizes, and renamed: a fetch that was cut off
//! leaves nothing that looks whole, and a jar that was lost or cut later is noticed by the list.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use super::tools::Tools;

/// Kafka's version; another one is another folder.
const KAFKA_VERSION: &str = "4.3.1";
/// Names of the files and their sizes, one a line, written last.
const LIST: &str = "jars.list";
/// A jar without which the folder is not Kafka's.
const MAIN_JAR: &str = "kafka_2.13-";

/// Returns the folder of the jars.
pub fn dir(home: &Path) -> PathBuf {
    home.join("kafka").join(format!("lib-{KAFKA_VERSION}"))
}

/// Returns whether every jar is there as it was fetched.
pub fn are_complete(home: &Path) -> bool {
    let dir = dir(home);
    fs::read_to_string(dir.join(LIST)).is_ok_and(|list| {
        list.contains(MAIN_JAR)
            && list.lines().all(|line| {
                line.split_once(' ').is_some_and(|(bytes, name)| {
                    fs::metadata(dir.join(name))
                        .is_ok_and(|metadata| metadata.len().to_string() == bytes)
                })
            })
    })
}

/// Fetches the jars unless they are there.
///
/// # Errors
/// When Maven is lacking or fails, or what it brought is not whole.
pub fn ensure_fetched(home: &Path, tools: &Tools) -> anyhow::Result<()> {
    if are_complete(home) {
        return Ok(());
    }
    let maven = tools
        .maven
        .as_ref()
        .context("the jars of Kafka are not fetched, and Maven (mvn) is lacking")?;
    let (whole, partial) = (dir(home), home.join("kafka").join("fetching"));
    for leftover in [&whole, &partial] {
        if leftover.exists() {
            fs::remove_dir_all(leftover)
                .with_context(|| format!("cannot discard {}", leftover.display()))?;
        }
    }
    fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
    let pom = home.join("kafka").join("pom.xml");
    fs::write(&pom, pom_text()).with_context(|| format!("cannot write {}", pom.display()))?;
    println!("fetching the jars of Kafka {KAFKA_VERSION} with Maven");
    let output = Command::new(maven)
        .args(["-q", "-B", "-f"])
        .arg(&pom)
        .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-DoutputDirectory={}", partial.display()))
        .output()
        .context("cannot run mvn")?;
    if !output.status.success() {
        bail!(
            "mvn could not fetch the jars of Kafka:\n{}",
            String::from_utf8_lossy(&output.stdout).trim()
        );
    }
    fs::write(partial.join(LIST), list_of(&partial)?).context("cannot list the jars of Kafka")?;
    fs::rename(&partial, &whole)
        .with_context(|| format!("cannot move the jars to {}", whole.display()))?;
    ensure!(
        are_complete(home),
        "the jars in {} are not whole",
        whole.display()
    );
    Ok(())
}

fn pom_text() -> String {
    let dependency = |group: &str, artifact: &str, version: &str| {
        format!(
            "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>\n"
        )
    };
    let dependencies = [
        dependency("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
        dependency("org.apache.kafka", "kafka-tools", KAFKA_VERSION),
        dependency("org.slf4j", "slf4j-simple", "1.7.36"),
    ]
    .concat();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>bordergate</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>\n  \
         <dependencies>\n{dependencies}  </dependencies>\n  <build><plugins><plugin><groupId>org.apache.maven.plugins</groupId>\
         <artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version></plugin></plugins></build>\n</project>\n"
    )
}

/// Returns the list of the folder's jars.
fn list_of(dir: &Path) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry.context("cannot read a name")?.path();
        ensure!(ends_like_a_jar(&path)?, "{} is cut off", path.display());
        let name = path
            .file_name()
            .expect("an entry of a folder has a name")
            .to_string_lossy()
            .into_owned();
        lines.push(format!(
            "{} {name}\n",
            fs::metadata(&path).context("cannot ask for a size")?.len()
        ));
    }
    lines.sort();
    let list = lines.concat();
    ensure!(
        list.contains(MAIN_JAR),
        "the jar of the broker is not among those in {}",
        dir.display()
    );
    Ok(list)
}

/// Returns whether the file closes with the end record of a zip archive, which a cut-off one lacks.
fn ends_like_a_jar(path: &Path) -> anyhow::Result<bool> {
    const LONGEST_END_BYTES: u64 = 22 + 65_535;
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let size_bytes = file.metadata().context("cannot ask for a size")?.len();
    file.seek(SeekFrom::Start(
        size_bytes.saturating_sub(LONGEST_END_BYTES),
    ))
    .context("cannot seek in a jar")?;
    let mut end = Vec::new();
    file.read_to_end(&mut end).context("cannot read a jar")?;
    Ok(end.windows(4).any(|window| window == b"PK\x05\x06"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_or_cut_jar_makes_the_folder_incomplete() {
        let home = std::env::temp_dir().join(format!("xtask-jars-{}", std::process::id()));
        let jars = dir(&home);
        fs::create_dir_all(&jars).expect("the folder for temporary files can be written");
        let broker = jars.join("kafka_2.13-4.3.1.jar");
        let whole = [b"PK\x03\x04 content ".as_slice(), b"PK\x05\x06", &[0; 18]].concat();
        assert!(!are_complete(&home), "nothing was fetched");
        fs::write(&broker, &whole).expect("the folder can be written");
        let list = list_of(&jars).expect("one whole jar");
        fs::write(jars.join(LIST), list).expect("the folder can be written");
        assert!(are_complete(&home));
        fs::write(&broker, &whole[..10]).expect("the folder can be written");
        assert!(!are_complete(&home), "the jar is shorter than listed");
        assert!(!ends_like_a_jar(&broker).expect("it can be read"));
        fs::remove_file(&broker).expect("it was there");
        assert!(!are_complete(&home), "the jar is gone");
        fs::remove_dir_all(home).expect("it was made here");
    }
}
