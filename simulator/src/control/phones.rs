//! `/control/phones`: typing on phones and looking at them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Body, Error};
use crate::people::{self, Outcome, Post};
use crate::sim::Sim;
use crate::twilio::{Twilio, is_e164, phones};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    text: String,
    sid: Option<String>,
    channel: Option<String>,
    #[serde(default = "yes")]
    wait: bool,
    #[serde(default)]
    parallel: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    opted_out: Option<bool>,
}

pub(super) async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let phones = phones::show_all(&mut sim.world());
    Ok(Json(json!({ "phones": phones })))
}

pub(super) async fn show(State(sim): State<Arc<Sim>>, Path(number): Path<String>) -> Answer {
    let phone = phones::show(&mut sim.world(), &number);
    phone.map(Json).ok_or_else(|| Error::not_found("phone"))
}

/// Adds a phone, or changes whether it has opted out.
pub(super) async fn set(
    State(sim): State<Arc<Sim>>,
    Path(number): Path<String>,
    Body(set): Body<Set>,
) -> Answer {
    check(&number)?;
    let mut world = sim.world();
    phones::set(&mut world, &number, set.opted_out);
    let phone = phones::show(&mut world, &number);
    drop(world);
    sim.changed();
    phone.map(Json).ok_or_else(|| Error::not_found("phone"))
}

fn check(number: &str) -> Result<(), Error> {
    let reason = || Error::invalid(format!("\"{number}\" is not a number like +15550100001"));
    is_e164(number).then_some(()).ok_or_else(reason)
}

pub(super) async fn send(
    State(sim): State<Arc<Sim>>,
    Path(number): Path<String>,
    Body(send): Body<Send>,
) -> Answer {
    check(&number)?;
    let mut channels = sim.options.channels.iter();
    let channel = match &send.channel {
        Some(wanted) => channels.find(|(name, _)| name == wanted),
        None => channels.next(),
    };
    let (channel, _) = channel.ok_or_else(|| Error::not_found("channel"))?;
    if let Some(sid) = &send.sid
        && phones::is_taken(&mut sim.world(), sid)
    {
        return Err(Error::invalid("this sid is taken"));
    }
    let deed = json!({ "kind": "text", "text": send.text, "id": send.sid });
    let (ids, outcome) = people::post(
        &sim,
        &Post {
            platform: &Twilio,
            person: &number,
            deeds: &[deed],
            channel: Some(channel.clone()),
            parallel: send.parallel,
        },
    )
    .map_err(Error::invalid)?;
    let sid = ids.first();
    if !send.wait {
        return Ok(Json(
            json!({ "sid": sid, "status": "queued", "attempts": 0 }),
        ));
    }
    let gone = || Error::invalid("the simulator was reset meanwhile");
    let Outcome { status, attempts } = outcome.await.map_err(|_| gone())?;
    Ok(Json(
        json!({ "sid": sid, "status": status, "attempts": attempts }),
    ))
}

pub(super) async fn redeliver(State(sim): State<Arc<Sim>>, Path(sid): Path<String>) -> Answer {
    let status = people::again(&sim, &Twilio, &sid).await;
    let status = status.ok_or_else(|| Error::not_found("callback"))?;
    Ok(Json(json!({ "status": status })))
}
