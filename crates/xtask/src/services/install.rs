//! Installs Debian packages, printing each command before it runs.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use super::needs::{Privilege, install_commands};
use crate::environment::find_program;

/// Installs the packages; what could not be had is found out by looking again.
///
/// When apt refuses the lot, each package is tried alone, so that one that is not to be had costs only itself.
pub fn packages(packages: &[&str]) {
    let privilege = privilege();
    if find_program("apt-get").is_none() {
        eprintln!(
            "cannot install {}: there is no apt-get here",
            packages.join(" ")
        );
        return;
    }
    let commands = install_commands(packages, privilege);
    if commands.is_empty() {
        eprintln!(
            "cannot install {}: not root, and there is no sudo",
            packages.join(" ")
        );
        return;
    }
    let results: Vec<bool> = commands.iter().map(|words| run(words)).collect();
    if results.last() == Some(&false) && packages.len() > 1 {
        for package in packages {
            if let Some(words) = install_commands(&[package], privilege).last() {
                run(words);
            }
        }
    }
}

/// Returns whether this user is root; the services that refuse root need to know.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn privilege() -> Privilege {
    if is_root() {
        Privilege::Root
    } else if find_program("sudo").is_some() {
        Privilege::Sudo
    } else {
        Privilege::None
    }
}

fn run(words: &[String]) -> bool {
    println!("+ {}", words.join(" "));
    let (program, arguments) = words.split_first().expect("a command has a first word");
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .status()
        .is_ok_and(|status| status.success())
}
