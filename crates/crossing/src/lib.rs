#![doc = include_str!("../README.md")]

mod after_end;
mod anew;
mod assign;
mod board;
mod choose;
mod course;
mod describe;
mod family;
mod group;
mod latest;
mod link;
mod near;
mod next_start;
mod one;
mod reading;
mod rules;
mod standing;
mod visit;
mod visits;

pub use board::{Board, Changes, Placement};
pub use link::{Linked, link};
pub use rules::Rules;
