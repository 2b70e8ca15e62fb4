//! The rules of the process loop, each through the public surface, on a real embedded log and SQLite.

mod batches;
mod events;
mod fence;
mod lanes;
mod log_identity;
mod message;
mod outcomes;
mod parts;
mod router;
mod router_crash;
mod suspects;
mod world;
