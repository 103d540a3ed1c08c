//! `GET /healthz`: whether configuration and storage are well. See [`crate::health`].

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use worker::{Delay, Env, Headers, Request, Response, Result as WorkerResult};

use super::reply::Fault;
use super::{clock, index, objects, settings};
use crate::directory::{Ask, Resolution};
use crate::health::{self, Checks, DEADLINE, Finding, Look, Looks};
use crate::objects::calls;
use crate::runtime::Object;

/// The name of what is looked up: no conversation and no consumer has one without a kind. Nothing is stored under it.
const NOBODY: &str = "health";

thread_local! {
    static LOOKS: RefCell<Looks> = RefCell::default();
}

/// Looks, or answers what was found a moment ago.
pub(super) async fn answer(request: &Request, env: &Env) -> Result<Response, Fault> {
    let head = match request.method() {
        worker::Method::Get => false,
        worker::Method::Head => true,
        _ => return Err(Fault::ReadOnly),
    };
    let look = LOOKS.with(|looks| looks.borrow_mut().ask(clock::now()));
    let checks = match look {
        Look::Known(checks) => checks,
        Look::Busy => return Err(Fault::Unavailable),
        Look::Now => {
            let found = look_around(env).await;
            LOOKS.with(|looks| looks.borrow_mut().found(found, clock::now()));
            found
        }
    };
    tell(&checks, head).map_err(|_| Fault::Unavailable)
}

async fn look_around(env: &Env) -> Checks {
    let bound = |name| match env.durable_object(name) {
        Ok(_) => Finding::Ok,
        Err(_) => Finding::Missing,
    };
    let (directory, index) = join(directory(env), in_time(index::is_readable(env))).await;
    Checks {
        configuration: health::configuration(&settings::config(env)),
        conversations: bound(objects::CONVERSATION),
        directory: match bound(objects::DIRECTORY) {
            Finding::Ok => directory,
            missing => missing,
        },
        accounts: bound(objects::ACCOUNT),
        attention: bound(objects::ATTENTION),
        index: match env.kv(index::INDEX) {
            Ok(_) => index,
            Err(_) => Finding::Missing,
        },
    }
}

/// One object answers, and its storage with it.
async fn directory(env: &Env) -> Finding {
    let Ok(question) = serde_json::to_string(&Ask::Resolve { park: None }) else {
        return Finding::Failing;
    };
    let asked = async {
        let object = Object::Directory(NOBODY);
        let answer = objects::ask(env, &object, calls::EVENTS, &question).await;
        answer.is_ok_and(|reply| {
            let said = serde_json::from_str(&reply.body);
            reply.status == 200 && matches!(said, Ok(Resolution::Unclaimed))
        })
    };
    in_time(asked).await
}

async fn in_time(asked: impl Future<Output = bool>) -> Finding {
    let late = Delay::from(Duration::from_millis(DEADLINE));
    match select(pin!(asked), pin!(late)).await {
        Either::Left((true, _)) => Finding::Ok,
        _ => Finding::Failing,
    }
}

fn tell(checks: &Checks, head: bool) -> WorkerResult<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    let response = if head {
        Response::empty()?
    } else {
        Response::ok(checks.body())?
    };
    Ok(response.with_status(checks.status()).with_headers(headers))
}
