use super::*;
use crate::http::{HttpFailure, HttpRequest, HttpResponse};
use crate::message::Content;
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::Progress;

mod answers;
mod media;
mod rich;
mod texts;
mod typing;

fn step(
    adapter: &dyn Adapter,
    consumer: &str,
    content: &Content,
    progress: &Progress,
    answer: Option<&HttpAnswer>,
) -> Next {
    let message = Outgoing::new("l:dialog:1", consumer, content, progress);
    adapter.next(&message, answer)
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn asked(next: Next) -> (HttpRequest, Progress) {
    match next {
        Next::Request { request, progress } => (request, progress),
        Next::Done { outcome, .. } => panic!("ended: {outcome:?}"),
    }
}

fn ended(next: Next) -> (Outcome, Progress) {
    match next {
        Next::Done { outcome, progress } => (outcome, progress),
        Next::Request { request, .. } => panic!("asked: {request:?}"),
    }
}

fn first_request(adapter: &dyn Adapter, consumer: &str, content: &Content) -> HttpRequest {
    asked(step(adapter, consumer, content, &Progress::default(), None)).0
}

fn field(request: &HttpRequest, name: &str) -> Option<String> {
    form_urlencoded::parse(&request.body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

fn unknown(cause: Cause) -> Outcome {
    Outcome::Unknown { cause }
}

fn rejected(code: &str) -> Outcome {
    Outcome::Refused {
        reason: Refusal::Rejected {
            code: code.to_owned(),
        },
    }
}

fn credentials(code: Option<&str>) -> Outcome {
    retry(Cause::Credentials {
        code: code.map(str::to_owned),
    })
}

fn configuration(field: &str) -> Outcome {
    retry(Cause::Configuration {
        key: format!("CHANNEL_SMS.{field}"),
    })
}

fn delivered(sid: Option<&str>) -> Outcome {
    Outcome::Delivered {
        remote_id: sid.map(str::to_owned),
    }
}

/// What a row stores and the next start reads.
fn stored(progress: &Progress) -> Progress {
    serde_json::from_str(&serde_json::to_string(progress).unwrap()).unwrap()
}

fn sent(sid: &str) -> HttpAnswer {
    answer(201, &json!({ "sid": sid }).to_string())
}
