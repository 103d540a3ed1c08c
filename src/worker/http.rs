//! HTTP, inwards and outwards, with limits: a size for every body, a deadline for every request.

use futures_util::StreamExt;
use worker::wasm_bindgen::JsValue;
use worker::{
    AbortSignal, ByteStream, Fetch, Headers, Request, RequestInit, RequestRedirect, web_sys,
};

use super::reply::Fault;
use crate::conversation::SEND_DEADLINE;
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Method};

/// The longest answer that is read (bytes). Those of the APIs used are a few hundred.
const ANSWER_LIMIT: usize = 1 << 20;

/// Headers of a request, names in lower case.
pub(super) fn headers(request: &Request) -> Vec<(String, String)> {
    request.headers().entries().collect()
}

/// The body of a request, read no further than `limit` bytes.
pub(super) async fn body(request: &mut Request, limit: usize) -> Result<Vec<u8>, Fault> {
    let announced = request.headers().get("content-length").ok().flatten();
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Fault::TooLarge);
    }
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let stream = request.stream().map_err(|_| Fault::Incomplete)?;
    match collect(stream, limit).await {
        Ok(body) => Ok(body),
        Err(Cut::TooLong) => Err(Fault::TooLarge),
        Err(Cut::Broken) => Err(Fault::Incomplete),
    }
}

enum Cut {
    TooLong,
    Broken,
}

async fn collect(mut stream: ByteStream, limit: usize) -> Result<Vec<u8>, Cut> {
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Cut::Broken)?;
        if body.len() + chunk.len() > limit {
            return Err(Cut::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Makes a request of the pure code. Redirects are not followed: they could lead credentials elsewhere.
pub(super) async fn send(request: &HttpRequest) -> HttpAnswer {
    // What fails before this line has not been sent.
    let outgoing = build(request).map_err(|_| HttpFailure::NotSent)?;
    let deadline = u32::try_from(SEND_DEADLINE).unwrap_or(u32::MAX);
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(deadline));
    let mut response = match Fetch::Request(outgoing).send_with_signal(&signal).await {
        Ok(response) => response,
        Err(error) => return Err(failure(&error.to_string())),
    };
    let headers = response.headers().entries().collect();
    let status = response.status_code();
    if NOT_CONNECTED.contains(&status) {
        return Err(HttpFailure::NotSent);
    }
    let body = match response.stream() {
        Ok(stream) => collect(stream, ANSWER_LIMIT).await,
        // There is no body to stream.
        Err(_) => Ok(Vec::new()),
    };
    match body {
        Ok(body) => Ok(HttpResponse {
            status,
            headers,
            body,
        }),
        // The status says enough of an answer whose body is unreasonable, but what it would have said is lost.
        Err(Cut::TooLong) => Ok(HttpResponse {
            status,
            headers,
            body: Vec::new(),
        }),
        // What it would have said is lost, but it had its effect.
        Err(Cut::Broken) if (200..300).contains(&status) => Ok(HttpResponse {
            status,
            headers,
            body: Vec::new(),
        }),
        Err(Cut::Broken) => Err(HttpFailure::Lost),
    }
}

/// Statuses with which Cloudflare itself says that it could not connect: refused, unreachable, TLS, name resolution. 520, 522 and
/// 524 may come after the request has left.
/// <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/>
const NOT_CONNECTED: [u16; 5] = [521, 523, 525, 526, 530];

fn build(request: &HttpRequest) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(match request.method {
        Method::Get => worker::Method::Get,
        Method::Post => worker::Method::Post,
        Method::Put => worker::Method::Put,
    });
    init.with_headers(headers);
    init.with_redirect(RequestRedirect::Manual);
    if !request.body.is_empty() {
        let bytes = js_sys::Uint8Array::from(request.body.as_slice());
        init.with_body(Some(JsValue::from(bytes)));
    }
    Request::new_with_init(&request.url, &init)
}

/// The runtime tells failures apart only by their text. What it does not say clearly may have had its effect.
fn failure(text: &str) -> HttpFailure {
    const NOT_SENT: [&str; 4] = ["refused", "DNS", "dns", "Invalid URL"];
    if NOT_SENT.iter().any(|sign| text.contains(sign)) {
        HttpFailure::NotSent
    } else {
        HttpFailure::Lost
    }
}
