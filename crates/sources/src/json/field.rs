//! One field of an object and the types it may have, with errors that name its whole path.

use std::borrow::Cow;
use std::ops::Range;

use super::Value;
use super::fields::Fields;
use super::tape::Document;
use crate::Error;

/// What an object holds under a name or at a path, if anything.
#[derive(Clone, Copy)]
pub(crate) struct Field<'v> {
    document: &'v Document<'v>,
    /// Where the value is; 0, where the document itself is: there is none.
    place: usize,
}

impl<'v> Field<'v> {
    /// Takes the value at a place of the document; 0 says that there is none.
    #[inline(always)]
    pub(super) fn new(document: &'v Document<'v>, place: usize) -> Self {
        Self { document, place }
    }

    /// Returns the value with what it holds; `None` when it is not there or null.
    #[inline(always)]
    pub(crate) fn fields(self) -> Option<Fields<'v>> {
        self.value().map(|_| self.there())
    }

    /// Returns the value; `None` when it is not there or null.
    #[inline(always)]
    pub(crate) fn value(self) -> Option<Value<'v>> {
        if self.place == 0 {
            return None;
        }
        let value = self.document.value(self.place);
        (value != Value::Null).then_some(value)
    }

    #[inline(always)]
    fn there(self) -> Fields<'v> {
        Fields::new(self.document, self.place)
    }

    /// Returns the field of a name in the object that is here, if one is.
    pub(crate) fn field(self, name: &str) -> Self {
        let place = match self.place {
            0 => None,
            place => self.document.search(place, name),
        };
        Self::new(self.document, place.unwrap_or_default())
    }

    /// Returns a string.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(never)]
    pub(crate) fn string(self) -> Result<Option<&'v str>, Error> {
        if self.place == 0 {
            return Ok(None);
        }
        match self.document.text(self.place) {
            Some(text) => Ok(Some(text)),
            None => self.no_string(),
        }
    }

    /// Returns a string, an empty one when it is not there: for fields in which both say the same.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    #[inline(never)]
    pub(crate) fn string_or_empty(self) -> Result<&'v str, Error> {
        if self.place == 0 {
            return Ok("");
        }
        match self.document.text(self.place) {
            Some(text) => Ok(text),
            None => self.no_string().map(Option::unwrap_or_default),
        }
    }

    #[cold]
    fn no_string(self) -> Result<Option<&'v str>, Error> {
        match self.value() {
            None => Ok(None),
            Some(other) => Err(self.wrong("a string", other)),
        }
    }

    /// Returns a string, or the text of a number: what devices exchange freely.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn text(self) -> Result<Option<Cow<'v, str>>, Error> {
        match self.value() {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Signed(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Unsigned(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Float(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(other) => Err(self.wrong("a string or a number", other)),
        }
    }

    /// Returns a number.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn number(self) -> Result<Option<f64>, Error> {
        match self.value() {
            None => Ok(None),
            Some(Value::Signed(number)) => Ok(Some(number as f64)),
            Some(Value::Unsigned(number)) => Ok(Some(number as f64)),
            Some(Value::Float(number)) => Ok(Some(number)),
            Some(other) => Err(self.wrong("a number", other)),
        }
    }

    /// Returns a whole number of 0 to 4,294,967,295.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn count(self) -> Result<Option<u32>, Error> {
        let expected = "a whole number of 0 to 4294967295";
        match self.value() {
            None => Ok(None),
            Some(Value::Signed(number)) => match u32::try_from(number) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.error("json.type", &format!("must be {expected}"))),
            },
            Some(other) => Err(self.wrong(expected, other)),
        }
    }

    /// Returns a boolean.
    ///
    /// # Errors
    /// `json.type` when there is something else.
    pub(crate) fn boolean(self) -> Result<Option<bool>, Error> {
        match self.value() {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(self.wrong("a boolean", other)),
        }
    }

    /// Returns the strings of a list, none when it is not there; one string counts as a list of one.
    ///
    /// # Errors
    /// `json.type` when there is something else; `json.list` above `most` elements.
    pub(crate) fn strings(self, most: usize) -> Result<Strings<'v>, Error> {
        let places = match self.value() {
            None => 0..0,
            Some(Value::Text(_)) => self.place..self.place + 1,
            Some(Value::List) => self
                .document
                .strings(self.place)
                .filter(|places| places.len() <= most)
                .ok_or_else(|| self.no_strings(most))?,
            Some(other) => return Err(self.wrong("a list of strings", other)),
        };
        Ok(Strings {
            document: self.document,
            places,
        })
    }

    /// Says why the elements of this list are not so many strings at most.
    #[cold]
    fn no_strings(self, most: usize) -> Error {
        let list = self.there().held();
        let is_other = |element: &Fields<'_>| !matches!(element.value(), Value::Text(_));
        if let Some(element) = list.take(most).find(is_other) {
            let problem = format!("must be a string, not {}", element.value().kind());
            return element.error("json.type", "", &problem);
        }
        let count = list.count();
        self.error(
            "json.list",
            &format!("has {count} elements, {most} at most"),
        )
    }

    /// Returns an error about what is there.
    #[cold]
    pub(crate) fn error(self, code: &'static str, problem: &str) -> Error {
        self.there().error(code, "", problem)
    }

    #[cold]
    fn wrong(self, expected: &str, found: Value<'_>) -> Error {
        let problem = format!("must be {expected}, not {}", found.kind());
        self.error("json.type", &problem)
    }
}

/// The strings of a list, in its order.
#[derive(Clone)]
pub(crate) struct Strings<'v> {
    document: &'v Document<'v>,
    places: Range<usize>,
}

impl<'v> Iterator for Strings<'v> {
    type Item = &'v str;

    #[inline]
    fn next(&mut self) -> Option<&'v str> {
        self.document.text(self.places.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use crate::json::{named, parse};
    use crate::text::Text;

    #[test]
    fn fields_asked_for_together_are_found_in_any_order_and_others_left() {
        for (text, expected, unasked) in [
            (
                r#"{"plate":"a","plate_text":"b","plate_texts":"c","lane":"d"}"#,
                ["a", "b", "c", "d"],
                "",
            ),
            (
                r#"{"lane":"d","plate_texts":"c","plate_teXt":"x","plate":"a"}"#,
                ["a", "", "c", "d"],
                "plate_teXt",
            ),
            (
                r#"{"":"x","lane":{"plate":"y"},"plate_text":null}"#,
                ["", "", "", "not"],
                "",
            ),
            (r#"["plate"]"#, [""; 4], ""),
            ("7", [""; 4], ""),
        ] {
            let document = parse(Text { text, offset: 0 }).expect("JSON");
            let root = document.root();
            named!(
                root,
                "plate" => plate,
                "plate_text" => text_of_it,
                "plate_texts" => texts_of_it,
                "lane" => lane,
            );
            let found = [plate, text_of_it, texts_of_it, lane]
                .map(|field| field.string_or_empty().unwrap_or("not"));
            assert_eq!(found, expected, "{text}");
            let others: Vec<&str> = root
                .unasked_keys()
                .filter(|name| !name.is_empty())
                .collect();
            assert_eq!(others.join(","), unasked, "{text}");
        }
    }
}
