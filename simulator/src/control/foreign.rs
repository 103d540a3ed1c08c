//! `/control/foreign`: the account's other channels, whose events the connector gets to see as well.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Body, Error};
use crate::ids;
use crate::liveperson::webhooks;
use crate::sim::Sim;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Content,
    Chat,
    Accept,
    Change,
    Echo,
    Rich,
    File,
    Close,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Foreign {
    events: usize,
    conversations: usize,
    mix: Vec<Kind>,
}

impl Default for Foreign {
    fn default() -> Self {
        Self {
            events: 1000,
            conversations: 50,
            mix: vec![
                Kind::Content,
                Kind::Chat,
                Kind::Accept,
                Kind::Change,
                Kind::Echo,
                Kind::Rich,
                Kind::File,
                Kind::Close,
            ],
        }
    }
}

pub(super) async fn send(State(sim): State<Arc<Sim>>, Body(wanted): Body<Foreign>) -> Answer {
    if wanted.conversations == 0 || wanted.mix.is_empty() {
        return Err(Error::invalid("conversations and mix must not be empty"));
    }
    let people: Vec<(String, String)> = (0..wanted.conversations)
        .map(|_| {
            let id = ids::uuid();
            let consumer = ids::lp_consumer_id("another channel", &id);
            (id, consumer)
        })
        .collect();
    let mut first_answers = Vec::with_capacity(wanted.events);
    {
        let mut world = sim.world();
        for n in 0..wanted.events {
            // Each conversation gets every kind in turn, whatever the two numbers are.
            let (round, whose) = (n / people.len(), n % people.len());
            let (id, consumer) = &people[whose];
            let kind = wanted.mix[(round + whose) % wanted.mix.len()];
            let sequence = u64::try_from(round).unwrap_or_default();
            let delivery = make(&sim, kind, id, consumer, sequence);
            first_answers.push(webhooks::enqueue(&sim, &mut world, delivery));
        }
    }
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for answer in first_answers {
        let gone = |_| Error::invalid("the simulator was reset meanwhile");
        *statuses.entry(answer.await.map_err(gone)?).or_default() += 1;
    }
    Ok(Json(
        json!({ "events": wanted.events, "statuses": statuses }),
    ))
}

fn make(sim: &Sim, kind: Kind, id: &str, consumer: &str, n: u64) -> webhooks::Delivery {
    use crate::liveperson::foreign;
    let event = match kind {
        Kind::Change => return foreign::change(&sim.options, id, consumer, false),
        Kind::Close => return foreign::change(&sim.options, id, consumer, true),
        Kind::Rich => json!({
            "type": "RichContentEvent",
            "content": { "type": "vertical", "elements": [
                { "type": "text", "text": format!("foreign card {n}") },
                { "type": "button", "title": "More", "click": { "actions": [
                    { "type": "publishText", "text": "more" },
                ] } },
            ] },
        }),
        Kind::File => json!({
            "type": "ContentEvent", "contentType": "hosted/file",
            "message": {
                "caption": format!("foreign file {n}"), "fileType": "PDF",
                "relativePath": format!("/v1/AUTH_async-images/{}/{consumer}_uuid_{n}.PDF", sim.options.account),
            },
        }),
        Kind::Content | Kind::Echo => {
            let message = format!("foreign message {n}");
            json!({ "type": "ContentEvent", "contentType": "text/plain", "message": message })
        }
        Kind::Chat => json!({ "type": "ChatStateEvent", "chatState": "COMPOSING" }),
        Kind::Accept => json!({
            "type": "AcceptStatusEvent", "status": "READ", "sequenceList": [n],
        }),
    };
    let role = match kind {
        Kind::Echo => Some(consumer),
        _ => None,
    };
    foreign::event(id, n, event, role)
}
