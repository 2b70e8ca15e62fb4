//! `cargo xtask new-format NAME`: lays out the files of a new sensor format.
//!
//! The reader starts as a copy of one that exists, under the new name: what it must provide is then what compiles
//! today. The registry is left to the author, with the lines shown that name the copied format.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

use crate::workspace::Workspace;

/// The new format.
#[derive(Args)]
pub struct Options {
    /// Name as registrations write it: lower case, words joined by hyphens, such as `axis-lpv`
    name: String,
    /// The format whose reader is the most alike, copied to start from
    #[arg(long, default_value = "weighbridge-json")]
    like: String,
}

/// Makes the files and says what is left to do; returns whether they were made.
///
/// # Errors
/// When the name is not one or is taken, or there is no reader of the other format.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let made = lay_out(
        &workspace.workspace_root.join("crates/sources"),
        &options.name,
        &options.like,
    )?;
    for path in &made.files {
        println!("made {}", path.display());
    }
    println!(
        "now add `{}` where `{}` is named:",
        options.name, options.like
    );
    for line in &made.mentions {
        println!("    {line}");
    }
    println!(
        "then put samples beside the README, write down there where their shape comes from, and rewrite the reader"
    );
    Ok(true)
}

/// What was made, and where the copied format is named elsewhere.
struct Made {
    files: Vec<PathBuf>,
    mentions: Vec<String>,
}

fn lay_out(crate_dir: &Path, name: &str, like: &str) -> anyhow::Result<Made> {
    ensure!(
        is_format_name(name),
        "{name:?} is not lower-case words joined by hyphens"
    );
    let formats = crate_dir.join("src/formats");
    let (original, reader) = (
        formats.join(module_name(like) + ".rs"),
        formats.join(module_name(name) + ".rs"),
    );
    let readme = crate_dir.join("samples").join(name).join("README.md");
    for path in [&reader, &readme] {
        ensure!(!path.exists(), "{} exists", path.display());
    }
    let text = fs::read_to_string(&original)
        .with_context(|| format!("no reader to start from: {}", original.display()))?;
    let folder = readme.parent().expect("the README lies in a folder");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(&readme, readme_text(name))
        .with_context(|| format!("cannot write {}", readme.display()))?;
    fs::write(&reader, renamed(&text, like, name))
        .with_context(|| format!("cannot write {}", reader.display()))?;
    let mentions = mentions(&crate_dir.join("src"), like, &original)?;
    Ok(Made {
        files: vec![reader, readme],
        mentions,
    })
}

fn is_format_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

fn module_name(format: &str) -> String {
    format.replace('-', "_")
}

/// Returns the name as a type bears it, such as `AxisLpv`.
fn type_name(format: &str) -> String {
    format
        .split('-')
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect()
}

/// Returns the text with the name exchanged in each of its three spellings.
fn renamed(text: &str, from: &str, to: &str) -> String {
    text.replace(from, to)
        .replace(&module_name(from), &module_name(to))
        .replace(&type_name(from), &type_name(to))
}

/// Returns each line of the sources that names the format in one of its spellings, as `path:line: text`.
fn mentions(folder: &Path, format: &str, except: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(mentions(&path, format, except)?);
        } else if path != except && path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let spellings = [format.to_owned(), module_name(format), type_name(format)];
            let lines = text
                .lines()
                .enumerate()
                .filter(|(_, line)| spellings.iter().any(|spelling| line.contains(spelling)));
            found.extend(
                lines.map(|(index, line)| {
                    format!("{}:{}: {}", path.display(), index + 1, line.trim())
                }),
            );
        }
    }
    Ok(found)
}

fn readme_text(name: &str) -> String {
    format!(
        "# Samples of `{name}`\n\n\
         Each sample is written by us from the documents named here; none was captured unless its line says so.\n\
         A sample is never edited: a new version of the format is a new folder.\n\n\
         | file | shape comes from | shows |\n|---|---|---|\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources_with_one_format(test: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("xtask-format-{test}-{}", std::process::id()));
        fs::create_dir_all(dir.join("src/formats"))
            .expect("the folder for temporary files can be written");
        fs::write(
            dir.join("src/formats/scale_json.rs"),
            "//! Reads `scale-json`.\npub struct ScaleJson;\n",
        )
        .expect("it was made");
        fs::write(
            dir.join("src/registry.rs"),
            "use a;\n    (\"scale-json\", formats::scale_json::read),\n",
        )
        .expect("it was made");
        dir
    }

    #[test]
    fn a_new_reader_starts_as_a_copy_under_its_own_name_and_the_registry_line_is_shown() {
        let dir = sources_with_one_format("copy");
        let made = lay_out(&dir, "axis-lpv", "scale-json").expect("both names are right");
        let reader = fs::read_to_string(dir.join("src/formats/axis_lpv.rs")).expect("it was made");
        assert_eq!(reader, "//! Reads `axis-lpv`.\npub struct AxisLpv;\n");
        assert!(dir.join("samples/axis-lpv/README.md").is_file());
        assert_eq!(made.mentions.len(), 1);
        assert!(
            made.mentions[0]
                .ends_with("registry.rs:2: (\"scale-json\", formats::scale_json::read),"),
            "{:?}",
            made.mentions
        );
        assert!(
            lay_out(&dir, "axis-lpv", "scale-json").is_err(),
            "nothing is overwritten"
        );
        fs::remove_dir_all(dir).expect("it was made here");
    }

    #[test]
    fn nothing_is_made_for_a_wrong_name_or_an_unknown_original() {
        let dir = sources_with_one_format("wrong");
        for (name, like) in [
            ("Axis", "scale-json"),
            ("axis_lpv", "scale-json"),
            ("7seg", "scale-json"),
            ("a--b", "scale-json"),
            ("a-b", "nope"),
        ] {
            assert!(lay_out(&dir, name, like).is_err(), "{name} like {like}");
        }
        assert!(!dir.join("samples").exists());
        fs::remove_dir_all(dir).expect("it was made here");
    }
}
