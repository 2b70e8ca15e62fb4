//! Tools of other people, run to their end.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// Returns whether a tool can be run, or says that the test is skipped.
pub(crate) fn has_or_skip(program: &str, question: &[&str]) -> bool {
    let has = printed(Command::new(program).args(question)).is_ok();
    if !has {
        println!("skipped: {program} is not there");
    }
    has
}

/// Returns what a command printed; it must succeed.
pub(crate) fn printed(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {complaint}");
    Ok(output.stdout)
}

/// Returns the text that a program printed with these arguments; it must succeed.
pub(crate) fn printed_of(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    Ok(String::from_utf8(printed(
        Command::new(program).args(arguments),
    )?)?)
}
