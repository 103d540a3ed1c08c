//! Faults, outages, expired tokens, settings, reset.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Body, Error};
use crate::faults::{Outage, Point, Rule};
use crate::liveperson::webhooks;
use crate::sim::{Settings, Sim, World};

/// A rule, a list of rules, or `{"rules": [...]}`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Rules {
    Many(Vec<Value>),
    Wrapped { rules: Vec<Value> },
    One(Value),
}

pub(super) async fn add_faults(State(sim): State<Arc<Sim>>, Body(rules): Body<Rules>) -> Answer {
    let rules = match rules {
        Rules::Many(rules) | Rules::Wrapped { rules } => rules,
        Rules::One(rule) => vec![rule],
    };
    let rules: Result<Vec<Rule>, _> = rules.into_iter().map(serde_json::from_value).collect();
    let rules = rules.map_err(|error| Error::invalid(error.to_string()))?;
    let mut world = sim.world();
    let ids: Vec<u64> = rules
        .into_iter()
        .map(|rule| world.faults.add(rule))
        .collect();
    Ok(Json(json!({ "ids": ids })))
}

pub(super) async fn clear_faults(State(sim): State<Arc<Sim>>) -> Answer {
    let mut world = sim.world();
    world.faults.clear();
    webhooks::release(&sim, &mut world);
    drop(world);
    sim.release();
    sim.changed();
    Ok(Json(json!({})))
}

pub(super) async fn remove_fault(State(sim): State<Arc<Sim>>, Path(id): Path<u64>) -> Answer {
    let mut world = sim.world();
    if !world.faults.remove(id) {
        return Err(Error::not_found("fault"));
    }
    webhooks::release(&sim, &mut world);
    drop(world);
    sim.release();
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outages {
    liveengage: Option<bool>,
    twilio: Option<bool>,
    line: Option<bool>,
    messenger: Option<bool>,
    instagram: Option<bool>,
    whatsapp: Option<bool>,
    /// Answer with this status; without it connections are closed.
    status: Option<u16>,
}

pub(super) async fn outage(State(sim): State<Arc<Sim>>, Body(wanted): Body<Outages>) -> Answer {
    let how = wanted.status.map_or(Outage::Close, Outage::Status);
    let mut world = sim.world();
    if let Some(down) = wanted.liveengage {
        world.faults.liveengage_down = down.then_some(how);
    }
    if let Some(down) = wanted.twilio {
        world.faults.twilio_down = down.then_some(how);
    }
    for (point, down) in [
        (Point::Line, wanted.line),
        (Point::Messenger, wanted.messenger),
        (Point::Instagram, wanted.instagram),
        (Point::Whatsapp, wanted.whatsapp),
    ] {
        if let Some(down) = down {
            world.faults.put_down(point, down.then_some(how));
        }
    }
    let state = outages(&world);
    drop(world);
    sim.changed();
    Ok(Json(state))
}

/// Who is out of order.
pub(super) fn outages(world: &World) -> Value {
    let faults = &world.faults;
    json!({
        "liveengage": faults.liveengage_down.is_some(), "twilio": faults.twilio_down.is_some(),
        "line": faults.is_down(Point::Line), "messenger": faults.is_down(Point::Messenger),
        "instagram": faults.is_down(Point::Instagram), "whatsapp": faults.is_down(Point::Whatsapp),
    })
}

pub(super) async fn expire_tokens(State(sim): State<Arc<Sim>>) -> Answer {
    let expired = sim.world().tokens.expire_apps();
    Ok(Json(json!({ "expired": expired })))
}

pub(super) async fn expire_consumers(State(sim): State<Arc<Sim>>) -> Answer {
    let expired = sim.world().tokens.expire_consumers();
    Ok(Json(json!({ "expired": expired })))
}

pub(super) async fn settings(State(sim): State<Arc<Sim>>) -> Answer {
    let settings = sim.world().settings.clone();
    Ok(Json(json!(settings)))
}

/// Changes the settings that are given and leaves the others.
pub(super) async fn change_settings(
    State(sim): State<Arc<Sim>>,
    Body(wanted): Body<Value>,
) -> Answer {
    let mut world = sim.world();
    let mut merged = json!(world.settings);
    merge(&mut merged, wanted);
    let settings: Result<Settings, _> = serde_json::from_value(merged);
    let settings = settings.map_err(|error| Error::invalid(error.to_string()))?;
    if ![200, 400].contains(&settings.already_open_status) {
        return Err(Error::invalid("already_open_status must be 200 or 400"));
    }
    world.settings = settings.clone();
    drop(world);
    sim.changed();
    Ok(Json(json!(settings)))
}

fn merge(target: &mut Value, source: Value) {
    match (target, source) {
        (Value::Object(target), Value::Object(source)) => {
            for (name, value) in source {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, source) => *target = source,
    }
}

pub(super) async fn reset(State(sim): State<Arc<Sim>>) -> Answer {
    sim.reset();
    Ok(Json(json!({})))
}
