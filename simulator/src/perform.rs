//! Serving a call to a simulated service, with the fault that is on order for it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::journal::Side;
use crate::server::CloseConnection;
use crate::sim::Sim;

/// The conversation that a create has made, attached to its answer.
#[derive(Clone)]
pub(crate) struct Created(pub(crate) String);

fn closed() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(CloseConnection);
    response
}

/// Performs one call to a simulated service, with whatever fault is on order for it.
pub(crate) async fn perform(
    sim: &Arc<Sim>,
    side: Side,
    point: Point,
    facts: Facts,
    effect: impl FnOnce(&Arc<Sim>) -> Response,
) -> Response {
    perform_noting(sim, side, point, facts, Value::Null, effect).await
}

/// The same, with more about the call for the journal.
pub(crate) async fn perform_noting(
    sim: &Arc<Sim>,
    side: Side,
    point: Point,
    facts: Facts,
    noted: Value,
    effect: impl FnOnce(&Arc<Sim>) -> Response,
) -> Response {
    let action = sim.world().faults.take(point, &facts);
    let fault = action.as_ref().map(Action::name);
    let log = |response: Option<&Response>| {
        let created = response.and_then(|response| response.extensions().get::<Created>());
        let conversation =
            created.map_or_else(|| facts.conversation.clone(), |Created(id)| id.clone());
        let mut details = json!({
            "status": response.map(|response| response.status().as_u16()), "fault": fault,
            "text": facts.text, "number": facts.number, "eventType": facts.event_type,
            "conversation": conversation,
        });
        if let (Some(details), Some(noted)) = (details.as_object_mut(), noted.as_object()) {
            details.extend(noted.clone());
        }
        sim.world().journal.add(side, point.name(), details);
        sim.changed();
    };
    let run = || {
        let response = effect(sim);
        log(Some(&response));
        response
    };
    let Some(action) = action else { return run() };
    match action {
        Action::Status {
            status,
            body,
            retry_after,
        } => {
            let response = faulty_status(point, status, body, retry_after);
            log(Some(&response));
            response
        }
        Action::GraphError {
            code,
            subcode,
            status,
            transient,
        } => {
            let response = crate::meta::GraphError {
                status,
                subcode,
                transient,
                ..crate::meta::GraphError::new(code, "the simulator was told to fail here")
            };
            let response = response.into_response();
            log(Some(&response));
            response
        }
        Action::Unauthorized { error_code } => {
            let response = crate::liveperson::unauthorized(error_code);
            log(Some(&response));
            response
        }
        Action::Delay { ms, after: false } => {
            clock::sleep_ms(ms).await;
            run()
        }
        Action::Delay { ms, after: true } => {
            let response = run();
            clock::sleep_ms(ms).await;
            response
        }
        Action::DropBefore => {
            log(None);
            closed()
        }
        Action::DropAfter => {
            run();
            closed()
        }
        Action::Hang { ms, after } => {
            if after {
                run();
            } else {
                log(None);
            }
            clock::sleep_ms(ms).await;
            closed()
        }
        Action::HoldUntilReleased { after } => {
            let released = sim.released();
            if after {
                let response = run();
                released.await;
                response
            } else {
                released.await;
                run()
            }
        }
        Action::WebhookFirst {
            delay_ms,
            agent_text,
        } => {
            let response = run();
            let created = response.extensions().get::<Created>().cloned();
            if let (Some(text), Some(Created(id))) = (agent_text, created) {
                crate::liveperson::agent_says(sim, &id, &text);
            }
            clock::sleep_ms(delay_ms).await;
            response
        }
        Action::Duplicate | Action::Reorder => run(),
    }
}

fn faulty_status(
    point: Point,
    status: u16,
    body: Option<Value>,
    retry_after: Option<u64>,
) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(Value::String(text)) => (code, text).into_response(),
        Some(body) => (code, axum::Json(body)).into_response(),
        None if point == Point::Twilio && status == 429 => {
            crate::twilio::error(429, 20429, "Too Many Requests")
        }
        None if point == Point::Line => crate::line::faulty(status),
        None if let Some(error) = crate::meta::faulty(point, status) => error.into_response(),
        None => (code, "the simulator was told to fail here").into_response(),
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert("retry-after", axum::http::HeaderValue::from(seconds));
    }
    response
}
