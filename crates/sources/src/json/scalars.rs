//! Scalars of vendors who do not agree on types: one field is a string in one firmware and a number in the next.

use std::borrow::Cow;

use super::{Field, Fields, Value};
use crate::text::trimmed;

impl<'v> Field<'v> {
    /// Returns the trimmed text of a string, number or boolean; `None` when it is blank, not there or of another type.
    pub(crate) fn scalar(self) -> Option<Cow<'v, str>> {
        let text = match self.value()? {
            Value::Text(text) => Cow::Borrowed(trimmed(text)),
            Value::Signed(number) => Cow::Owned(number.to_string()),
            Value::Unsigned(number) => Cow::Owned(number.to_string()),
            Value::Float(number) => Cow::Owned(number.to_string()),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Null | Value::List | Value::Map => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Returns a finite number, also from a text; `None` as [`Self::scalar`] and when it is no number.
    pub(crate) fn figure(self) -> Option<f64> {
        let number = match self.value()? {
            Value::Text(text) => trimmed(text).parse().ok()?,
            Value::Signed(number) => number as f64,
            Value::Unsigned(number) => number as f64,
            Value::Float(number) => number,
            Value::Null | Value::Bool(_) | Value::List | Value::Map => return None,
        };
        f64::is_finite(number).then_some(number)
    }

    /// Gives the text of the scalar, not trimmed, to `take` if there is one; a whole number's without heap.
    pub(crate) fn scalar_to(self, take: impl FnOnce(&str)) {
        match self.value() {
            Some(Value::Text(text)) => take(text),
            Some(Value::Signed(number)) => take(itoa::Buffer::new().format(number)),
            _ => {
                if let Some(text) = self.scalar() {
                    take(&text);
                }
            }
        }
    }
}

impl<'v> Fields<'v> {
    /// Returns the scalar at a path; `None` as [`Field::scalar`].
    #[inline(always)]
    pub(crate) fn scalar(&self, path: &str) -> Option<Cow<'v, str>> {
        self.field(path).scalar()
    }

    /// Returns the first of several paths that holds a scalar.
    pub(crate) fn first_scalar(&self, paths: &[&str]) -> Option<Cow<'v, str>> {
        paths.iter().find_map(|path| self.scalar(path))
    }

    /// Returns a finite number; `None` as [`Field::figure`].
    pub(crate) fn figure(&self, path: &str) -> Option<f64> {
        self.field(path).figure()
    }

    /// Returns how many elements the list at `path` has; 0 when there is no list.
    pub(crate) fn length(&self, path: &str) -> usize {
        self.elements(path).count()
    }

    /// Tells whether this value is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.value() == Value::Map
    }
}

#[cfg(test)]
mod tests {
    use crate::json::parse;
    use crate::text::Text;

    #[test]
    fn strings_numbers_and_booleans_are_one() {
        let text = r#"{"a":" 7 ","b":7,"c":0.5,"d":true,"e":"","f":[],"g":"NaN"}"#;
        let document = parse(Text { text, offset: 0 }).expect("JSON");
        let root = document.root();
        for (path, expected) in [
            ("a", Some("7")),
            ("b", Some("7")),
            ("c", Some("0.5")),
            ("d", Some("true")),
            ("e", None),
            ("f", None),
            ("missing", None),
        ] {
            assert_eq!(root.scalar(path).as_deref(), expected, "{path}");
        }
        assert_eq!((root.figure("a"), root.figure("g")), (Some(7.0), None));
    }
}
