//! What the README promises, held against what phones, desk and storage show in the end.

pub(crate) mod asides;
pub(crate) mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use liveengage_connector::conversation::{Lane, Row, RowState, StepEvent};
use liveengage_connector::crypto::sha256_hex;
use liveengage_connector::outcome::Refusal;

use crate::disk::{Disk, says};
use crate::liveengage::Said;
use crate::marks;
use crate::world::{Name, World};

/// What is counted where the Directory forgot an agent's text; see `docs/reliability/simulation.md`.
pub(crate) const FORGOTTEN: &str =
    "an agent's text came two minutes before its conversation was known";

/// What is counted where the runtime gave an alarm up; see `docs/reliability/simulation.md`.
pub(crate) const ABANDONED: &str = "an object waits for what comes next: its alarm was given up";

/// Whether any message still has to go somewhere.
pub(crate) fn something_waits(world: &World) -> bool {
    let disks = world.disks.borrow();
    let mut rows = disks.values().map(|disk| {
        let disk = disk.borrow();
        disk.rows.values().any(|row| row.state.is_open())
    });
    rows.any(|open| open)
}

/// How much was said in LiveEngage, and shown on phones.
pub(crate) fn effects(world: &World) -> (usize, usize) {
    let said = world.liveengage.borrow().said.len();
    (said, world.platforms.borrow().shown.len())
}

pub(crate) fn promise(world: &Rc<World>) {
    let disks = world.disks.borrow().clone();
    for (name, disk) in &disks {
        let disk = disk.borrow();
        let abandoned = disk.alarm.is_none() && world.is_abandoned(name);
        if abandoned && !disk.is_empty() {
            world.note(ABANDONED);
        }
        let wakes = matches!(name, Name::Conversation(_) | Name::Directory(_));
        if wakes && !disk.is_empty() && disk.alarm.is_none() && !abandoned {
            let what = format!("{name:?} stores something and has no alarm");
            world.violation("one alarm per object", what);
        }
        let Name::Conversation(key) = name else {
            continue;
        };
        let effects = Effects::of(world, key, &disk);
        for row in disk.rows.values() {
            check_origin(world, row);
            check_end(world, row, abandoned);
            if settled_by_report(row) {
                world.note("a report settles a send to the consumer");
            }
            effects.check_row(world, row);
        }
        effects.check_order(world, &disk);
        effects.check_alike(world, &disk);
        line::check_unreadable(world, &disk);
    }
    check_accepted(world);
    check_agents(world);
}

/// Each message that a platform was told to be safe is there.
fn check_accepted(world: &World) {
    for sent in &world.platforms.borrow().sent {
        let disk = world.disk(&Name::Conversation(sent.person.key(world)));
        let known = disk.borrow().rows.contains_key(&sent.key);
        if sent.acknowledged && !known {
            let what = format!("{} was acknowledged", sent.key);
            world.violation("no accepted message is lost", what);
        }
    }
}

/// Each stored message was said by somebody: none is a second copy of another.
fn check_origin(world: &World, row: &Row) {
    let said = match row.key.split_once(':') {
        Some(("c", id)) => {
            let platforms = world.platforms.borrow();
            id.starts_with("malformed") || platforms.sent.iter().any(|sent| sent.key == row.key)
        }
        Some(("l", place)) => {
            let le = world.liveengage.borrow();
            let mut said = le.said.iter();
            said.any(|said| format!("{}:{}", said.dialog, said.sequence) == place)
        }
        _ => true,
    };
    if !said {
        world.violation("a duplicate has no second effect", row.key.clone());
    }
}

