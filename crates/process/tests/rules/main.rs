//! The rules of the process loop, each through the public surface, on a real embedded log and SQLite.

mod assigned;
mod batches;
mod events;
mod fence;
mod lanes;
mod log_identity;
mod message;
mod outcomes;
mod parts;
mod parts_given_up;
mod parts_week;
mod province;
mod router;
mod router_crash;
mod router_parts;
mod router_waiting;
mod suspects;
mod world;
