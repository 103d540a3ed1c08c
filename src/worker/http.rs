//! HTTP, inwards and outwards, with limits: a size for every body, a deadline for every request.

mod pipe;

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use worker::wasm_bindgen::JsValue;
use worker::web_sys::{self, ReadableStream};
use worker::{
    AbortSignal, ByteStream, Delay, Fetch, Headers, Request, RequestInit, RequestRedirect, Response,
};

pub(super) use pipe::pass_on;

use super::reply::Fault;
use crate::conversation::SEND_DEADLINE;
use crate::http::body::{self, Sample};
use crate::http::{
    HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Method, Millis, Take, pointer, redirect,
};

/// The longest answer that is read (bytes). Those of the APIs used are a few hundred.
const ANSWER_LIMIT: usize = 1 << 20;

/// The longest answer that only says where a file is (bytes).
const POINTER_LIMIT: usize = 64 * 1024;

/// How long a request's body may take to come in (ms). Platforms give up after 15 seconds.
const BODY_DEADLINE: Millis = 15_000;

/// How long a file may take on its way to a consumer (ms).
const DOWNLOAD_DEADLINE: Millis = 300_000;

/// Headers of a request, names in lower case.
pub(super) fn headers(request: &Request) -> Vec<(String, String)> {
    request.headers().entries().collect()
}

/// The body of a request, read no further than `limit` bytes, and no longer than [`BODY_DEADLINE`].
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
    let body = pin!(collect(stream, limit));
    let late = pin!(Delay::from(Duration::from_millis(BODY_DEADLINE)));
    match select(body, late).await {
        Either::Left((Ok(body), _)) => Ok(body),
        Either::Left((Err(Cut::TooLong), _)) => Err(Fault::TooLarge),
        Either::Left((Err(Cut::Broken), _)) => Err(Fault::Incomplete),
        Either::Right(_) => Err(Fault::TooSlow),
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

/// Makes a request of the pure code. Redirects are not followed unless the request names their hosts: they could lead credentials
/// elsewhere. One deadline holds for all of it: redirects, a file to be read, and the answer's body.
pub(super) async fn send(request: &HttpRequest) -> HttpAnswer {
    let signal = deadline(SEND_DEADLINE);
    let mut response = match (&request.upload, request.take) {
        (Some(upload), _) => pipe::upload(request, upload, &signal).await?,
        (None, Take::Body) => follow(request, &signal).await?,
        (None, Take::Head { .. }) => follow(&body::uncompressed(request), &signal).await?,
    };
    let headers = headers_of(&response);
    let status = response.status_code();
    match request.take {
        Take::Head { limit } if (200..300).contains(&status) => {
            sample(&mut response, headers, limit).await
        }
        // What a refusal says is wanted whole.
        _ => whole(&mut response, headers, request.upload.is_some()).await,
    }
}

/// An answer with its body. Who refuses a file does not always wait for its end, and what is said then may break off.
async fn whole(
    response: &mut Response,
    headers: Vec<(String, String)>,
    may_break: bool,
) -> HttpAnswer {
    let status = response.status_code();
    let body = match response.stream() {
        Ok(stream) => collect(stream, ANSWER_LIMIT).await,
        // There is no body to stream.
        Err(_) => Ok(Vec::new()),
    };
    let body = match body {
        Ok(body) => body,
        // The status says enough of an answer whose body is unreasonable, but what it would have said is lost.
        Err(Cut::TooLong) => Vec::new(),
        // What it would have said is lost, but it had its effect.
        Err(Cut::Broken) if may_break || (200..300).contains(&status) => Vec::new(),
        Err(Cut::Broken) => return Err(HttpFailure::Lost),
    };
    Ok(HttpResponse {
        status,
        headers,
        body,
        length: None,
    })
}

/// An answer with the head of its body and its length. The rest of the body is cancelled, by dropping its stream.
async fn sample(response: &mut Response, headers: Vec<(String, String)>, limit: u64) -> HttpAnswer {
    let mut sample = Sample::new(&headers, limit);
    if let Ok(mut stream) = response.stream() {
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| HttpFailure::Lost)?;
            if !sample.take(&chunk) {
                break;
            }
        }
    }
    let (body, length) = sample.finish();
    Ok(HttpResponse {
        status: response.status_code(),
        headers,
        body,
        length,
    })
}

