//! The lines of `crates/sources/README.md`, typed at a running hub as they stand there: one for each format registers a
//! source and sends it a sample, of which the hub then tells what it read.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the test says that it is skipped.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bordergate_sources::formats;
use bordergate_tests::{Place, of_repository, program_or_skip, until};
use serde_json::Value;

const README: &str = "crates/sources/README.md";
/// Longest wait for a record to be processed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Returns each line that registers a source, by its format.
fn lines() -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(of_repository(README))?;
    let lines = text
        .lines()
        .filter(|line| line.starts_with("bordergate sources add"));
    let named = lines.map(|line| {
        let mut words = line
            .split(' ')
            .skip_while(|word| *word != "--format")
            .skip(1);
        let format = words
            .next()
            .with_context(|| format!("no format in {line}"))?;
        Ok((format.to_owned(), line.to_owned()))
    });
    named.collect()
}

/// Types a line at the top of the repository, the program being found by its name, and returns what it printed.
fn typed(line: &str, program: &Path, place: &Place) -> anyhow::Result<String> {
    let folder = program.parent().context("the program lies in a folder")?;
    let mut shell = Command::new("sh");
    shell.current_dir(of_repository("."));
    shell.args(["-c", "PATH=\"$0:$PATH\"; eval \"$1\""]);
    shell.arg(folder).arg(line);
    shell.env("BORDERGATE__DATA__DIR", place.data_dir());
    let output = shell.output()?;
    if !output.status.success() {
        bail!("{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn every_format_has_a_line_and_no_line_is_left_over() -> anyhow::Result<()> {
    let mut names: Vec<&str> = formats().iter().map(|format| format.name).collect();
    names.sort_unstable();
    ensure!(lines()?.keys().eq(&names), "lines and formats differ");
    Ok(())
}

#[tokio::test]
async fn every_line_of_the_readme_registers_a_source_and_has_its_sample_read() -> anyhow::Result<()>
{
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    place.seed("seeds/reference").await?;
    let _hub = place.serve().await?;
    for (format, line) in lines()? {
        let printed = typed(&line, &program, &place)?;
        let receipt: Value = serde_json::from_str(printed.lines().last().unwrap_or_default())
            .with_context(|| format!("{format}: {printed}"))?;
        let record_id = receipt["record_id"].as_str().context("no record id")?;
        let path = format!("/v1/records/{record_id}");
        until("the record is processed", PATIENCE, async || {
            Ok(place.get(&path).await.is_ok())
        })
        .await?;
        let record: Value = serde_json::from_str(&place.get(&path).await?)?;
        let read = &record["appearances"][0];
        ensure!(read["outcome"] == "observed", "{format}: {record}");
        let readings = read["observations"].as_array().context("no readings")?;
        ensure!(!readings.is_empty(), "{format}: {record}");
    }
    Ok(())
}