/// Each agent's text is there, unless nobody claimed its conversation for two minutes; no private one is.
fn check_agents(world: &World) {
    for said in &world.liveengage.borrow().said {
        if said.request.is_some() {
            continue;
        }
        let disk = world.disk(&Name::Conversation(said.key.clone()));
        let key = format!("l:{}:{}", said.dialog, said.sequence);
        let known = disk.borrow().rows.contains_key(&key);
        if said.private {
            if known {
                world.violation("no private note crosses", format!("{key} is stored"));
            }
            continue;
        }
        let conversation = said.dialog.trim_end_matches("-survey");
        let expired = world.expired.borrow();
        let forgotten = expired
            .iter()
            .any(|name| name.ends_with(&format!(":{conversation}")));
        if !known && forgotten {
            world.note(FORGOTTEN);
        } else if !known {
            let what = format!("{key} was acknowledged");
            world.violation("no accepted message is lost", what);
        }
    }
}

fn settled_by_report(row: &Row) -> bool {
    let by_report = StepEvent::Delivered { by_echo: true };
    row.lane == Lane::ToConsumer && row.trace.iter().any(|step| step.event == by_report)
}

/// No message lasts in a state between.
fn check_end(world: &World, row: &Row, abandoned: bool) {
    if row.state.is_open() && !abandoned {
        let what = format!("{} is {:?}: {}", row.key, row.state, story(row));
        world.violation("nothing waits for ever", what);
    }
    if row.state == RowState::Delivered && row.content.is_some() {
        world.violation("content goes on delivery", row.key.clone());
    }
    let Some(refusal) = row
        .detail
        .refusal
        .as_ref()
        .filter(|_| row.state == RowState::Refused)
    else {
        return;
    };
    let (path, allowed) = match refusal {
        Refusal::Rejected { .. } => {
            let platforms = world.platforms.borrow();
            let mut refused = platforms.refused.iter();
            (
                "refused by a platform",
                refused.any(|text| says(row, text) || long(row)),
            )
        }
        Refusal::Crashed => ("refused: it crashes", says(row, marks::POISON)),
        Refusal::OutcomeUnknown => (
            "refused: its outcome is unknown",
            matches!(world.plan.config, 2 | 3),
        ),
        Refusal::Malformed { .. } => (
            "refused: malformed",
            row.key.starts_with("x:") || row.key.starts_with("c:malformed"),
        ),
        _ => ("refused otherwise", false),
    };
    world.note(path);
    if !allowed {
        let what = format!("{}: {refusal:?}: {}", row.key, story(row));
        world.violation("only its own failure ends a message", what);
    }
}

fn long(row: &Row) -> bool {
    says(row, "x0001")
}

/// The steps of a message, in few words.
fn story(row: &Row) -> String {
    let steps = row
        .trace
        .iter()
        .map(|step| format!("{}:{:?}", step.attempt, step.event));
    steps.collect::<Vec<_>>().join(" ")
}

/// What had an effect, of one consumer: by key of the message, each piece, in order.
struct Effects {
    /// The consumer's channel. The app knows messages by their ids.
    channel: String,
    to_liveengage: Vec<(String, String)>,
    to_consumer: Vec<(String, String)>,
}

impl Effects {
    fn of(world: &World, key: &str, disk: &Disk) -> Self {
        let prefix = |key: &String| sha256_hex(key.as_bytes()).get(..32).map(str::to_owned);
        let by_prefix: BTreeMap<String, String> = disk
            .rows
            .keys()
            .filter_map(|key| Some((prefix(key)?, key.clone())))
            .collect();
        let le = world.liveengage.borrow();
        let own = |said: &&Said| said.key == key;
        let to_liveengage = le.said.iter().filter(own).filter_map(|said| {
            let id = said.request.as_ref()?.get(..32)?;
            Some((by_prefix.get(id)?.clone(), said.text.clone()))
        });
        let by_number: BTreeMap<String, String> = le
            .said
            .iter()
            .filter(|said| said.key == key && said.request.is_none())
            .filter_map(|said| {
                let of = format!("l:{}:{}", said.dialog, said.sequence);
                Some((number(&said.text)?, of))
            })
            .collect();
        let address = disk.consumer.as_ref().and_then(|it| it.address.clone());
        let platforms = world.platforms.borrow();
        let shown = platforms.shown.iter();
        let shown = shown.filter(|(to, text)| {
            Some(to) == address.as_ref()
                && number(text).is_some_and(|it| by_number.contains_key(&it))
        });
        let to_consumer = shown
            .filter_map(|(_, text)| Some((by_number.get(&number(text)?)?.clone(), text.clone())));
        Self {
            channel: disk
                .consumer
                .as_ref()
                .map_or_else(String::new, |it| it.channel.clone()),
            to_liveengage: to_liveengage.collect(),
            to_consumer: to_consumer.collect(),
        }
    }

