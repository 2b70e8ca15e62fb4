//! One request as the service reads it: SOAP 1.1 to the letter, else refused.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use axum::http::HeaderMap;
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SERVICE: &str = "http://tempuri.org/";
const OPERATION: &str = "QueryBangKeDanhSachContainer";

/// A question that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// When it came.
    pub(crate) at: Instant,
    /// `TK_ID`.
    pub(crate) declaration: String,
    /// The other parameters, by name.
    pub(crate) more: BTreeMap<String, String>,
    /// The header `Authorization`.
    pub(crate) authorization: Option<String>,
    /// Whether it was answered.
    pub(crate) was_told: bool,
}

/// Reads a request.
pub(crate) fn read(at: Instant, headers: &HeaderMap, body: &[u8]) -> anyhow::Result<Asked> {
    let action = words(headers, "soapaction")?;
    ensure!(action == format!("\"{SERVICE}{OPERATION}\""), "{action}");
    let content_type = words(headers, "content-type")?;
    ensure!(content_type == "text/xml; charset=utf-8", "{content_type}");
    let mut parameters = parameters(std::str::from_utf8(body)?)?;
    let authorization = headers.get("authorization");
    Ok(Asked {
        at,
        declaration: parameters.remove("TK_ID").context("no TK_ID")?,
        more: parameters,
        authorization: authorization
            .map(|value| Ok::<_, anyhow::Error>(value.to_str()?.to_owned()))
            .transpose()?,
        was_told: false,
    })
}

/// Returns the parameters of the operation, each name in its namespace and at its place.
fn parameters(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    const PATH: [(&str, &str); 3] = [
        (ENVELOPE, "Envelope"),
        (ENVELOPE, "Body"),
        (SERVICE, OPERATION),
    ];
    let mut reader = NsReader::from_str(text);
    let mut path: Vec<String> = Vec::new();
    let mut found = BTreeMap::new();
    loop {
        let (namespace, event) = reader.read_resolved_event()?;
        match event {
            Event::Start(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                let (wanted, wanted_name) = *PATH.get(path.len()).unwrap_or(&(SERVICE, &name));
                ensure!(
                    namespace == ResolveResult::Bound(Namespace(wanted)) && name == wanted_name,
                    "{name} in {namespace:?}"
                );
                ensure!(path.len() < 4, "{name} is too deep");
                path.push(name);
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(piece) if path.len() == 4 => {
                let name = path.last().context("no parameter")?;
                found.insert(name.clone(), piece.into_inner().into_owned());
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Text(_) => {}
            other => bail!("{other:?}"),
        }
    }
    ensure!(path.is_empty(), "it is cut short");
    Ok(found)
}

/// Returns the words of a header.
fn words<'h>(headers: &'h HeaderMap, name: &str) -> anyhow::Result<&'h str> {
    let value = headers.get(name).with_context(|| format!("no {name}"))?;
    Ok(value.to_str()?)
}
