//! `GET` and `HEAD /files/{token}`: a consumer opens an agent's file.

use worker::{Env, Headers, Method, Request, Response, ResponseBody, Result as WorkerResult};

use super::reply::Fault;
use super::runtime::Shell;
use super::{clock, http, log, settings};
use crate::conversation::wire::{FileAnswer, FileRequest};
use crate::files::{self, LinkFault, Relay, RelayFault};
use crate::identity::ConsumerKey;
use crate::objects::calls;

/// Checks the link, asks the consumer's object for the file's address of the minute, and pipes the file through.
pub(super) async fn serve(token: &str, request: &Request, env: &Env) -> Result<Response, Fault> {
    let wanted = match request.method() {
        Method::Get => true,
        Method::Head => false,
        _ => return Err(Fault::ReadOnly),
    };
    let config = settings::config(env);
    let Some(identity) = &config.identity_key else {
        let mut problems = config.problems.clone();
        problems.retain(|problem| problem.key == "IDENTITY_KEY");
        return Err(Fault::Configuration(problems));
    };
    let ticket = files::open(identity, token, clock::now()).map_err(|fault| match fault {
        LinkFault::Malformed => Fault::NotFound,
        LinkFault::Forged => Fault::Link("link_invalid"),
        LinkFault::Expired => Fault::Link("link_expired"),
    })?;
    let question = FileRequest {
        file_id: ticket.file_id,
    };
    let answer = calls::file(&Shell::new(env), &ticket.consumer, &question).await;
    let (url, name, media_type) = match answer {
        Ok(FileAnswer::Found {
            url,
            name,
            media_type,
        }) => (url, name, media_type),
        Ok(FileAnswer::Gone) => return Err(Fault::FileGone),
        Ok(FileAnswer::Unavailable { retry_after }) => {
            return Err(Fault::FileUnavailable { retry_after });
        }
        Err(fault) => {
            report(&ticket.consumer, &format!("the object: {fault:?}"));
            return Err(Fault::FileUnavailable { retry_after: None });
        }
    };
    let asked = files::request(url, &http::headers(request));
    let mut place = http::download(&asked).await.map_err(|failure| {
        report(&ticket.consumer, &format!("the file's place: {failure:?}"));
        Fault::FileUnavailable { retry_after: None }
    })?;
    let status = place.status_code();
    let (name, media_type) = (name.as_deref(), media_type.as_deref());
    let relay = files::relay(&asked, status, &http::headers_of(&place), name, media_type);
    let relay = relay.map_err(|fault| {
        http::discard(&mut place);
        report(&ticket.consumer, &format!("the file's place: {status}"));
        match fault {
            RelayFault::Gone => Fault::FileGone,
            RelayFault::Unavailable { retry_after } => Fault::FileUnavailable { retry_after },
        }
    })?;
    answer_with(relay, place, wanted).map_err(|_| Fault::Unavailable)
}

fn answer_with(relay: Relay, mut place: Response, wanted: bool) -> WorkerResult<Response> {
    let headers = Headers::new();
    for (name, value) in &relay.headers {
        headers.set(name, value)?;
    }
    let body = if wanted && relay.with_body {
        http::pass_on(&place)?
    } else {
        http::discard(&mut place);
        ResponseBody::Empty
    };
    let response = Response::from_body(body)?;
    Ok(response.with_status(relay.status).with_headers(headers))
}

fn report(consumer: &ConsumerKey, problem: &str) {
    let fields = [("consumer", consumer.as_str()), ("problem", problem)];
    log::write("file_not_served", &fields, true);
}
