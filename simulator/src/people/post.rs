//! Callbacks: posted to the connector in each person's order, each until it is acknowledged or given up.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::book::Book;
use super::message::Message;
use super::{Platform, Told, Writing};
use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::journal::Side;
use crate::sim::{CallbackRetries, Sim, World};

/// How the hand-over of a callback has ended: the connector's last status, 0 for no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) attempts: u32,
}

/// One event of a callback, and who did it.
struct Part {
    person: String,
    id: String,
    event: Value,
}

/// A callback that waits for its turn.
pub(super) struct Delivery {
    platform: &'static dyn Platform,
    /// Of the first event.
    person: String,
    parts: Vec<Part>,
    /// Below the connector's base URL.
    path: String,
    channel: String,
    facts: Facts,
    again: bool,
    watcher: oneshot::Sender<Outcome>,
}

/// What a callback is to tell.
pub(crate) struct Post<'a> {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) person: &'a str,
    /// A deed may name another `person`.
    pub(crate) deeds: &'a [Value],
    /// Instead of the platform's own.
    pub(crate) channel: Option<String>,
    /// It does not wait for the one before it.
    pub(crate) parallel: bool,
}

/// Writes what deeds tell and queues the callback behind those before it. Returns the ids of its events.
pub(crate) fn post(
    sim: &Arc<Sim>,
    post: &Post<'_>,
) -> Result<(Vec<String>, oneshot::Receiver<Outcome>), String> {
    let mut world = sim.world();
    let told = write(sim, &mut world, post)?;
    let ids = told.iter().map(|(part, _)| part.id.clone()).collect();
    let receiver = queue(sim, &mut world, post, told);
    drop(world);
    sim.changed();
    Ok((ids, receiver))
}

/// The same a little later: a receipt, after the answer to what it is for.
pub(crate) fn post_later(
    sim: &Arc<Sim>,
    world: &World,
    platform: &'static dyn Platform,
    person: &str,
    deeds: Vec<Value>,
    after_ms: u64,
) {
    let (sim, person, generation) = (Arc::clone(sim), person.to_owned(), world.generation);
    tokio::spawn(async move {
        clock::sleep_ms(after_ms).await;
        if sim.world().generation == generation {
            let _ = post(
                &sim,
                &Post {
                    platform,
                    person: &person,
                    deeds: &deeds,
                    channel: None,
                    parallel: false,
                },
            );
        }
    });
}

type Written = (Part, Facts);

fn write(sim: &Sim, world: &mut World, post: &Post<'_>) -> Result<Vec<Written>, String> {
    let channel = post.channel.clone();
    let channel = channel.unwrap_or_else(|| post.platform.channel(&sim.options));
    let mut written = Vec::new();
    for deed in post.deeds {
        let text = |name: &str| deed[name].as_str().map(str::to_owned);
        let mut writing = Writing {
            sim,
            world: &mut *world,
            platform: post.platform,
            person: text("person").unwrap_or_else(|| post.person.to_owned()),
            channel: channel.clone(),
            id: text("id"),
        };
        let told = post.platform.tell(&mut writing, deed)?;
        let person = writing.person.clone();
        let facts = Facts {
            text: told
                .said
                .as_ref()
                .map_or_else(String::new, |said| said.text.clone()),
            number: person.clone(),
            event_type: text("kind").unwrap_or_default(),
            ..Facts::default()
        };
        let part = note(writing.book(), person, channel.clone(), told);
        written.push((part, facts));
    }
    Ok(written)
}

/// Puts what was said on the phone. The same id again is the same message.
fn note(book: &mut Book, person: String, channel: String, told: Told) -> Part {
    let Told { id, event, said } = told;
    let kept = (person.clone(), channel, event.clone());
    book.told.insert(id.clone(), kept);
    let n = book.count();
    let known = book.person(&person);
    if let Some(said) = said {
        let mut messages = known.messages.iter_mut();
        if let Some(message) = messages.find(|message| message.id == id) {
            message.state = "sending";
        } else {
            if !said.deed {
                known.said_at = Some(clock::now_ms());
                for message in &mut known.messages {
                    message.buttons.retain(|button| !button.quick);
                }
            }
            let message = Message::said(n, &id, said, event.clone());
            known.messages.push(message);
        }
    }
    Part { person, id, event }
}

fn queue(
    sim: &Arc<Sim>,
    world: &mut World,
    post: &Post<'_>,
    told: Vec<Written>,
) -> oneshot::Receiver<Outcome> {
    let (watcher, receiver) = oneshot::channel();
    let facts = told
        .first()
        .map(|(_, facts)| facts.clone())
        .unwrap_or_default();
    let channel = post.channel.clone();
    let channel = channel.unwrap_or_else(|| post.platform.channel(&sim.options));
    let delivery = Delivery {
        platform: post.platform,
        person: post.person.to_owned(),
        path: post.platform.path(&channel, first_event(&told)),
        parts: told.into_iter().map(|(part, _)| part).collect(),
        channel,
        facts,
        again: false,
        watcher,
    };
    let generation = world.generation;
    if post.parallel {
        let sim = Arc::clone(sim);
        tokio::spawn(async move { hand_over(&sim, delivery, generation).await });
        return receiver;
    }
    let known = world.people.of(post.platform).person(post.person);
    known.queue.push_back(delivery);
    if !known.running {
        known.running = true;
        let (platform, person) = (post.platform, post.person.to_owned());
        tokio::spawn(run(Arc::clone(sim), platform, person, generation));
    }
    receiver
}

fn first_event(told: &[Written]) -> &Value {
    told.first().map_or(&Value::Null, |(part, _)| &part.event)
}

async fn run(sim: Arc<Sim>, platform: &'static dyn Platform, person: String, generation: u64) {
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
async fn hand_over(sim: &Arc<Sim>, mut delivery: Delivery, generation: u64) {
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
