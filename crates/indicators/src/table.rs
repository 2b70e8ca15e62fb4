//! An answer as a table: CSV (RFC 4180), one row per group, figures rounded for display.
//!
//! A cell that a spreadsheet would run as a formula is neutralised with a leading apostrophe.

use crate::answer::{Answer, Distribution, Group};
use crate::rounding::rounded;
use crate::{Dimension, Exclusion};

/// Places after the point in a table.
const DECIMALS: usize = 2;

/// Returns the answer as CSV with a header row: definition, the key's dimensions, the figures, what was
/// left out, and the data behind it; lines end in CR LF. Empty cells are figures that do not exist or
/// are suppressed.
#[must_use]
pub fn to_csv(answer: &Answer) -> String {
    let dimensions = dimensions(answer);
    let counts: Vec<&str> = answer.total.counts.keys().copied().collect();
    let reasons = reasons(&answer.total);
    let percentiles: Vec<f64> = answer
        .groups
        .iter()
        .find_map(|group| group.distribution.as_ref())
        .map(|found| found.percentiles.iter().map(|one| one.p).collect())
        .unwrap_or_default();
    let mut text = String::new();
    let mut header: Vec<String> = ["indicator", "definition_version", "unit"]
        .map(str::to_owned)
        .to_vec();
    header.extend(
        dimensions
            .iter()
            .map(|dimension| dimension.code().to_owned()),
    );
    header.extend(["n", "value"].map(str::to_owned));
    header.extend(counts.iter().map(ToString::to_string));
    header.extend(["mean", "min", "max", "median", "sd"].map(str::to_owned));
    header.extend(percentiles.iter().map(|p| format!("p{p}")));
    header.push("suppressed".to_owned());
    header.extend(reasons.iter().map(|reason| format!("excluded_{reason}")));
    header.extend(["skewed", "open", "method", "data_as_of", "crossings"].map(str::to_owned));
    push_row(&mut text, header);
    for group in &answer.groups {
        let mut row = vec![
            answer.indicator.to_owned(),
            answer.definition_version.to_string(),
            answer.unit.to_owned(),
        ];
        row.extend(
            dimensions
                .iter()
                .map(|dimension| key_value(group, *dimension)),
        );
        row.push(group.n.to_string());
        row.push(shown(group.value));
        row.extend(counts.iter().map(|name| tally(group.counts.get(name))));
        row.extend(spread(group.distribution.as_ref()));
        row.extend(percentiles.iter().map(|p| percentile_of(group, *p)));
        row.push(group.suppressed.to_string());
        row.extend(reasons.iter().map(|name| tally(group.excluded.get(name))));
        row.push(group.skewed.to_string());
        row.push(group.open.to_string());
        row.push(answer.method.to_owned());
        row.push(
            answer
                .data_as_of
                .map(|at| at.to_string())
                .unwrap_or_default(),
        );
        row.push(group.crossings.clone());
        push_row(&mut text, row);
    }
    text
}

/// Returns the dimensions of the keys: a backlog's moment first, then those asked for.
fn dimensions(answer: &Answer) -> Vec<Dimension> {
    match answer.groups.first() {
        Some(group) => group.key.iter().map(|part| part.dimension).collect(),
        None => answer
            .parameters
            .get("by")
            .map(|by| by.split(',').filter_map(Dimension::from_code).collect())
            .unwrap_or_default(),
    }
}

/// Returns the reasons in the order in which they apply, then any other.
fn reasons(total: &Group) -> Vec<&'static str> {
    let known = Exclusion::ALL.iter().map(|reason| reason.code());
    let mut reasons: Vec<&'static str> = known
        .filter(|code| total.excluded.contains_key(code))
        .collect();
    for code in total.excluded.keys() {
        if !reasons.contains(code) {
            reasons.push(code);
        }
    }
    reasons
}

fn key_value(group: &Group, dimension: Dimension) -> String {
    group
        .key
        .iter()
        .find(|part| part.dimension == dimension)
        .map(|part| part.value.clone())
        .unwrap_or_default()
}

fn spread(distribution: Option<&Distribution>) -> [String; 5] {
    match distribution {
        None => Default::default(),
        Some(found) => [
            shown(Some(found.mean)),
            shown(Some(found.min)),
            shown(Some(found.max)),
            shown(found.median),
            shown(found.sd),
        ],
    }
}

fn percentile_of(group: &Group, p: f64) -> String {
    let found = group.distribution.as_ref().and_then(|distribution| {
        distribution
            .percentiles
            .iter()
            .find(|one| one.p == p)
            .and_then(|one| one.value)
    });
    shown(found)
}

fn shown(value: Option<f64>) -> String {
    value
        .map(|value| rounded(value, DECIMALS))
        .unwrap_or_default()
}

fn tally(count: Option<&u64>) -> String {
    count.map(ToString::to_string).unwrap_or_default()
}

fn push_row(text: &mut String, cells: Vec<String>) {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// Returns a cell for RFC 4180, harmless to a spreadsheet. A negative number stays a number.
fn escaped(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite) && !cell.starts_with('+');
    let safe = match is_formula && !is_number {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match safe.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", safe.replace('"', "\"\"")),
        false => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+84", "'+84"),
            ("@sum", "'@sum"),
            ("-a,b", "\"'-a,b\""),
            ("-2.50", "-2.50"),
            ("two\r\nlines", "\"two\r\nlines\""),
        ] {
            assert_eq!(escaped(cell), expected, "{cell:?}");
        }
    }
}
