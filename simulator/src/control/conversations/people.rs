//! Who has a conversation, and what they have read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::{after, no_conversation};
use crate::control::{Answer, Body, Error};
use crate::liveperson::conversation;
use crate::sim::{Sim, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    #[serde(rename = "agentId")]
    agent_id: Option<String>,
}

fn open(world: &mut World, id: &str) -> Result<(), Error> {
    let found = world.conversation(id).ok_or_else(no_conversation)?;
    found
        .main_open()
        .then_some(())
        .ok_or_else(|| Error::invalid("the conversation is closed"))
}

pub(super) async fn join(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(wanted): Body<Join>,
) -> Answer {
    let mut world = sim.world();
    open(&mut world, &id)?;
    let agent = wanted.agent_id.as_deref();
    check_agent(&world, agent)?;
    conversation::join(&sim, &mut world, &id, agent);
    after(&sim, &world, &id)
}

fn check_agent(world: &World, agent: Option<&str>) -> Result<(), Error> {
    let known = agent.is_none_or(|agent| world.agents.find(agent).is_some());
    known.then_some(()).ok_or_else(|| Error::not_found("agent"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    #[serde(rename = "skillId")]
    skill_id: Option<String>,
    #[serde(rename = "agentId")]
    agent_id: Option<String>,
}

pub(super) async fn transfer(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(to): Body<Transfer>,
) -> Answer {
    let mut world = sim.world();
    open(&mut world, &id)?;
    check_agent(&world, to.agent_id.as_deref())?;
    match (to.skill_id, to.agent_id) {
        (Some(skill), None) => {
            conversation::transfer_to_skill(&sim, &mut world, &id, &skill);
        }
        (None, Some(agent)) => {
            conversation::transfer_to_agent(&sim, &mut world, &id, &agent);
        }
        _ => {
            return Err(Error::invalid(
                "a transfer goes to a skillId or to an agentId",
            ));
        }
    }
    after(&sim, &world, &id)
}

pub(super) async fn read(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let mut world = sim.world();
    let read = conversation::read_all(&sim, &mut world, &id);
    drop(world);
    sim.changed();
    let read = read.ok_or_else(no_conversation)?;
    Ok(Json(json!({ "sequenceList": read })))
}
