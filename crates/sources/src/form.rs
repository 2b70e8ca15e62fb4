//! Forms sent as `application/x-www-form-urlencoded`: some senders put their JSON into a field of one.
//!
//! Only a declared form that does not start as JSON is one: simple clients declare a form whatever they send. Where
//! nothing is declared, a body that begins with the field itself is one too.

use std::borrow::Cow;

const FORM: &str = "application/x-www-form-urlencoded";

/// Tells whether a content type is that of a form.
pub(crate) fn is_declared(content_type: &str) -> bool {
    let declared = content_type.split(';').next().unwrap_or_default();
    declared.trim().eq_ignore_ascii_case(FORM)
}

/// Returns the first field called `name`, decoded; `None` when the body is no form or has no such field.
///
/// Bytes that are no UTF-8 become replacement characters, as the standard for forms demands (URL Standard, 5.1).
pub(crate) fn field<'a>(content_type: &str, body: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let starts_as_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let starts_as_field = || {
        let rest = body.trim_ascii_start().strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"="))
    };
    let is_form = is_declared(content_type) || (content_type.is_empty() && starts_as_field());
    if !is_form || starts_as_json {
        return None;
    }
    let mut fields = form_urlencoded::parse(body.trim_ascii());
    fields.find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_declared_form_that_is_no_json_has_fields() {
        for (content_type, body, expected) in [
            (FORM, "a=1&json=%7B%22b%22%3A+1%7D", Some("{\"b\": 1}")),
            (
                "Application/X-WWW-Form-URLencoded; charset=utf-8",
                "json=%E6%A1%82\r\n",
                Some("桂"),
            ),
            (FORM, "{\"json=\": 1}", None),
            (FORM, "other=1", None),
            ("", "json=%7B%7D", Some("{}")),
            ("", "jsonx=1&json=1", None),
            ("application/json", "json=1", None),
        ] {
            let field = field(content_type, body.as_bytes(), "json");
            assert_eq!(field.as_deref(), expected, "{content_type} {body}");
        }
    }
}
