//! The object store behind `swift`: `PUT`, `GET` and `HEAD` with a signed URL and no other authorization.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::super::Query;
use super::LARGEST;
use crate::clock;
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::{Sim, World};

pub(in super::super) fn routes() -> Router<Arc<Sim>> {
    let path = "/v1/AUTH_async-images/{account}/{name}";
    let methods = get(download).put(upload).options(preflight);
    // Larger than what is taken, so that the refusal is the store's own.
    let limit = DefaultBodyLimit::max(2 * LARGEST);
    Router::new().route(path, methods.layer(limit))
}

/// Whether the URL was signed for this method and is still good. One for GET is good for HEAD, too.
fn signed(world: &World, method: &Method, path: &str, query: &Query) -> bool {
    let expires = query.get("temp_url_expires");
    let expires = expires
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0);
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    let signature = world.files.sign(method, expires, path);
    query.get("temp_url_sig") == Some(&signature) && clock::now_ms() < expires * 1000
}

fn facts(method: &Method, path: &str) -> Facts {
    Facts {
        event_type: format!("swift.{method}"),
        text: path.to_owned(),
        ..Facts::default()
    }
}

/// Browsers put files here from pages of other origins.
fn open_to_pages(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let any = axum::http::HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, any);
    response
}

async fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, range"),
    ];
    open_to_pages(allowed)
}

const UNAUTHORIZED: (StatusCode, &str) = (
    StatusCode::UNAUTHORIZED,
    "401 Unauthorized: Temp URL invalid",
);

async fn upload(
    State(sim): State<Arc<Sim>>,
    method: Method,
    uri: Uri,
    query: Query,
    body: Bytes,
) -> Response {
    let facts = facts(&method, uri.path());
    let effect = move |sim: &Arc<Sim>| {
        let mut world = sim.world();
        let path = uri.path();
        if !signed(&world, &method, path, &query) {
            return open_to_pages(UNAUTHORIZED);
        }
        if body.is_empty() || body.len() > LARGEST {
            return open_to_pages(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let announced = world.files.stored.get(path).map(|place| place.announced);
        if announced != Some(body.len()) {
            let text = "an uploaded file is not as large as was announced";
            super::super::conversation::note(&mut world, "", text);
        }
        let kept = world.files.put(path, body);
        let status = if kept {
            StatusCode::CREATED
        } else {
            StatusCode::NOT_FOUND
        };
        open_to_pages(status)
    };
    perform(&sim, Side::LiveEngage, Point::Upload, facts, effect).await
}

async fn download(
    State(sim): State<Arc<Sim>>,
    method: Method,
    uri: Uri,
    query: Query,
    headers: HeaderMap,
) -> Response {
    let facts = facts(&method, uri.path());
    let effect = move |sim: &Arc<Sim>| {
        let world = sim.world();
        if !signed(&world, &method, uri.path(), &query) {
            return open_to_pages(UNAUTHORIZED);
        }
        let Some((bytes, kind)) = world.files.content(uri.path()) else {
            return open_to_pages(StatusCode::NOT_FOUND);
        };
        let range = headers
            .get(header::RANGE)
            .and_then(|range| range.to_str().ok());
        open_to_pages(part(&bytes, kind, range))
    };
    perform(&sim, Side::LiveEngage, Point::Download, facts, effect).await
}

/// The whole, or the range that was asked for.
fn part(bytes: &Bytes, kind: &str, range: Option<&str>) -> Response {
    let length = bytes.len();
    let whole = || 0..length;
    let (status, range) = match range.map(|range| parse(range, length)) {
        None | Some(Range::Unreadable) => (StatusCode::OK, whole()),
        Some(Range::Outside) => {
            let total = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, total).into_response();
        }
        Some(Range::Part(from, to)) => (StatusCode::PARTIAL_CONTENT, from..to + 1),
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_LENGTH, range.len())
        .header(header::ACCEPT_RANGES, "bytes");
    if status == StatusCode::PARTIAL_CONTENT {
        let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        response = response.header(header::CONTENT_RANGE, shown);
    }
    let body = Body::from(bytes.slice(range));
    response.body(body).unwrap_or_default()
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// First and last byte.
    Part(usize, usize),
    /// No range in bytes, or several: the whole is sent.
    Unreadable,
    Outside,
}

fn parse(range: &str, length: usize) -> Range {
    let Some(range) = range.strip_prefix("bytes=") else {
        return Range::Unreadable;
    };
    let Some((from, to)) = range.split_once('-') else {
        return Range::Unreadable;
    };
    let number = |text: &str| text.trim().parse::<usize>();
    match (number(from), number(to), from.is_empty(), to.is_empty()) {
        (_, Ok(last), true, _) if last > 0 && length > 0 => {
            Range::Part(length.saturating_sub(last), length - 1)
        }
        (_, Ok(_), true, _) => Range::Outside,
        (Ok(from), _, _, true) if from < length => Range::Part(from, length - 1),
        (Ok(from), Ok(to), _, _) if from < length && from <= to => {
            Range::Part(from, to.min(length - 1))
        }
        (Ok(from), Ok(to), _, _) if from > to => Range::Unreadable,
        (Ok(_), _, _, true) | (Ok(_), Ok(_), _, _) => Range::Outside,
        _ => Range::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, parse};

    #[test]
    fn ranges_are_read_as_http_writes_them() {
        for (text, expected) in [
            ("bytes=0-3", Range::Part(0, 3)),
            ("bytes=4-", Range::Part(4, 9)),
            ("bytes=-4", Range::Part(6, 9)),
            ("bytes=-40", Range::Part(0, 9)),
            ("bytes=8-40", Range::Part(8, 9)),
            ("bytes=10-", Range::Outside),
            ("bytes=12-14", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=5-4", Range::Unreadable),
            ("bytes=0-1,3-4", Range::Unreadable),
            ("lines=1-2", Range::Unreadable),
            ("bytes=", Range::Unreadable),
        ] {
            assert_eq!(parse(text, 10), expected, "{text}");
        }
    }
}
