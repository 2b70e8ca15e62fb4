//! Whole-program tests, fault campaigns and browser tests.
