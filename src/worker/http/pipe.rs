//! A file on its way from one place to another: chunk by chunk, never whole in memory.

use std::cell::Cell;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use js_sys::{BigInt, Uint8Array};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{TransformStream, WritableStreamDefaultWriter};
use worker::worker_sys::FixedLengthStream;
use worker::{AbortSignal, ByteStream, Response, ResponseBody, Result as WorkerResult};

use super::{discard, fetch, follow, headers_of};
use crate::http::{HttpFailure, HttpRequest, Upload, body};

/// The body of an answer as the body of another. The bytes do not pass through here, but the runtime is held to the deadline with
/// which the answer was asked for: an answer's own stream, handed on as it is, outlives it.
pub(in crate::worker) fn pass_on(response: &Response) -> WorkerResult<ResponseBody> {
    let ResponseBody::Stream(stream) = response.body() else {
        return Ok(ResponseBody::Empty);
    };
    let pipe = match body::announced(&headers_of(response)) {
        Some(length) => fixed_length(length)?.into(),
        None => TransformStream::new()?,
    };
    forget(stream.pipe_to(&pipe.writable()));
    Ok(ResponseBody::Stream(pipe.readable()))
}

/// Reads the file and sends it on as the body of `request`, with its length announced.
pub(super) async fn upload(
    request: &HttpRequest,
    upload: &Upload,
    signal: &AbortSignal,
) -> Result<Response, HttpFailure> {
    let from = body::uncompressed(&upload.from);
    let mut source = follow(&from, signal)
        .await
        .map_err(|_| HttpFailure::Source { status: 0 })?;
    let status = source.status_code();
    if !body::is_whole(status, &headers_of(&source), upload.length) {
        discard(&mut source);
        return Err(HttpFailure::Source { status });
    }
    let file = source
        .stream()
        .map_err(|_| HttpFailure::Source { status })?;
    let pipe = fixed_length(upload.length).map_err(|_| HttpFailure::NotSent)?;
    let writer = pipe.writable().get_writer();
    let writer = writer.map_err(|_| HttpFailure::NotSent)?;
    let readable = pipe.readable();
    let progress = Progress {
        left: Cell::new(upload.length),
        reading: Cell::new(true),
    };
    let sending = pin!(fetch(request, Some(&readable), signal));
    let filling = pin!(fill(file, &writer, &progress));
    let answer = match select(sending, filling).await {
        // It answered without waiting for the end, or broke off: the rest of the file is not wanted.
        Either::Left((answer, _)) => answer,
        Either::Right((Err(Broken::Source), _)) => Err(HttpFailure::Source { status: 0 }),
        Either::Right((Ok(()) | Err(Broken::Target), sending)) => sending.await,
    };
    answer.map_err(|failure| progress.judge(failure))
}

/// A pipe that takes exactly so many bytes; with such a body the runtime sends a `content-length`.
fn fixed_length(length: u64) -> Result<FixedLengthStream, JsValue> {
    match u32::try_from(length) {
        Ok(length) => FixedLengthStream::new(length),
        Err(_) => FixedLengthStream::new_big_int(BigInt::from(length)),
    }
}

/// How far an upload has come.
struct Progress {
    /// Bytes that the other side has not been given yet.
    left: Cell<u64>,
    /// Whether the file is waited for, and not the other side.
    reading: Cell<bool>,
}

impl Progress {
    /// What it means that there is no answer. A body that was not complete has no effect, since its length was announced.
    fn judge(&self, failure: HttpFailure) -> HttpFailure {
        match failure {
            HttpFailure::Lost if self.left.get() > 0 && self.reading.get() => {
                HttpFailure::Source { status: 0 }
            }
            HttpFailure::Lost if self.left.get() > 0 => HttpFailure::NotSent,
            settled => settled,
        }
    }
}

/// Which end of the pipe broke.
enum Broken {
    /// The file came to an end too early or too late, or not at all.
    Source,
    /// The other side takes no more of it.
    Target,
}

/// Moves the file into the pipe. A file that turns out to be another length breaks the request off, so that nothing complete is sent.
async fn fill(
    mut file: ByteStream,
    writer: &WritableStreamDefaultWriter,
    progress: &Progress,
) -> Result<(), Broken> {
    while let Some(chunk) = file.next().await {
        let Ok(chunk) = chunk else {
            return Err(break_off(writer));
        };
        let Some(left) = progress.left.get().checked_sub(chunk.len() as u64) else {
            return Err(break_off(writer));
        };
        if chunk.is_empty() {
            continue;
        }
        progress.reading.set(false);
        let chunk = Uint8Array::from(chunk.as_slice());
        let written = JsFuture::from(writer.write_with_chunk(&chunk)).await;
        written.map_err(|_| Broken::Target)?;
        progress.left.set(left);
        progress.reading.set(true);
    }
    if progress.left.get() > 0 {
        return Err(break_off(writer));
    }
    let closed = JsFuture::from(writer.close()).await;
    closed.map(drop).map_err(|_| Broken::Target)
}

fn break_off(writer: &WritableStreamDefaultWriter) -> Broken {
    forget(writer.abort());
    Broken::Source
}

/// Nobody waits for the outcome; as a future its rejection counts as handled.
fn forget(promise: js_sys::Promise) {
    drop(JsFuture::from(promise));
}
