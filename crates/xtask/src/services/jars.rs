//! The published jars of servers that tests need, fetched once by Maven and kept.
//!
//! They are fetched into a folder of another name, listed with their sizes, and renamed: a fetch that was cut off
//! leaves nothing that looks whole, and a jar that was lost or cut later is noticed by the list.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use super::tools::Tools;

/// Names of the files and their sizes, one a line, written last.
const LIST: &str = "jars.list";

/// The jars of one server.
pub struct Jars {
    /// What it is, for a person.
    pub name: &'static str,
    /// Its folder among the services.
    folder: &'static str,
    /// Its version; another one is another folder.
    version: &'static str,
    /// How the name of its own jar begins, without which the folder is not the server's.
    main_jar: &'static str,
    /// Group, artifact and version of what Maven is asked for.
    artifacts: &'static [(&'static str, &'static str, &'static str)],
    /// Groups of libraries that come with them and are not needed.
    left_out: &'static [&'static str],
}

/// The broker, and its tools.
pub const KAFKA: Jars = Jars {
    name: "Kafka",
    folder: "kafka",
    version: "4.3.1",
    main_jar: "kafka_2.13-",
    artifacts: &[
        ("org.apache.kafka", "kafka_2.13", "4.3.1"),
        ("org.apache.kafka", "kafka-tools", "4.3.1"),
        ("org.slf4j", "slf4j-simple", "1.7.36"),
    ],
    left_out: &[],
};

/// A server that speaks S3 and keeps its objects in a folder. It is left without the clients of the clouds that it could
/// stand before: half of its size.
pub const S3PROXY: Jars = Jars {
    name: "S3Proxy",
    folder: "s3proxy",
    version: "4.1.0",
    main_jar: "s3proxy-",
    artifacts: &[
        ("org.gaul", "s3proxy", "4.1.0"),
        ("org.slf4j", "slf4j-simple", "2.0.18"),
    ],
    left_out: &[
        "ch.qos.logback",
        "com.azure",
        "com.github.openstack4j.core",
        "com.github.openstack4j.core.connectors",
        "com.google.cloud",
        "com.google.protobuf",
        "io.grpc",
        "io.opentelemetry.contrib",
        "org.apache.sshd",
    ],
};

/// Every server whose jars are fetched.
pub const ALL: [&Jars; 2] = [&KAFKA, &S3PROXY];

impl Jars {
    /// Returns the folder of the jars.
    pub fn dir(&self, home: &Path) -> PathBuf {
        home.join(self.folder).join(format!("lib-{}", self.version))
    }

    /// Returns whether every jar is there as it was fetched.
    pub fn are_complete(&self, home: &Path) -> bool {
        let dir = self.dir(home);
        fs::read_to_string(dir.join(LIST)).is_ok_and(|list| {
            list.contains(self.main_jar)
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
    pub fn ensure_fetched(&self, home: &Path, tools: &Tools) -> anyhow::Result<()> {
        if self.are_complete(home) {
            return Ok(());
        }
        let name = self.name;
        let maven = tools.maven.as_ref().with_context(|| {
            format!("the jars of {name} are not fetched, and Maven (mvn) is lacking")
        })?;
        let folder = home.join(self.folder);
        let (whole, partial) = (self.dir(home), folder.join("fetching"));
        for leftover in [&whole, &partial] {
            if leftover.exists() {
                fs::remove_dir_all(leftover)
                    .with_context(|| format!("cannot discard {}", leftover.display()))?;
            }
        }
        fs::create_dir_all(&partial)
            .with_context(|| format!("cannot make {}", partial.display()))?;
        let pom = folder.join("pom.xml");
        fs::write(&pom, self.pom()).with_context(|| format!("cannot write {}", pom.display()))?;
        println!("fetching the jars of {name} {} with Maven", self.version);
        let output = Command::new(maven)
            .args(["-q", "-B", "-f"])
            .arg(&pom)
            .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
            .arg(format!("-DoutputDirectory={}", partial.display()))
            .output()
            .context("cannot run mvn")?;
        if !output.status.success() {
            bail!(
                "mvn could not fetch the jars of {name}:\n{}",
                String::from_utf8_lossy(&output.stdout).trim()
            );
        }
        let list = self.list_of(&partial)?;
        fs::write(partial.join(LIST), list).context("cannot list the jars")?;
        fs::rename(&partial, &whole)
            .with_context(|| format!("cannot move the jars to {}", whole.display()))?;
        ensure!(
            self.are_complete(home),
            "the jars in {} are not whole",
            whole.display()
        );
        Ok(())
    }

    fn pom(&self) -> String {
        let exclusion = |group: &&str| {
            format!("<exclusion><groupId>{group}</groupId><artifactId>*</artifactId></exclusion>")
        };
        let exclusions: String = self.left_out.iter().map(exclusion).collect();
        let dependency = |(group, artifact, version): &(&str, &str, &str)| {
            format!(
                "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>\
                 <exclusions>{exclusions}</exclusions></dependency>\n"
            )
        };
        let dependencies: String = self.artifacts.iter().map(dependency).collect();
        format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
             <groupId>bordergate</groupId><artifactId>{}-jars</artifactId><version>1</version><packaging>pom</packaging>\n  \
             <dependencies>\n{dependencies}  </dependencies>\n  <build><plugins><plugin><groupId>org.apache.maven.plugins</groupId>\
             <artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version></plugin></plugins></build>\n</project>\n",
            self.folder
        )
    }

    /// Returns the list of the folder's jars.
    fn list_of(&self, dir: &Path) -> anyhow::Result<String> {
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
            list.contains(self.main_jar),
            "the jar of {} is not among those in {}",
            self.name,
            dir.display()
        );
        Ok(list)
    }
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
        let jars = KAFKA.dir(&home);
        fs::create_dir_all(&jars).expect("the folder for temporary files can be written");
        let broker = jars.join("kafka_2.13-4.3.1.jar");
        let whole = [b"PK\x03\x04 content ".as_slice(), b"PK\x05\x06", &[0; 18]].concat();
        assert!(!KAFKA.are_complete(&home), "nothing was fetched");
        fs::write(&broker, &whole).expect("the folder can be written");
        let list = KAFKA.list_of(&jars).expect("one whole jar");
        fs::write(jars.join(LIST), list).expect("the folder can be written");
        assert!(KAFKA.are_complete(&home));
        fs::write(&broker, &whole[..10]).expect("the folder can be written");
        assert!(!KAFKA.are_complete(&home), "the jar is shorter than listed");
        assert!(!ends_like_a_jar(&broker).expect("it can be read"));
        fs::remove_file(&broker).expect("it was there");
        assert!(!KAFKA.are_complete(&home), "the jar is gone");
        fs::remove_dir_all(home).expect("it was made here");
    }
}
