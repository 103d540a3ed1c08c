//! Profiles and files of people, as the connector reads them.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Network;
use super::api::{Host, network};
use crate::faults::Facts;
use crate::meta::call::Call;
use crate::meta::graph::GraphError;
use crate::people::Platform;
use crate::perform::perform;
use crate::sim::Sim;

/// `GET /{person}?fields=...`
pub(crate) async fn profile(sim: Arc<Sim>, host: Host, call: Call) -> Response {
    let network = network(&mut sim.world(), host, &call.node);
    let facts = Facts {
        number: call.node.clone(),
        event_type: "profile".to_owned(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| match read_profile(sim, network, host, &call) {
        Ok(profile) => Json(profile).into_response(),
        Err(error) => error.into_response(),
    };
    perform(&sim, network.side(), network.point(), facts, effect).await
}

fn read_profile(sim: &Sim, network: Network, host: Host, call: &Call) -> Result<Value, GraphError> {
    let token = match host {
        Host::Facebook => &sim.options.messenger_token,
        Host::Instagram => &sim.options.instagram_token,
    };
    call.check(token, 400)?;
    let mut world = sim.world();
    let known = world.people.of(&network).people.get(&call.node);
    let person = known.ok_or_else(|| GraphError::no_object("get", &call.node))?;
    let refused = person.more.get("consent").and_then(Value::as_bool) == Some(false);
    // Instagram shows nobody who has not written.
    if refused || (network == Network::Instagram && person.said_at.is_none()) {
        return Err(GraphError::new(
            230,
            "User consent is required to access user profile",
        ));
    }
    let fields = call.query("fields").unwrap_or_default();
    let (first, last) = match person.name.as_deref() {
        None => ("", ""),
        Some(name) => name.split_once(' ').unwrap_or((name, "")),
    };
    let mut profile = json!({ "id": call.node });
    for field in fields
        .split(',')
        .map(str::trim)
        .filter(|field| !field.is_empty())
    {
        let value = match (network, field) {
            (_, "id") => continue,
            (_, "name") => json!(person.name),
            (_, "profile_pic") => json!(person.picture),
            (Network::Messenger, "first_name") => json!(first),
            (Network::Messenger, "last_name") => json!(last),
            (Network::Messenger, "locale") => json!(person.language),
            (Network::Instagram, "username") => {
                person.more.get("username").cloned().unwrap_or_default()
            }
            (Network::Instagram, "follower_count") => json!(7),
            (
                Network::Instagram,
                "is_verified_user" | "is_user_follow_business" | "is_business_follow_user",
            ) => json!(false),
            _ => {
                let what = format!("Tried accessing nonexisting field ({field})");
                return Err(GraphError::parameter(&what));
            }
        };
        // A field without a value is left out.
        if !value.is_null() {
            profile[field] = value;
        }
    }
    Ok(profile)
}

/// `GET` of a file. Its address is all that it takes.
pub(crate) async fn file(sim: Arc<Sim>, platform: &str, id: String) -> Response {
    let network = match platform {
        "messenger" => Network::Messenger,
        "instagram" => Network::Instagram,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let facts = Facts {
        text: id.clone(),
        event_type: "file".to_owned(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| {
        let file = sim.world().people.of(&network).media.get(&id).cloned();
        match file {
            Some(file) => ([(CONTENT_TYPE, file.media_type)], file.bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    };
    perform(&sim, network.side(), network.point(), facts, effect).await
}
