//! Events of people: posted to the connector in each person's order, each until it is answered.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::people::{Direction, said_text};
use super::signature;
use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::sim::Sim;

const TRIES: u32 = 3;
const PAUSE_MS: u64 = 500;
const TIMEOUT_MS: u64 = 10_000;

/// Types whose events have no id.
const WITHOUT_ID: [&str; 2] = ["typing", "receipt"];

/// How the hand-over of a request has ended: the connector's last status, 0 for no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) attempts: u32,
}

/// What one request is to say.
pub(crate) struct Outgoing {
    pub(crate) events: Vec<Value>,
    /// As a list, although it may be one event.
    pub(crate) batch: bool,
}

impl Outgoing {
    pub(super) fn receipts(messages: &[String], status: &str) -> Self {
        let receipt = |id: &String| json!({ "type": "receipt", "message": id, "status": status });
        Self {
            events: messages.iter().map(receipt).collect(),
            batch: messages.len() != 1,
        }
    }
}

/// A request that waits for its turn.
pub(super) struct Delivery {
    webhook_id: String,
    body: String,
    facts: Facts,
    events: Vec<Value>,
    watcher: oneshot::Sender<Outcome>,
}

/// Completes the events and queues them behind what the person said before. Returns their ids, null for events that
/// have none.
pub(crate) fn post(
    sim: &Arc<Sim>,
    person: &str,
    outgoing: Outgoing,
) -> (Vec<Value>, oneshot::Receiver<Outcome>) {
    let (watcher, receiver) = oneshot::channel();
    let mut world = sim.world();
    let name = world.app.person(person).name.clone();
    let complete = |event| completed(event, person, name.as_deref());
    let events: Vec<Value> = outgoing.events.into_iter().map(complete).collect();
    for event in &events {
        world.app.said(event);
    }
    let first = events.first().unwrap_or(&Value::Null);
    let facts = Facts {
        text: said_text(first, &first["content"]),
        number: person.to_owned(),
        event_type: first["type"].as_str().unwrap_or_default().to_owned(),
        ..Facts::default()
    };
    let ids = events.iter().map(|event| event["id"].clone()).collect();
    let body = if outgoing.batch {
        json!({ "events": events })
    } else {
        first.clone()
    };
    let generation = world.generation;
    let known = world.app.person(person);
    known.queue.push_back(Delivery {
        webhook_id: format!("evt_{}", ids::random_hex(16)),
        body: body.to_string(),
        facts,
        events,
        watcher,
    });
    if !known.running {
        known.running = true;
        tokio::spawn(run(Arc::clone(sim), person.to_owned(), generation));
    }
    drop(world);
    sim.changed();
    (ids, receiver)
}

/// Reports every received message that was not reported as read. `None` if there is none.
pub(crate) fn read_all(
    sim: &Arc<Sim>,
    person: &str,
) -> (Vec<String>, Option<oneshot::Receiver<Outcome>>) {
    let unread = sim.world().app.unread(person);
    if unread.is_empty() {
        return (unread, None);
    }
    let (_, receiver) = post(sim, person, Outgoing::receipts(&unread, "read"));
    (unread, Some(receiver))
}

/// Fills in what an app adds by itself. A null in a field leaves the field out.
fn completed(mut event: Value, person: &str, name: Option<&str>) -> Value {
    let kind = event["type"].as_str().unwrap_or_default();
    let hint = WITHOUT_ID.contains(&kind);
    let profile = name.filter(|_| kind == "message");
    let Some(fields) = event.as_object_mut() else {
        return event;
    };
    let mut fill = |field: &str, value: Value| {
        fields.entry(field).or_insert(value);
    };
    fill("from", json!(person));
    if !hint {
        fill("id", json!(ids::uuid()));
    }
    fill("timestamp", json!(clock::now_ms()));
    if let Some(name) = profile {
        fill("profile", json!({ "name": name }));
    }
    fields.retain(|_, value| !value.is_null());
    event
}

async fn run(sim: Arc<Sim>, person: String, generation: u64) {
    loop {
        let delivery = {
            let mut world = sim.world();
            if world.generation != generation {
                return;
            }
            let known = world.app.person(&person);
            let Some(delivery) = known.queue.pop_front() else {
                known.running = false;
                return;
            };
            delivery
        };
        let Some(outcome) = hand_over(&sim, &delivery, generation).await else {
            return;
        };
        let _ = delivery.watcher.send(outcome);
    }
}

/// Posts until it is answered or given up. `None` if the simulator was reset meanwhile.
async fn hand_over(sim: &Arc<Sim>, delivery: &Delivery, generation: u64) -> Option<Outcome> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let action = {
            let mut world = sim.world();
            world.faults.take(Point::Callback, &delivery.facts)
        };
        let status = disturbed(sim, delivery, action).await;
        let retry = attempts < TRIES && (status == 0 || (500..=599).contains(&status));
        let state = match (status, retry) {
            (200..=299, _) => "acknowledged",
            (_, true) => "retrying",
            _ => "failed",
        };
        {
            let mut world = sim.world();
            if world.generation != generation {
                return None;
            }
            for event in &delivery.events {
                let text = |name: &str| event[name].as_str().unwrap_or_default();
                let from = text("from");
                world.app.attempted(from, text("id"), status, state);
                if state == "acknowledged" && text("type") == "receipt" {
                    let (message, told) = (text("message"), text("status"));
                    world.app.receipt(Direction::Received, from, message, told);
                }
            }
        }
        sim.changed();
        if !retry {
            return Some(Outcome { status, attempts });
        }
        clock::sleep_ms(PAUSE_MS).await;
    }
}

async fn disturbed(sim: &Arc<Sim>, delivery: &Delivery, action: Option<Action>) -> u16 {
    let fault = action.as_ref().map(Action::name);
    let send = |fault| send(sim, delivery, fault);
    match action {
        Some(Action::Status { status, .. }) => status,
        Some(Action::DropBefore) => 0,
        Some(Action::DropAfter) => {
            send(fault).await;
            0
        }
        Some(Action::Delay { ms, .. }) => {
            clock::sleep_ms(ms).await;
            send(fault).await
        }
        Some(Action::Hang { ms, after }) => {
            if after {
                send(fault).await;
            }
            clock::sleep_ms(ms).await;
            0
        }
        Some(Action::Duplicate) => {
            send(fault).await;
            send(None).await
        }
        Some(Action::HoldUntilReleased { .. }) => {
            sim.released().await;
            send(fault).await
        }
        _ => send(None).await,
    }
}

/// Posts once, signed for this moment.
async fn send(sim: &Arc<Sim>, delivery: &Delivery, fault: Option<&str>) -> u16 {
    let options = &sim.options;
    let Delivery {
        webhook_id, body, ..
    } = delivery;
    let timestamp = (clock::now_ms() / 1000).to_string();
    let secret = &options.gateway_secret;
    let signature = signature::sign(secret, webhook_id, &timestamp, body.as_bytes());
    let url = format!("{}/channels/{}", options.connector, options.app_channel);
    let request = sim
        .http
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", webhook_id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .timeout(Duration::from_millis(TIMEOUT_MS))
        .body(body.clone());
    let answered = request.send().await;
    let status = answered.map_or(0, |answer| answer.status().as_u16());
    let details = json!({
        "status": status, "fault": fault, "webhookId": webhook_id,
        "number": delivery.facts.number, "channel": options.app_channel,
        "text": delivery.facts.text, "eventType": delivery.facts.event_type,
        "events": delivery.events,
    });
    sim.world().journal.add(Side::Callback, "event", details);
    sim.changed();
    status
}
