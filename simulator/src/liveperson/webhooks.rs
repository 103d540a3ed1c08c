//! Notifications on their way to the connector: in order within a conversation, tried again until they are taken.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::posting::post;
use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::sim::{Settings, Sim, World};

/// The outcome of a notification's first attempt: its HTTP status, 0 for no answer.
pub(crate) type Queued = oneshot::Receiver<u16>;

/// One notification.
pub(crate) struct Delivery {
    id: u64,
    facts: Facts,
    body: String,
    details: Value,
    /// Which of the conversation's messages it carries.
    message: Option<usize>,
    due: u64,
    attempt: u32,
    /// A fault has had it already.
    exempt: bool,
    first: Option<oneshot::Sender<u16>>,
}

impl Delivery {
    pub(crate) fn new(facts: Facts, body: String, details: Value, message: Option<usize>) -> Self {
        Self {
            id: 0,
            facts,
            body,
            details,
            message,
            due: 0,
            attempt: 0,
            exempt: false,
            first: None,
        }
    }

    /// Installed with `max_retries: 0`: a failure does not start the retention mechanism.
    fn unimportant(&self) -> bool {
        ["ChatStateEvent", "AcceptStatusEvent"].contains(&self.facts.event_type.as_str())
    }
}

/// Notifications that wait, per conversation.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: BTreeMap<String, Lane>,
    /// Conversations whose head is being tried again. While there is one, the installation is failed.
    failing: HashSet<String>,
    /// Held back until released.
    parked: Vec<Delivery>,
    next: u64,
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<Delivery>,
    running: bool,
    /// Goes out after the next one.
    swapped: Option<Delivery>,
}

impl Lanes {
    /// How many wait, in how many conversations something is under way, and in how many something fails.
    pub(crate) fn counts(&self) -> Value {
        let waiting: usize = self.lanes.values().map(|lane| lane.queue.len()).sum();
        let active = self.lanes.values().filter(|lane| lane.running).count();
        json!({
            "waiting": waiting, "active": active, "failing": self.failing.len(),
            "held": self.parked.len(),
        })
    }
}

/// Puts a notification at the end of its conversation's lane.
pub(crate) fn enqueue(sim: &Arc<Sim>, world: &mut World, mut delivery: Delivery) -> Queued {
    let (sender, receiver) = oneshot::channel();
    world.lanes.next += 1;
    delivery.id = world.lanes.next;
    delivery.first = Some(sender);
    delivery.due = clock::now_ms() + world.settings.webhook_delay_ms;
    push(sim, world, delivery);
    receiver
}

fn push(sim: &Arc<Sim>, world: &mut World, delivery: Delivery) {
    let key = delivery.facts.conversation.clone();
    let lane = world.lanes.lanes.entry(key.clone()).or_default();
    lane.queue.push_back(delivery);
    if !lane.running {
        lane.running = true;
        tokio::spawn(run(Arc::clone(sim), key, world.generation));
    }
}

/// Sends what faults have held back.
pub(crate) fn release(sim: &Arc<Sim>, world: &mut World) {
    let swapped = world.lanes.lanes.values_mut();
    let mut held: Vec<Delivery> = swapped.filter_map(|lane| lane.swapped.take()).collect();
    held.append(&mut world.lanes.parked);
    held.sort_by_key(|delivery| delivery.id);
    for mut delivery in held {
        delivery.exempt = true;
        push(sim, world, delivery);
    }
}

async fn run(sim: Arc<Sim>, key: String, generation: u64) {
    while let Some((delivery, action)) = next(&sim, &key, generation) {
        let now = clock::now_ms();
        if delivery.due > now {
            clock::sleep_ms(delivery.due - now).await;
        }
        if !deliver(&sim, &key, generation, delivery, action).await {
            return;
        }
    }
}