    fn lane(&self, lane: Lane) -> &[(String, String)] {
        match lane {
            Lane::ToLiveengage => &self.to_liveengage,
            Lane::ToConsumer => &self.to_consumer,
        }
    }

    /// A message that is delivered has its effect; a second effect needs an attempt of which nothing is known.
    fn check_row(&self, world: &World, row: &Row) {
        if !row.key.starts_with("c:") && !row.key.starts_with("l:") {
            return;
        }
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, text) in self
            .lane(row.lane)
            .iter()
            .filter(|(key, _)| *key == row.key)
        {
            *times.entry(text).or_default() += 1;
        }
        if row.state == RowState::Delivered {
            // Of two messages with the same words an echo without an id may mean either: what counts is how many have arrived.
            let alike = !world.echoes_bring_ids() && is_alike(world, &row.key);
            if times.is_empty() && !is_moot(row) && !alike {
                let what = format!("{}: {}", row.key, story(row));
                world.violation("delivered means delivered", what);
            }
            if !is_moot(row) {
                self.check_whole(world, row);
            }
        }
        let Some((text, most)) = times.into_iter().max_by_key(|(_, times)| *times) else {
            return;
        };
        if most > 1 {
            let doubtful = world.doubtful.borrow();
            let known = match row.lane {
                Lane::ToLiveengage => all_but_the_last_doubtful(world, &row.key),
                Lane::ToConsumer => doubtful.contains(&row.key) || doubtful.contains(text),
            };
            let policy = world.plan.config < 2 || world.plan.config == 4;
            world.note("an effect is doubled, by the policy");
            if self.channel == "line" && row.lane == Lane::ToConsumer {
                line::check_doubled(world, row, text);
            }
            let app = self.channel == "app";
            if app && row.lane == Lane::ToConsumer || !policy || !known {
                let what = format!("{} {most} times: {}", row.key, story(row));
                world.violation("no second effect without doubt", what);
            }
        }
    }

    /// Of an agent's text that is delivered every word has been shown, however many pieces it took.
    fn check_whole(&self, world: &World, row: &Row) {
        let le = world.liveengage.borrow();
        let of = |said: &&Said| row.key == format!("l:{}:{}", said.dialog, said.sequence);
        let Some(said) = le.said.iter().find(of) else {
            return;
        };
        let shown: Vec<&str> = self
            .to_consumer
            .iter()
            .filter(|(key, _)| *key == row.key)
            .flat_map(|(_, text)| text.split_whitespace())
            .collect();
        let missing = said
            .text
            .split_whitespace()
            .find(|word| !shown.contains(word));
        if let Some(word) = missing {
            let what = format!("{}: {word} is missing: {}", row.key, story(row));
            world.violation("every piece arrives", what);
        }
    }

    /// Of messages with the same words at least as many have arrived as count as delivered.
    fn check_alike(&self, world: &World, disk: &Disk) {
        let delivered = disk
            .rows
            .values()
            .filter(|row| row.state == RowState::Delivered);
        let delivered = delivered.filter(|row| !is_moot(row) && is_alike(world, &row.key));
        let delivered = delivered.count();
        let arrived = self.to_liveengage.iter().map(|(key, _)| key);
        let arrived: BTreeSet<&String> = arrived.filter(|key| is_alike(world, key)).collect();
        let arrived = arrived.len();
        if arrived < delivered {
            let what = format!("{delivered} of the same words, {arrived} there");
            world.violation("delivered means delivered", what);
        }
    }

    /// Per lane the order of first effects is the order of acceptance. Where messages wait for lower sequences, one may go before a
    /// higher one of its dialog that came earlier, and so before what came behind that.
    fn check_order(&self, world: &World, disk: &Disk) {
        for lane in Lane::ALL {
            let accepted = disk.accepted.iter().filter(|(of, _)| *of == lane);
            let place: BTreeMap<&str, usize> = accepted
                .enumerate()
                .map(|(place, (_, key))| (key.as_str(), place))
                .collect();
            let mut seen: Vec<&(String, String)> = Vec::new();
            for effect in self.lane(lane) {
                let Some(row) = disk.rows.get(&effect.0) else {
                    continue;
                };
                if seen.contains(&effect) || row.state == RowState::Refused {
                    continue;
                }
                let overtaken = seen.iter().find(|(key, _)| {
                    let later = place.get(key.as_str()) > place.get(effect.0.as_str());
                    let earlier =
                        |of: &Row| place.get(of.key.as_str()) <= place.get(row.key.as_str());
                    let mut rows = disk.rows.values();
                    let before = disk.rows.get(key);
                    later
                        && !(reorders(world) && rows.any(|of| earlier(of) && is_lower(before, of)))
                });
                if let Some((before, _)) = overtaken {
                    let what = format!("{before}, accepted later, came before {}", effect.0);
                    world.violation("effects keep the order of acceptance", what);
                    break;
                }
                seen.push(effect);
            }
        }
    }
}

