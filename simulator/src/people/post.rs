//! Callbacks: posted to the connector in each person's order, each until it is acknowledged or given up.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use super::book::Book;
use super::deliver::{hand_over, run};
use super::message::Message;
use super::{Platform, Told, Writing};
use crate::clock;
use crate::faults::Facts;
use crate::sim::{Sim, World};

/// How the hand-over of a callback has ended: the connector's last status, 0 for no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) attempts: u32,
}

/// One event of a callback, and who did it.
pub(super) struct Part {
    pub(super) person: String,
    pub(super) id: String,
    pub(super) event: Value,
}

/// A callback that waits for its turn.
pub(super) struct Delivery {
    pub(super) platform: &'static dyn Platform,
    /// Of the first event.
    pub(super) person: String,
    pub(super) parts: Vec<Part>,
    /// Below the connector's base URL.
    pub(super) path: String,
    pub(super) channel: String,
    pub(super) facts: Facts,
    pub(super) again: bool,
    pub(super) watcher: oneshot::Sender<Outcome>,
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
    let channel = channel.unwrap_or_else(|| post.platform.channel_of(&sim.options, post.person));
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
    let channel = channel.unwrap_or_else(|| post.platform.channel_of(&sim.options, post.person));
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