/// Opens a file for somebody who waits for it. The head of the answer has the usual deadline; the body may take longer.
pub(super) async fn download(request: &HttpRequest) -> Result<Response, HttpFailure> {
    let signal = deadline(DOWNLOAD_DEADLINE);
    let answer = pin!(follow(request, &signal));
    let late = pin!(Delay::from(Duration::from_millis(SEND_DEADLINE)));
    match select(answer, late).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(HttpFailure::Lost),
    }
}

/// Lets go of a body that is not wanted: dropping its stream cancels it, which frees the connection.
pub(super) fn discard(response: &mut Response) {
    drop(response.stream());
}

/// Headers of an answer, names in lower case.
pub(super) fn headers_of(response: &Response) -> Vec<(String, String)> {
    response.headers().entries().collect()
}

fn deadline(span: Millis) -> AbortSignal {
    let span = u32::try_from(span).unwrap_or(u32::MAX);
    AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(span))
}

/// The answer to a request, behind the pointer and the redirects that it allows. Of a file to be uploaded it knows nothing.
async fn follow(request: &HttpRequest, signal: &AbortSignal) -> Result<Response, HttpFailure> {
    let mut response = redirected(request, signal).await?;
    if request.pointer.is_none() || !(200..300).contains(&response.status_code()) {
        return Ok(response);
    }
    let stream = response.stream().map_err(|_| HttpFailure::Lost)?;
    let body = collect(stream, POINTER_LIMIT).await;
    let body = body.map_err(|_| HttpFailure::Lost)?;
    let source = pointer::target(request, &body).ok_or(HttpFailure::Source { status: 0 })?;
    redirected(&source, signal).await
}

async fn redirected(request: &HttpRequest, signal: &AbortSignal) -> Result<Response, HttpFailure> {
    let mut response = fetch(request, None, signal).await?;
    let mut followed: Option<HttpRequest> = None;
    for _ in 0..redirect::HOPS {
        let from = followed.as_ref().unwrap_or(request);
        let location = response.headers().get("location").ok().flatten();
        let Some(next) = redirect::next(from, response.status_code(), location.as_deref()) else {
            break;
        };
        discard(&mut response);
        response = fetch(&next, None, signal).await?;
        followed = Some(next);
    }
    Ok(response)
}

/// One exchange, with a stream as the body if there is one.
async fn fetch(
    request: &HttpRequest,
    stream: Option<&ReadableStream>,
    signal: &AbortSignal,
) -> Result<Response, HttpFailure> {
    // What fails before this line has not been sent.
    let outgoing = build(request, stream).map_err(|_| HttpFailure::NotSent)?;
    let response = match Fetch::Request(outgoing).send_with_signal(signal).await {
        Ok(response) => response,
        Err(error) => return Err(failure(&error.to_string())),
    };
    if NOT_CONNECTED.contains(&response.status_code()) {
        return Err(HttpFailure::NotSent);
    }
    Ok(response)
}

/// Statuses with which Cloudflare itself says that it could not connect: refused, unreachable, TLS, name resolution. 520, 522 and
/// 524 may come after the request has left.
/// <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/>
const NOT_CONNECTED: [u16; 5] = [521, 523, 525, 526, 530];

fn build(request: &HttpRequest, stream: Option<&ReadableStream>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(match request.method {
        Method::Get => worker::Method::Get,
        Method::Post => worker::Method::Post,
        Method::Put => worker::Method::Put,
        Method::Delete => worker::Method::Delete,
    });
    init.with_headers(headers);
    init.with_redirect(RequestRedirect::Manual);
    if let Some(stream) = stream {
        init.with_body(Some(JsValue::from(stream)));
    } else if !request.body.is_empty() {
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
