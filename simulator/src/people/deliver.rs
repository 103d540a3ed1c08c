//! Attempts: each callback is posted until it is acknowledged or given up, with the fault that is on order for it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::Platform;
use super::book::Book;
use super::post::{Delivery, Outcome, Part};
use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::journal::Side;
use crate::sim::{CallbackRetries, Sim};

/// Hands over what a person's queue holds.
pub(super) async fn run(
    sim: Arc<Sim>,
    platform: &'static dyn Platform,
    person: String,
    generation: u64,
) {
    loop {
        let delivery = {
            let mut world = sim.world();
            if world.generation != generation {
                return;
            }
            let known = world.people.of(platform).person(&person);
            let Some(delivery) = known.queue.pop_front() else {
                known.running = false;
                return;
            };
            delivery
        };
        hand_over(&sim, delivery, generation).await;
    }
}

fn repeated(retries: &CallbackRetries, status: u16, timed_out: bool) -> bool {
    let class = match status {
        0 if timed_out => "rt",
        0 => "ct",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => return false,
    };
    retries.on.iter().any(|own| own == class || own == "all")
}

/// Posts until it is acknowledged or given up. It stops where the simulator was reset.
pub(super) async fn hand_over(sim: &Arc<Sim>, mut delivery: Delivery, generation: u64) {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let (retries, action) = {
            let mut world = sim.world();
            let action = world.faults.take(Point::Callback, &delivery.facts);
            (delivery.platform.retries(&world.settings).clone(), action)
        };
        let (status, timed_out) = disturbed(sim, &delivery, retries.timeout_ms, action).await;
        let acknowledged = delivery.platform.acknowledged(status);
        let retry =
            !acknowledged && attempts <= retries.count && repeated(&retries, status, timed_out);
        let state = match (acknowledged, retry) {
            (true, _) => "acknowledged",
            (_, true) => "retrying",
            _ => "failed",
        };
        {
            let mut world = sim.world();
            if world.generation != generation {
                return;
            }
            let book = world.people.of(delivery.platform);
            for part in &delivery.parts {
                attempted(book, part, status, state);
            }
        }
        sim.changed();
        if !retry {
            let _ = delivery.watcher.send(Outcome { status, attempts });
            return;
        }
        delivery.again = true;
        clock::sleep_ms(retries.pause(attempts)).await;
    }
}

fn attempted(book: &mut Book, part: &Part, status: u16, state: &'static str) {
    let messages = &mut book.person(&part.person).messages;
    for message in messages.iter_mut().filter(|message| message.id == part.id) {
        message.status = Some(status);
        message.attempts += 1;
        message.state = state;
    }
}

async fn disturbed(
    sim: &Arc<Sim>,
    delivery: &Delivery,
    timeout_ms: u64,
    action: Option<Action>,
) -> (u16, bool) {
    let fault = action.as_ref().map(Action::name);
    let send = |fault| send(sim, delivery, timeout_ms, fault);
    match action {
        Some(Action::Status { status, .. }) => (status, false),
        Some(Action::DropBefore) => (0, false),
        Some(Action::DropAfter) => {
            send(fault).await;
            (0, true)
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
            (0, true)
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

/// Posts once. The flag says that the time was up.
async fn send(
    sim: &Arc<Sim>,
    delivery: &Delivery,
    timeout_ms: u64,
    fault: Option<&str>,
) -> (u16, bool) {
    let platform = delivery.platform;
    let mut events: Vec<Value> = delivery
        .parts
        .iter()
        .map(|part| part.event.clone())
        .collect();
    if delivery.again {
        events
            .iter_mut()
            .for_each(|event| platform.told_again(event));
    }
    let body = platform.body(&sim.options, &delivery.person, &events);
    let headers = platform.headers(&sim.options, &delivery.path, &body, true);
    let url = format!("{}{}", sim.options.connector, delivery.path);
    let mut request = sim
        .http
        .post(url)
        .timeout(Duration::from_millis(timeout_ms));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answered = request.body(body).send().await;
    let (status, timed_out, warning) = match &answered {
        Ok(answer) => {
            let kind = answer.headers().get("content-type");
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let status = answer.status().as_u16();
            let warning = platform.warning(status, kind, answer.content_length() == Some(0));
            (status, false, warning)
        }
        Err(error) => (0, error.is_timeout() && !error.is_connect(), None),
    };
    let ids: Vec<&str> = delivery.parts.iter().map(|part| part.id.as_str()).collect();
    let mut details = json!({
        "status": status, "fault": fault, "platform": platform.name(), "ids": ids,
        "number": delivery.person, "channel": delivery.channel, "path": delivery.path,
        "text": delivery.facts.text, "eventType": delivery.facts.event_type, "events": events,
        "warning": warning,
    });
    platform.told_in_journal(&mut details);
    let mut world = sim.world();
    world.journal.add(Side::Callback, platform.entry(), details);
    drop(world);
    sim.changed();
    (status, timed_out)
}

/// Tells once more, and once only, what was told under an id: the status.
pub(crate) async fn again(
    sim: &Arc<Sim>,
    platform: &'static dyn Platform,
    id: &str,
) -> Option<u16> {
    let (delivery, timeout_ms) = {
        let mut world = sim.world();
        let timeout_ms = platform.retries(&world.settings).timeout_ms;
        let kept = world.people.of(platform).told.get(id).cloned();
        let (person, channel, event) = kept?;
        let (watcher, _) = oneshot::channel();
        let part = Part {
            person: person.clone(),
            id: id.to_owned(),
            event,
        };
        let delivery = Delivery {
            platform,
            facts: Facts {
                number: person.clone(),
                ..Facts::default()
            },
            person,
            path: platform.path(&channel, &part.event),
            parts: vec![part],
            channel,
            again: true,
            watcher,
        };
        (delivery, timeout_ms)
    };
    Some(
        send(sim, &delivery, timeout_ms, Some("redelivered"))
            .await
            .0,
    )
}
