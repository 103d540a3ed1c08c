//! `/control/agents`, `/control/palette`, `/control/files`: who is at the desk, what they have at hand, what was shared.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Body, Error};
use crate::ids;
use crate::liveperson::agents::Agent;
use crate::sim::Sim;

const PALETTE: &str = include_str!("../palette/palette.json");
/// Where the palette's pictures are, as its file has it.
const PICTURES: &str = "https://pictures.example";

pub(super) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/control/agents", get(agents).post(add_agent))
        .route("/control/palette", get(palette))
        .route("/control/files", get(files))
        .route("/control/files/content", get(content))
}

async fn agents(State(sim): State<Arc<Sim>>) -> Answer {
    let world = sim.world();
    let all = world.agents.all().iter();
    let shown: Vec<Value> = all.map(|agent| agent.profile(&sim)).collect();
    Ok(Json(json!({ "agents": shown })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAgent {
    nickname: String,
    #[serde(rename = "fullName")]
    full_name: Option<String>,
    #[serde(rename = "employeeId")]
    employee_id: Option<String>,
    #[serde(rename = "pictureUrl")]
    picture_url: Option<String>,
}

/// Adds an agent, or changes the one with that nickname: the id follows from it.
async fn add_agent(State(sim): State<Arc<Sim>>, Body(new): Body<NewAgent>) -> Answer {
    if new.nickname.is_empty() {
        return Err(Error::invalid("an agent needs a nickname"));
    }
    let agent = Agent {
        id: ids::uuid_of(&format!("agent {}", new.nickname)),
        full_name: new.full_name.unwrap_or_else(|| new.nickname.clone()),
        nickname: new.nickname,
        employee_id: new.employee_id.unwrap_or_default(),
        picture: new.picture_url,
        bot: false,
    };
    let profile = agent.profile(&sim);
    sim.world().agents.put(agent);
    sim.changed();
    Ok(Json(profile))
}

#[derive(Deserialize)]
struct Pictures {
    pictures: Option<String>,
}

/// Samples of everything an agent can send; `?pictures=URL` puts the pictures elsewhere.
async fn palette(State(sim): State<Arc<Sim>>, Query(wanted): Query<Pictures>) -> Answer {
    let own = format!("http://{}/pictures", sim.host);
    let base = wanted.pictures.unwrap_or(own);
    let text = PALETTE.replace(PICTURES, base.trim_end_matches('/'));
    let palette: Value =
        serde_json::from_str(&text).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(Json(json!({ "palette": palette })))
}

async fn files(State(sim): State<Arc<Sim>>) -> Answer {
    let files = sim.world().files.show();
    Ok(Json(json!({ "files": files })))
}

async fn content(
    State(sim): State<Arc<Sim>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let path = query.get("path").map(String::as_str).unwrap_or_default();
    match sim.world().files.content(path) {
        Some((bytes, kind)) => ([("content-type", kind)], bytes).into_response(),
        None => Error::not_found("file").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::PALETTE;
    use crate::liveperson::rich_content::{check, check_quick_replies};
    use serde_json::Value;

    #[test]
    fn the_palette_has_every_element_and_every_action_and_passes_the_check() {
        let palette: Value = serde_json::from_str(PALETTE).unwrap();
        for sample in palette.as_array().unwrap() {
            assert!(sample["name"].is_string());
            match sample["kind"].as_str().unwrap() {
                "rich" => assert_eq!(check(&sample["content"]), Ok(()), "{}", sample["name"]),
                "text" => assert!(sample["text"].is_string()),
                other => panic!("{other}"),
            }
            if !sample["quickReplies"].is_null() {
                assert_eq!(check_quick_replies(&sample["quickReplies"]), Ok(()));
            }
        }
        for name in [
            "text",
            "button",
            "image",
            "map",
            "linkPreview",
            "template",
            "keyValuePairList",
            "vertical",
            "horizontal",
            "carousel",
            "carouselSelect",
            "accordionSelect",
            "list",
            "sectionList",
            "section",
            "checklist",
            "checkbox",
            "buttonList",
            "submitButton",
            "tabs",
            "quickReplies",
            "publishText",
            "link",
            "navigate",
            "addToCart",
            "custom",
            "datePicker",
            "scheduleSlotList",
            "checked",
            "submitAsText",
        ] {
            let found = PALETTE.contains(&format!("\"type\": \"{name}\""));
            assert!(found, "no sample with {name}");
        }
    }
}
