#![doc = include_str!("../README.md")]
#![allow(unreachable_pub, reason = "a binary has no outside; pub marks what a module offers to the others")]

mod access;
mod app;
mod clock;
mod config;
mod registrations;
mod telemetry;

fn main() {}
