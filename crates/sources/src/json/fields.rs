//! Looking up fields by path, with errors that name the whole path.

use std::borrow::Cow;

use super::Value;
use crate::Error;

/// A value and its path from the document's root, such as `$.params.eventList[0].Data`.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'v> {
    value: &'v Value<'v>,
    path: Cow<'static, str>,
}

impl<'v> Fields<'v> {
    /// Takes the document itself.
    pub(crate) fn root(value: &'v Value<'v>) -> Self {
        Self {
            value,
            path: Cow::Borrowed("$"),
        }
    }

    /// Returns the value itself.
    pub(crate) fn value(&self) -> &'v Value<'v> {
        self.value
    }

    /// Returns the value at a path of keys and indexes such as `TrafficCar.DrivingDirection[0]`; `None` when it
    /// is not there or null. An index on what is no list is ignored: devices write one value without its list.
    pub(crate) fn at(&self, path: &str) -> Option<&'v Value<'v>> {
        // Most paths are one key: no need to look for steps and indexes.
        let found = if path.bytes().all(|byte| byte != b'.' && byte != b'[') {
            self.value.get(path)
        } else {
            self.at_steps(path)
        };
        found.filter(|found| **found != Value::Null)
    }

    fn at_steps(&self, path: &str) -> Option<&'v Value<'v>> {
        path.split('.').try_fold(self.value, |value, step| {
            let (key, index) = match step.bytes().position(|byte| byte == b'[') {
                Some(at) => (
                    &step[..at],
                    step[at + 1..].trim_end_matches(']').parse::<usize>().ok(),
                ),
                None => (step, None),
            };
            let value = value.get(key)?;
            match (value, index) {
                (Value::List(list), Some(index)) => list.get(index),
                _ => Some(value),
            }
        })
    }

    /// Returns the fields at a path, and `None` when they are not there or null.
    pub(crate) fn child(&self, path: &str) -> Option<Self> {
        self.at(path).map(|value| Self {
            value,
            path: Cow::Owned(self.path_of(path)),
        })
    }

    /// Returns each element of the list at `path` (`""` for this value) as fields; no list gives none.
    pub(crate) fn elements(&self, path: &str) -> Vec<Self> {
        let found = if path.is_empty() {
            Some(self.value)
        } else {
            self.at(path)
        };
        let Some(Value::List(list)) = found else {
            return Vec::new();
        };
        let path = if path.is_empty() {
            self.path.to_string()
        } else {
            self.path_of(path)
        };
        let element = |(index, value)| Self {
            value,
            path: Cow::Owned(format!("{path}[{index}]")),
        };
        list.iter().enumerate().map(element).collect()
    }

    /// Returns a string.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn string(&self, path: &str) -> Result<Option<&'v str>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(path, "a string", other)),
        }
    }

    /// Returns a string, or the text of a number: what devices exchange freely.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn text(&self, path: &str) -> Result<Option<Cow<'v, str>>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Signed(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Unsigned(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Float(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(other) => Err(self.wrong(path, "a string or a number", other)),
        }
    }

    /// Returns a number.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn number(&self, path: &str) -> Result<Option<f64>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Signed(number)) => Ok(Some(*number as f64)),
            Some(Value::Unsigned(number)) => Ok(Some(*number as f64)),
            Some(Value::Float(number)) => Ok(Some(*number)),
            Some(other) => Err(self.wrong(path, "a number", other)),
        }
    }

    /// Returns a whole number of 0 to 4,294,967,295.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn count(&self, path: &str) -> Result<Option<u32>, Error> {
        let expected = "a whole number of 0 to 4294967295";
        match self.at(path) {
            None => Ok(None),
            Some(Value::Signed(number)) => match u32::try_from(*number) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.error("json.type", path, &format!("must be {expected}"))),
            },
            Some(other) => Err(self.wrong(path, expected, other)),
        }
    }

    /// Returns a boolean.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn boolean(&self, path: &str) -> Result<Option<bool>, Error> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(self.wrong(path, "a boolean", other)),
        }
    }

    /// Returns a list of strings, empty when it is not there; one string counts as a list of one.
    ///
    /// # Errors
    /// `json.type` when there is something else; `json.list` above `most` elements.
    pub(crate) fn strings(&self, path: &str, most: usize) -> Result<Vec<&'v str>, Error> {
        let list = match self.at(path) {
            None => return Ok(Vec::new()),
            Some(Value::Text(text)) => return Ok(vec![text]),
            Some(Value::List(list)) => list,
            Some(other) => return Err(self.wrong(path, "a list of strings", other)),
        };
        if list.len() > most {
            return Err(self.error(
                "json.list",
                path,
                &format!("has {} elements, {most} at most", list.len()),
            ));
        }
        let string = |(index, value): (usize, &'v Value<'v>)| match value {
            Value::Text(text) => Ok(text.as_ref()),
            other => Err(self.wrong(&format!("{path}[{index}]"), "a string", other)),
        };
        list.iter().enumerate().map(string).collect()
    }

    /// Returns the names of the keys that are none of `known`, in the document's order.
    pub(crate) fn unknown_keys(&self, known: &[&str]) -> Vec<&'v str> {
        let Value::Map(entries) = self.value else {
            return Vec::new();
        };
        let names = entries.iter().map(|(name, _)| name.as_ref());
        names.filter(|name| !known.contains(name)).collect()
    }

    /// Returns an error about the field at `path`.
    pub(crate) fn error(&self, code: &'static str, path: &str, problem: &str) -> Error {
        Error::new(code, format!("{} {problem}", self.path_of(path)))
    }

    fn wrong(&self, path: &str, expected: &str, found: &Value<'_>) -> Error {
        self.error(
            "json.type",
            path,
            &format!("must be {expected}, not {}", found.kind()),
        )
    }

    fn path_of(&self, path: &str) -> String {
        if path.is_empty() {
            self.path.to_string()
        } else {
            format!("{}.{path}", self.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::text::Text;

    #[test]
    fn a_wrong_type_is_named_with_its_whole_path() {
        let value = parse(Text {
            text: r#"{"list":[{"a":{"b":[7]}}]}"#,
            offset: 0,
        })
        .expect("JSON");
        let root = Fields::root(&value);
        let first = root.elements("list").remove(0);
        let error = first.string("a.b[0]").expect_err("a number");
        assert_eq!(
            error.detail(),
            "$.list[0].a.b[0] must be a string, not a number"
        );
        assert_eq!(
            first
                .text("a.b[0]")
                .expect("a number has a text")
                .as_deref(),
            Some("7")
        );
        assert_eq!(first.string("a.missing").expect("not there"), None);
    }
}
