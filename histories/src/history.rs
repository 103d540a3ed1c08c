//! One history: people and agents do something, everything goes wrong, everything calms down, and the promise is checked.

use std::collections::BTreeMap;
use std::rc::Rc;

use liveengage_connector::config::Config;

use crate::executor::sleep_until;
use crate::marks;
use crate::plan::{DAY, MINUTE, START};
use crate::platforms::{self, Person};
use crate::world::World;
use crate::{checks, liveengage};

/// What came of a history.
pub(crate) struct Outcome {
    pub(crate) wrong: Vec<(&'static str, String)>,
    pub(crate) seen: BTreeMap<&'static str, u64>,
}

/// How long it may take until nothing is left to do, once nothing goes wrong any more.
const SETTLING: u64 = 180;
/// Longer than anything is kept: an open conversation, and the claim that was renewed at its last moment.
const RETENTION: u64 = 320;
const ASLEEP: u64 = 10;

pub(crate) fn live(seed: u64, configs: &[Rc<Config>], traced: bool) -> Outcome {
    let world = World::new(seed, configs, traced);
    let actions = world.plan.actions;
    for _ in 0..actions {
        let at = START + world.roll(0, world.plan.turbulence);
        let doer = Rc::clone(&world);
        world.executor.spawn(0, async move {
            sleep_until(&doer.executor, at).await;
            act(&doer);
        });
    }
    world.run_until(world.plan.over_at());
    world.calm.set(true);
    world.trace(|| "calm".to_owned());
    let mut minutes = 0;
    while minutes < SETTLING && world.wrong.borrow().is_empty() {
        world.run_until(world.now() + MINUTE);
        minutes += 1;
        if world.undelivered.get() == 0 && !checks::something_waits(&world) {
            break;
        }
    }
    // Whoever still holds a lease, or a late effect, has come to its end.
    world.run_until(world.now() + MINUTE);
    checks::promise(&world);
    if world.wrong.borrow().is_empty() {
        come_again(&world);
        for _ in 0..RETENTION / ASLEEP {
            // Whoever has nothing to do is not kept in memory.
            world.evict();
            world.run_until(world.now() + ASLEEP * DAY);
        }
        checks::nothing_is_left(&world);
    }
    world.end();
    Outcome {
        wrong: world.wrong.take(),
        seen: world.seen.take(),
    }
}

/// Two days later some of what was acknowledged comes again. It has no second effect; what was forgotten has its first.
fn come_again(world: &Rc<World>) {
    world.run_until(world.now() + 2 * DAY);
    let before = checks::effects(world);
    let notifications = world.liveengage.borrow().delivered.clone();
    for body in notifications.into_iter().rev().take(4) {
        liveengage::redeliver(world, body);
    }
    let sent = world.platforms.borrow().sent.clone();
    for sent in sent.iter().filter(|sent| sent.acknowledged).take(4) {
        platforms::redeliver(world, sent);
    }
    world.run_until(world.now() + 10 * MINUTE);
    let after = checks::effects(world);
    let late = world.seen.borrow().contains_key(checks::FORGOTTEN);
    if before != after && !late {
        let what = format!("{before:?} effects before, {after:?} after");
        world.violation("a redelivery has no second effect", what);
    }
}

fn person(world: &World) -> Person {
    let people = &world.platforms.borrow().people;
    world.dice.borrow_mut().pick(people).clone()
}

/// A conversation, usually an open one.
fn conversation(world: &World) -> Option<String> {
    let le = world.liveengage.borrow();
    let open: Vec<&String> = le
        .conversations
        .iter()
        .filter(|it| it.stage_open)
        .map(|it| &it.id)
        .collect();
    let all: Vec<&String> = le.conversations.iter().map(|it| &it.id).collect();
    let of = if open.is_empty() { all } else { open };
    let mut dice = world.dice.borrow_mut();
    (!of.is_empty()).then(|| (*dice.pick(&of)).clone())
}

fn act(world: &Rc<World>) {
    match world.roll(0, 99) {
        0..46 => consumer_writes(world),
        46..50 => types(world),
        50..52 => platforms::unreadable(world, &person(world)),
        52..54 => platforms::forged(world, &person(world)),
        54..56 => liveengage::malformed(world),
        56..58 => liveengage::forged(world),
        58..62 => liveengage::foreign(world),
        62..63 => world.deploy(),
        other => {
            let Some(conversation) = conversation(world) else {
                return consumer_writes(world);
            };
            match other {
                63..80 => liveengage::agent_says(world, &conversation, false, false),
                80..86 => exchange(world, conversation),
                86..88 => liveengage::agent_says(world, &conversation, false, true),
                88..94 => liveengage::agent_says(world, &conversation, true, false),
                _ => liveengage::agent_closes(world, &conversation),
            }
        }
    }
}

/// A person and an agent answer each other at once.
fn exchange(world: &Rc<World>, conversation: String) {
    let with = liveengage::consumer_of(world, &conversation);
    let people = world.platforms.borrow().people.clone();
    let Some(person) = people.into_iter().find(|it| Some(it.key(world)) == with) else {
        return;
    };
    world.note("a quick exchange");
    let world = Rc::clone(world);
    world.clone().executor.spawn(0, async move {
        for _ in 0..world.roll(2, 5) {
            platforms::says(&world, &person, "c%n");
            world.sleep(world.roll(200, 2000)).await;
            liveengage::agent_says(&world, &conversation, false, false);
            world.sleep(world.roll(200, 1000)).await;
        }
    });
}

/// Somebody types, or does what is told in an aside.
fn types(world: &Rc<World>) {
    let person = person(world);
    match person.channel {
        "line" => platforms::line::aside(world, &person),
        _ => platforms::types(world, &person),
    }
}

/// A few messages at once, or one.
fn consumer_writes(world: &Rc<World>) {
    let person = person(world);
    let times = if world.chance(1500) {
        world.roll(2, 30)
    } else {
        1
    };
    for _ in 0..times {
        if world.fault("a poison message", world.plan.poison) {
            platforms::says(world, &person, &format!("c%n {}", marks::POISON));
        } else if world.chance(4000) {
            world.note("the same text as another message");
            platforms::says(world, &person, "ok");
        } else {
            platforms::says(world, &person, "c%n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configs;

    #[test]
    fn a_seed_is_one_history() {
        let configs = configs::all().unwrap();
        for seed in 0..25 {
            let [first, second] = [(); 2].map(|()| live(seed, &configs, false));
            assert_eq!(first.wrong, [], "seed {seed}");
            assert_eq!(first.seen, second.seen, "seed {seed}");
        }
    }
}
