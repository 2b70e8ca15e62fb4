//! Style, scripts and their licences, built into the program and checked against `assets/CHECKSUMS`.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::App;
use crate::doors::http::Problem;

/// The files of `assets/`.
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/assets/{*path}", get(file))
}

async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Assets::get(&path) else {
        return Problem::not_found("web.no_such_asset", "there is no such file").into_response();
    };
    let tag = tag(&file);
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let etag = HeaderValue::from_str(&tag).expect("hexadecimal in quotes");
    let caching = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let content_type = HeaderValue::from_static(content_type(&path));
    (caching, [(header::CONTENT_TYPE, content_type)], file.data).into_response()
}

fn tag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn vendored_files_are_the_ones_that_were_reviewed() {
        let list = Assets::get("CHECKSUMS").expect("the list of checksums");
        let list = std::str::from_utf8(&list.data).expect("plain text");
        let listed: BTreeMap<&str, &str> = list
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(sum, name)| (name, sum))
            .collect();
        let vendored: Vec<_> = Assets::iter()
            .filter(|path| path.starts_with("vendor/"))
            .collect();
        assert_eq!(
            listed.len(),
            vendored.len(),
            "a file is missing from the list or from the folder"
        );
        for path in vendored {
            let file = Assets::get(&path).expect("it was just listed");
            assert_eq!(
                listed.get(path.as_ref()),
                Some(&hex::encode(Sha256::digest(&file.data)).as_str()),
                "{path}"
            );
        }
    }

    #[test]
    fn no_page_has_inline_script_or_style() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))
            .expect("the templates")
        {
            let path = entry.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("text");
            for inline in [
                " style=",
                "<style",
                " onclick=",
                " onload=",
                "hx-on",
                "javascript:",
                "<script>",
            ] {
                assert!(!text.contains(inline), "{} has {inline:?}", path.display());
            }
        }
    }
}
