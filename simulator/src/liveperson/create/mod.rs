//! `POST /api/account/{account}/messaging/consumer/conversation`: profile and conversation in one step.

mod check;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::conversation::{Conversation, announce, join, off_hours_delay};
use super::{
    Query, authorize, check_transport, client_properties, envelope, profile, refuse, unauthorized,
};
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::perform::{Created, perform};
use crate::sim::{Sim, World};

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let effect = move |sim: &Arc<Sim>| match create(sim, &account, &query, &headers, &body) {
        Ok(response) | Err(response) => response,
    };
    let facts = Facts {
        event_type: "cm.ConsumerRequestConversation".to_owned(),
        ..Facts::default()
    };
    perform(&sim, Side::LiveEngage, Point::Create, facts, effect).await
}

#[expect(
    clippy::result_large_err,
    reason = "both sides are the answer to the same call"
)]
fn create(
    sim: &Arc<Sim>,
    account: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Response> {
    let mut world = sim.world();
    let consumer = authorize(sim, &mut world, account, headers).map_err(unauthorized)?;
    check_transport(query, headers).map_err(|reason| refuse("", reason))?;
    let properties = client_properties::read(headers).map_err(|reason| refuse("", reason))?;
    let requests: Value = serde_json::from_slice(body).map_err(|_| refuse("", "not JSON"))?;
    let requests = requests.as_array();
    let requests = requests.ok_or_else(|| refuse("", "the body must be an array"))?;
    let [first, second] = requests.as_slice() else {
        let reason = "the array must hold SetUserProfile, then ConsumerRequestConversation";
        return Err(refuse("", reason));
    };
    let set_profile = envelope(first).map_err(|(id, reason)| refuse(&id, reason))?;
    let request = envelope(second).map_err(|(id, reason)| refuse(&id, reason))?;
    if set_profile.kind != "userprofile.SetUserProfile" {
        let reason = "the first request must be userprofile.SetUserProfile";
        return Err(refuse(set_profile.id, reason));
    }
    if request.kind != "cm.ConsumerRequestConversation" {
        let reason = "the second request must be cm.ConsumerRequestConversation";
        return Err(refuse(request.id, reason));
    }
    profile::check(set_profile.body).map_err(|reason| refuse(set_profile.id, &reason))?;
    if request.body["brandId"].is_null() {
        return Err(unauthorized(40001));
    }
    check::check(account, request.body).map_err(|reason| refuse(request.id, reason))?;

    let own = |known: &&Conversation| known.consumer.lp == consumer.lp;
    let profile_set = json!({
        "code": "OK", "body": { "msg": "OK User Profile set successfully" },
        "reqId": set_profile.id,
    });
    if world
        .conversations
        .iter()
        .filter(own)
        .any(|known| known.open)
    {
        let status = StatusCode::from_u16(world.settings.already_open_status);
        let refusal = json!({
            "code": "BAD_REQUEST", "reqId": request.id,
            "body": { "msg": format!(
                "Consumer request conversation failed: User {} already has open conversation. \
                 Can't open another one.", consumer.lp) },
        });
        let answer = axum::Json(json!([profile_set, refusal]));
        return Ok((status.unwrap_or(StatusCode::OK), answer).into_response());
    }
    let first = !world.conversations.iter().any(|known| own(&known));
    let mut conversation = Conversation::new(
        consumer.clone(),
        profile::number(set_profile.body),
        request.body.clone(),
    );
    conversation.first = first;
    conversation.client_properties = properties;
    world
        .profiles
        .insert(consumer.lp, profile::seen(set_profile.body));
    let id = open(sim, &mut world, conversation);
    let opened = json!({ "code": "OK", "body": { "conversationId": id }, "reqId": request.id });
    let mut response = axum::Json(json!([profile_set, opened])).into_response();
    response.extensions_mut().insert(Created(id));
    Ok(response)
}

fn open(sim: &Arc<Sim>, world: &mut World, mut conversation: Conversation) -> String {
    conversation.delay = off_hours_delay(world);
    let staffed = conversation.delay.is_null();
    let id = conversation.id.clone();
    world.conversations.push(conversation);
    announce(sim, world, &id);
    if world.settings.auto_join && staffed {
        join(sim, world, &id, None);
    }
    id
}
