#![doc = include_str!("../README.md")]

mod assign;
mod board;
mod describe;
mod family;
mod group;
mod link;
mod near;
mod reading;
mod rules;
mod standing;
mod visit;

pub use board::{Board, Changes, Placement};
pub use link::{Linked, link};
pub use rules::Rules;
