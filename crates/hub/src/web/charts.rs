//! Data of a bar chart, as `assets/app.js` draws it; the same figures stand in a table beside it.

use serde::Serialize;

/// Bars side by side along one axis; later series are drawn over earlier ones.
#[derive(Debug, Serialize)]
pub struct Bars {
    /// One label per bar.
    pub labels: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
}

/// One series of bars.
#[derive(Debug, Serialize)]
pub struct Series {
    /// The style sheet's name for its colour: `export`, `import`, `median` or `p95`.
    pub colour: &'static str,
    /// One height per label; `null`: no bar.
    pub heights: Vec<Option<f64>>,
}

impl Bars {
    /// Returns the data as the text of an attribute.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("labels and finite heights")
    }
}
