//! An answer as CSV: the whole first, then a row per group, figures unrounded.

use std::collections::BTreeSet;

use bordergate_indicators::{Answer, Group};

/// Returns the answer as CSV with a head line.
///
/// Columns: what it is (`indicator`, `definition_version`, `unit`, `data_as_of`), `row` (`total` or
/// `group`), a column per dimension of `by`, then `n`, `value`, each count, each exclusion, `skewed`,
/// `open`, `suppressed`, the distribution, each percentile. Empty: none, or withheld.
#[must_use]
pub fn answer(answer: &Answer) -> String {
    let columns = Columns::of(answer);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: Vec<String>| writer.write_record(row).expect("every row has the head's columns");
    write(columns.head());
    write(columns.row(answer, "total", &answer.total));
    for group in &answer.groups {
        if !group.key.is_empty() {
            write(columns.row(answer, "group", group));
        }
    }
    let bytes = writer.into_inner().expect("writing into memory does not fail");
    String::from_utf8(bytes).expect("every field is UTF-8")
}

/// The columns that differ from answer to answer.
struct Columns {
    dimensions: Vec<&'static str>,
    counts: Vec<&'static str>,
    excluded: Vec<&'static str>,
    percentiles: Vec<f64>,
}

impl Columns {
    fn of(answer: &Answer) -> Self {
        let all = || std::iter::once(&answer.total).chain(&answer.groups);
        let names = |names: BTreeSet<&'static str>| names.into_iter().collect();
        let mut dimensions: Vec<&'static str> = Vec::new();
        for part in all().flat_map(|group| &group.key) {
            if !dimensions.contains(&part.dimension.code()) {
                dimensions.push(part.dimension.code());
            }
        }
        let mut percentiles: Vec<f64> =
            all().filter_map(|group| group.distribution.as_ref()).flat_map(|d| &d.percentiles).map(|p| p.p).collect();
        percentiles.sort_by(f64::total_cmp);
        percentiles.dedup();
        Self {
            dimensions,
            counts: names(all().flat_map(|group| group.counts.keys().copied()).collect()),
            excluded: names(all().flat_map(|group| group.excluded.keys().copied()).collect()),
            percentiles,
        }
    }

    fn head(&self) -> Vec<String> {
        let mut head: Vec<String> = ["indicator", "definition_version", "unit", "data_as_of", "row"].map(str::to_owned).into();
        head.extend(self.dimensions.iter().map(ToString::to_string));
        head.extend(["n", "value"].map(str::to_owned));
        head.extend(self.counts.iter().map(|name| format!("count_{name}")));
        head.extend(self.excluded.iter().map(|name| format!("excluded_{name}")));
        head.extend(["skewed", "open", "suppressed", "mean", "median", "sd", "min", "max"].map(str::to_owned));
        head.extend(self.percentiles.iter().map(|p| format!("p{p}")));
        head.push("crossings".to_owned());
        head
    }

    fn row(&self, answer: &Answer, kind: &str, group: &Group) -> Vec<String> {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let count = |map: &std::collections::BTreeMap<&'static str, u64>, name| {
            map.get(name).map(u64::to_string).unwrap_or_default()
        };
        let distribution = group.distribution.as_ref();
        let mut row = vec![
            answer.indicator.to_owned(),
            answer.definition_version.to_string(),
            answer.unit.to_owned(),
            answer.data_as_of.map(|at| at.to_string()).unwrap_or_default(),
            kind.to_owned(),
        ];
        row.extend(self.dimensions.iter().map(|name| {
            let part = group.key.iter().find(|part| part.dimension.code() == *name);
            part.map(|part| part.value.clone()).unwrap_or_default()
        }));
        row.extend([group.n.to_string(), number(group.value)]);
        row.extend(self.counts.iter().map(|name| count(&group.counts, name)));
        row.extend(self.excluded.iter().map(|name| count(&group.excluded, name)));
        row.extend([group.skewed.to_string(), group.open.to_string(), group.suppressed.to_string()]);
        row.extend([
            number(distribution.map(|d| d.mean)),
            number(distribution.and_then(|d| d.median)),
            number(distribution.and_then(|d| d.sd)),
            number(distribution.map(|d| d.min)),
            number(distribution.map(|d| d.max)),
        ]);
        row.extend(self.percentiles.iter().map(|p| {
            let found = distribution.and_then(|d| d.percentiles.iter().find(|percentile| percentile.p == *p));
            number(found.and_then(|percentile| percentile.value))
        }));
        row.push(group.crossings.clone());
        row
    }
}
