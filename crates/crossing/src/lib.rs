//! Links observations into crossings.
