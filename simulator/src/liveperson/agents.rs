//! The brand's people: who they are, and their public profiles.
//!
//! `GET /api/account/{account}/configuration/le-users/users/{id}` at `acCdnDomain`, without authorization.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

/// Somebody who can speak for the brand.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) nickname: String,
    pub(crate) full_name: String,
    pub(crate) employee_id: String,
    /// Another picture than the one that is served here.
    pub(crate) picture: Option<String>,
    /// Does not take conversations over.
    pub(crate) bot: bool,
}

/// Everybody.
pub(crate) struct Agents(Vec<Agent>);

impl Default for Agents {
    fn default() -> Self {
        let agent = |id: &str, nickname: &str, number: u32, bot| Agent {
            id: ids::uuid_of(id),
            nickname: nickname.to_owned(),
            full_name: format!("{nickname} Example"),
            employee_id: format!("E-{number:03}"),
            picture: None,
            bot,
        };
        // The ids of the first and of the bot are those that events of these roles have without further ado.
        Self(vec![
            agent("ASSIGNED_AGENT", "Robin", 1, false),
            agent("agent 2", "Kim", 2, false),
            agent("agent 3", "Sascha", 3, false),
            agent("AGENT", "Survey bot", 90, true),
            agent("MANAGER", "Manager", 91, true),
        ])
    }
}

impl Agents {
    pub(crate) fn find(&self, id: &str) -> Option<&Agent> {
        self.0.iter().find(|agent| agent.id == id)
    }

    /// Adds an agent, or puts it in place of the one with its id.
    pub(crate) fn put(&mut self, agent: Agent) {
        match self.0.iter_mut().find(|known| known.id == agent.id) {
            Some(known) => *known = agent,
            None => self.0.push(agent),
        }
    }

    pub(crate) fn all(&self) -> &[Agent] {
        &self.0
    }

    /// Whose turn it is after that one.
    pub(crate) fn next(&self, after: Option<&str>) -> Option<String> {
        let people = || self.0.iter().filter(|agent| !agent.bot);
        let at = people().position(|agent| Some(agent.id.as_str()) == after);
        let next = people().cycle().nth(at.map_or(0, |at| at + 1));
        next.map(|agent| agent.id.clone())
    }
}

impl Agent {
    /// The public profile.
    pub(crate) fn profile(&self, sim: &Sim) -> Value {
        let served = || format!("http://{}/pictures/agents/{}.png", sim.host, self.id);
        json!({
            "id": self.id, "nickname": self.nickname, "fullName": self.full_name,
            "pictureUrl": self.picture.clone().unwrap_or_else(served),
            "employeeId": self.employee_id,
        })
    }
}

pub(super) async fn public_profile(
    State(sim): State<Arc<Sim>>,
    Path((account, id)): Path<(String, String)>,
) -> Response {
    let effect = move |sim: &Arc<Sim>| {
        let world = sim.world();
        let agent = world.agents.find(&id);
        match agent.filter(|_| account == sim.options.account) {
            Some(agent) => axum::Json(agent.profile(sim)).into_response(),
            None => {
                let error = json!({ "error": { "statusCode": 404, "message": "Not Found" } });
                (StatusCode::NOT_FOUND, axum::Json(error)).into_response()
            }
        }
    };
    let facts = Facts::default();
    perform(&sim, Side::LiveEngage, Point::AgentProfile, facts, effect).await
}