/// The next notification of a lane and the fault on order for it, if any.
fn next(sim: &Sim, key: &str, generation: u64) -> Option<(Delivery, Option<Action>)> {
    let mut world = sim.world();
    let world = &mut *world;
    if world.generation != generation {
        return None;
    }
    let lane = world.lanes.lanes.get_mut(key)?;
    loop {
        let Some(delivery) = lane.queue.pop_front() else {
            lane.running = false;
            if lane.swapped.is_none() {
                world.lanes.lanes.remove(key);
            }
            return None;
        };
        let action = if delivery.exempt {
            None
        } else {
            world.faults.take(Point::Webhook, &delivery.facts)
        };
        match action {
            Some(Action::Reorder) if lane.swapped.is_none() => lane.swapped = Some(delivery),
            Some(Action::HoldUntilReleased { .. }) => world.lanes.parked.push(delivery),
            action => {
                if let Some(mut swapped) = lane.swapped.take() {
                    swapped.exempt = true;
                    lane.queue.push_front(swapped);
                }
                return Some((delivery, action));
            }
        }
    }
}

/// Tries until it is delivered or dropped; false when the world it belongs to is gone.
async fn deliver(
    sim: &Arc<Sim>,
    key: &str,
    generation: u64,
    mut delivery: Delivery,
    mut action: Option<Action>,
) -> bool {
    let mut retries = sim.retries();
    loop {
        delivery.attempt += 1;
        let settings = sim.world().settings.clone();
        let status = attempt(sim, &settings, &delivery, action.as_ref()).await;
        let acknowledged = status == 200 || status == 201;
        let pause = {
            let mut world = sim.world();
            if world.generation != generation {
                return false;
            }
            let fault = action.as_ref().map(Action::name);
            log(&mut world, &delivery, status, fault);
            let failed_already = !world.lanes.failing.is_empty();
            let dropped = !acknowledged && delivery.unimportant() && !failed_already;
            note(&mut world, &delivery, status, acknowledged, dropped);
            if acknowledged || dropped {
                world.lanes.failing.remove(key);
            } else {
                world.lanes.failing.insert(key.to_owned());
            }
            action = if acknowledged {
                None
            } else {
                world.faults.take(Point::Webhook, &delivery.facts)
            };
            let doubled = settings.webhook_retry_ms << (delivery.attempt - 1).min(20);
            (!acknowledged && !dropped).then_some(doubled.min(settings.webhook_retry_cap_ms))
        };
        sim.changed();
        if let Some(first) = delivery.first.take() {
            let _ = first.send(status);
        }
        let Some(pause) = pause else { return true };
        tokio::select! {
            () = clock::sleep_ms(pause) => {}
            _ = retries.changed() => {}
        }
    }
}

async fn attempt(
    sim: &Sim,
    settings: &Settings,
    delivery: &Delivery,
    action: Option<&Action>,
) -> u16 {
    let send = || post(sim, settings, delivery.body.clone(), true, &[]);
    match action {
        Some(Action::Status { status, .. }) => *status,
        Some(Action::DropBefore) => 0,
        Some(Action::DropAfter) => {
            send().await;
            0
        }
        Some(Action::Delay { ms, .. }) => {
            clock::sleep_ms(*ms).await;
            send().await
        }
        Some(Action::Hang { ms, after }) => {
            if *after {
                send().await;
            }
            clock::sleep_ms(*ms).await;
            0
        }
        Some(Action::Duplicate) => {
            let first = send().await;
            log(&mut sim.world(), delivery, first, Some("duplicate"));
            send().await
        }
        _ => send().await,
    }
}

fn log(world: &mut World, delivery: &Delivery, status: u16, fault: Option<&str>) {
    let facts = &delivery.facts;
    let mut details = json!({
        "status": status, "fault": fault, "attempt": delivery.attempt, "delivery": delivery.id,
        "conversation": facts.conversation, "eventType": facts.event_type, "text": facts.text,
    });
    if let (Some(details), Some(more)) = (details.as_object_mut(), delivery.details.as_object()) {
        details.extend(more.clone());
    }
    world
        .journal
        .add_webhook(details, &delivery.body, delivery.id);
}

/// Shows the outcome on the message that the notification carries.
fn note(world: &mut World, delivery: &Delivery, status: u16, acknowledged: bool, dropped: bool) {
    let Some(conversation) = world.conversation(&delivery.facts.conversation) else {
        return;
    };
    let message = delivery.message;
    let Some(message) = message.and_then(|index| conversation.messages.get_mut(index)) else {
        return;
    };
    message.status = Some(status);
    if ["sent", "retrying"].contains(&message.state) {
        message.state = match (acknowledged, dropped) {
            (true, _) => "acknowledged",
            (_, true) => "dropped",
            _ => "retrying",
        };
    }
}