/// Whether channels wait for lower sequences in this history.
fn reorders(world: &World) -> bool {
    let mut channels = world.config.channels.values();
    channels.any(|channel| channel.reorder_wait > 0)
}

/// Whether one row is of the same dialog as the other and has a lower sequence.
fn is_lower(row: Option<&Row>, than: &Row) -> bool {
    let source = row.and_then(|row| row.detail.source.as_ref());
    let (Some(one), Some(other)) = (source, than.detail.source.as_ref()) else {
        return false;
    };
    one.dialog_id == other.dialog_id && one.sequence < other.sequence
}

/// Whether of each publish of a message but the last its object learned nothing.
fn all_but_the_last_doubtful(world: &World, key: &str) -> bool {
    let id = sha256_hex(key.as_bytes());
    let id = id.get(..32).unwrap_or_default();
    let le = world.liveengage.borrow();
    let attempts = le.said.iter().filter_map(|said| said.request.as_ref());
    let attempts: Vec<&String> = attempts.filter(|it| it.starts_with(id)).collect();
    let doubtful = world.doubtful.borrow();
    let mut earlier = attempts.iter().rev().skip(1);
    earlier.all(|attempt| doubtful.contains(*attempt))
}

/// Whether other messages have the same words.
fn is_alike(world: &World, key: &str) -> bool {
    let platforms = world.platforms.borrow();
    let mut sent = platforms.sent.iter();
    sent.any(|sent| sent.key == key && sent.is_alike())
}

/// Whether it ended because there was nothing left to do for it.
fn is_moot(row: &Row) -> bool {
    row.trace.iter().any(|step| step.event == StepEvent::Moot)
}

/// The number in an agent's text or in a piece of one.
fn number(text: &str) -> Option<String> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    let mut numbers = words.filter_map(|word| {
        let rest = word.strip_prefix('a')?;
        let end = rest.find('x')?;
        let digits = rest.get(..end)?;
        (!digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()))
            .then(|| digits.to_owned())
    });
    numbers.next()
}

/// After the retention everything is gone.
pub(crate) fn nothing_is_left(world: &World) {
    for (name, disk) in world.disks.borrow().iter() {
        let disk = disk.borrow();
        let keeps = !disk.is_empty() || disk.alarm.is_some();
        let abandoned = disk.alarm.is_none() && world.is_abandoned(name);
        if !matches!(name, Name::Account(_)) && keeps && !abandoned {
            let (rows, alarm, reports) = (disk.rows.len(), disk.alarm, &disk.reports);
            let what = format!("{name:?}: {rows} rows, alarm {alarm:?}, reports {reports:?}");
            world.violation("storage is bounded", what);
        }
    }
}
