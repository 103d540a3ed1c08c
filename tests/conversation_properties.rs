//! Random lives of one consumer: messages both ways, duplicates, faults, crashes, late echoes and answers. Whatever happens, the
//! promise holds in the end. A failure names its seed; `SEED=n cargo test --test conversation_properties` runs it alone, and
//! `CASES=n` runs more of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use liveengage_connector::conversation::wire::AcceptRequest;
use liveengage_connector::conversation::{Lane, Row, RowState};
use liveengage_connector::crypto;
use liveengage_connector::http::HttpAnswer;
use liveengage_connector::outcome::Refusal;
use serde_json::json;
use support::*;

const CASES: u64 = 3000;
const ACTIONS: u64 = 50;

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }
}

struct Life {
    dice: Dice,
    world: World,
    refuses: bool,
    /// Keys in the order of acceptance, with the text, by lane.
    accepted: BTreeMap<Lane, Vec<(String, String)>>,
    callbacks: Vec<AcceptRequest>,
    /// Notifications that LiveEngage has yet to send, in no order.
    notifications: Vec<AcceptRequest>,
    under_way: BTreeMap<Lane, Pending>,
    /// Answers that take their time.
    late: Vec<(Pending, HttpAnswer)>,
    conversations: usize,
    clock: u64,
    number: u64,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let refuses = dice.percent(30);
        let policy = if refuses { "refuse" } else { "resend" };
        Self {
            dice,
            world: World::with_channel(&json!({ "on_unknown": policy })),
            refuses,
            accepted: BTreeMap::new(),
            callbacks: Vec::new(),
            notifications: Vec::new(),
            under_way: BTreeMap::new(),
            late: Vec::new(),
            conversations: 0,
            clock: 0,
            number: 0,
        }
    }

    fn act(&mut self) {
        self.world.random = self.dice.roll();
        match self.dice.below(100) {
            0..12 => self.consumer_writes(),
            12..15 => self.platform_repeats_itself(),
            15..25 => self.agent_writes(),
            25..27 => self.agent_closes(),
            27..45 => self.liveengage_notifies(),
            45..75 => self.shell_goes_on(),
            75..80 => self.late_answer_comes(),
            80..84 => self.crash(),
            84..86 => self.time_passes(&[300 * SECOND]),
            _ => self.time_passes(&[50, SECOND, 6 * SECOND, 16 * SECOND]),
        }
        self.collect_notifications();
    }

    fn accept(&mut self, request: &AcceptRequest, lane: Lane, key: String, text: String) {
        if self.world.accept(request).accepted == 1 {
            self.accepted.entry(lane).or_default().push((key, text));
        }
    }

    fn consumer_writes(&mut self) {
        self.number += 1;
        let id = format!("m{}", self.number);
        let words = match self.dice.below(20) {
            0..6 => "ok".to_owned(),
            6 if self.dice.percent(4) => (0..900).map(|n| format!("{id}-{n} ")).collect(),
            _ => format!("{id} says this"),
        };
        let request = sms(&id, &words);
        self.callbacks.push(request.clone());
        self.accept(&request, Lane::ToLiveengage, format!("c:{id}"), words);
    }

    fn platform_repeats_itself(&mut self) {
        if !self.callbacks.is_empty() {
            let again = self.dice.pick(&self.callbacks);
            assert_eq!(self.world.accept(&again).accepted, 0);
        }
    }

    fn agent_writes(&mut self) {
        if self.world.outside.open_conversation().is_some() {
            self.number += 1;
            let said = self
                .world
                .outside
                .agent_says(&format!("agent {}", self.number));
            self.notifications.push(event(said));
        }
    }

    fn agent_closes(&mut self) {
        if let Some(mut close) = self.world.outside.agent_closes() {
            self.clock += 1;
            close.updated_at = Some(self.clock);
            self.notifications.push(change(close));
        }
    }

    fn collect_notifications(&mut self) {
        while let Some(echo) = self.world.outside.echoes.pop_front() {
            self.notifications.push(event(echo));
        }
        for (id, _) in &self.world.outside.conversations[self.conversations..] {
            self.clock += 1;
            self.notifications.push(change(opened(id, self.clock)));
        }
        self.conversations = self.world.outside.conversations.len();
    }

    /// Any of them, and sometimes the same one again later.
    fn liveengage_notifies(&mut self) {
        if self.notifications.is_empty() {
            return;
        }
        let index = usize::try_from(self.dice.below(self.notifications.len() as u64)).unwrap();
        let request = if self.dice.percent(20) {
            self.notifications[index].clone()
        } else {
            self.notifications.remove(index)
        };
        self.notify(&request);
    }

    fn notify(&mut self, request: &AcceptRequest) {
        if let Some((key, text)) = content(request) {
            self.accept(request, Lane::ToConsumer, key, text);
        } else {
            assert_eq!(self.world.accept(request).accepted, 0);
        }
    }

    /// Some step of a drain: another request, or the answer to the one that is under way.
    fn shell_goes_on(&mut self) {
        let lane = self.dice.pick(&Lane::ALL);
        if let Some(pending) = self.under_way.remove(&lane) {
            self.answer(pending);
            return;
        }
        for kind in ["access", "register", "claim"] {
            if self.dice.percent(5) {
                self.world.outside.script(kind, [Reply::NotSent]);
            }
        }
        if let Taken::Send(pending) = self.world.take(lane) {
            self.check_request(&pending);
            self.under_way.insert(lane, pending);
        }
        for kind in ["access", "register", "claim"] {
            self.world.outside.forget(kind);
        }
    }

    fn answer(&mut self, pending: Pending) {
        let reply = match self.dice.below(100) {
            0..55 => Reply::Ok,
            55..63 => Reply::LostAfter,
            63..69 => Reply::LostBefore,
            69..73 => Reply::FailedAfter(500),
            73..76 => Reply::status(504),
            76..80 => Reply::NotSent,
            80..84 => Reply::status(503),
            84..87 => Reply::RetryAfter(429, 3),
            87..90 => Reply::unauthorized(40102),
            90..92 => Reply::unauthorized(40103),
            92..93 => Reply::unauthorized(40001),
            // Without its place in LiveEngage's dialog a text can be taken for its neighbour of the same words.
            93..95 if !pending.says("ok") => Reply::Silent,
            _ => {
                // The answer is a long time coming.
                if self.dice.percent(40) {
                    let kind = pending.kind();
                    self.world.outside.script(kind, [Reply::status(503)]);
                }
                let answer = self.world.perform(&pending);
                self.late.push((pending, answer));
                return;
            }
        };
        let kind = pending.kind();
        self.world.outside.script(kind, [reply]);
        let answer = self.world.perform(&pending);
        if self.dice.percent(5) {
            self.crash();
        } else {
            self.world.end(&pending, &answer);
        }
    }

    fn late_answer_comes(&mut self) {
        if !self.late.is_empty() {
            let (pending, answer) = self.late.remove(0);
            self.world.end(&pending, &answer);
        }
    }

    fn crash(&mut self) {
        self.world.crash();
        self.under_way.clear();
        self.late.clear();
    }

    fn time_passes(&mut self, spans: &[u64]) {
        let span = self.dice.pick(spans);
        self.world.advance(span);
    }

    /// A create while a conversation is known to be open would be a second one.
    fn check_request(&self, pending: &Pending) {
        if pending.kind() == "create" {
            let open = self.world.outside.open_conversation();
            let mut known = self.world.engine.consumer().unwrap().conversations.iter();
            let twice = known.find(|known| known.stage_open && open.as_ref() == Some(&known.id));
            assert!(twice.is_none(), "a second conversation beside {open:?}");
        }
    }

    /// All faults end, and everything that is late comes.
    fn calm_down(&mut self) {
        for (_, pending) in std::mem::take(&mut self.under_way) {
            let answer = self.world.perform(&pending);
            self.world.end(&pending, &answer);
        }
        for _ in 0..300 {
            self.collect_notifications();
            while !self.notifications.is_empty() {
                let next = self.notifications.remove(0);
                self.notify(&next);
            }
            self.late_answer_comes();
            let rung = self.world.run_for(10 * MINUTE);
            assert!(rung < 100, "the alarm rang {rung} times in ten minutes");
            let quiet = !self.world.has_open() && self.late.is_empty();
            if quiet && self.world.outside.echoes.is_empty() && self.notifications.is_empty() {
                return;
            }
        }
        panic!("something waits for ever");
    }

    /// Texts that had their effect, by the key of their message, each occurrence.
    fn effects(&self, lane: Lane) -> Vec<(String, String)> {
        if lane == Lane::ToConsumer {
            let by_text: BTreeMap<&String, &String> = self
                .lane(lane)
                .iter()
                .map(|(key, text)| (text, key))
                .collect();
            let phone = self.world.outside.phone.iter();
            return phone
                .map(|text| (by_text[text].clone(), text.clone()))
                .collect();
        }
        let by_id: BTreeMap<String, &String> = self
            .lane(lane)
            .iter()
            .map(|(key, _)| (crypto::sha256_hex(key.as_bytes())[..32].to_owned(), key))
            .collect();
        let said = self.world.outside.said.iter();
        said.filter_map(|said| {
            let id = said.request_id.as_ref()?;
            Some((by_id[&id[..32]].clone(), said.text.clone()))
        })
        .collect()
    }

    fn lane(&self, lane: Lane) -> &[(String, String)] {
        self.accepted.get(&lane).map_or(&[], Vec::as_slice)
    }

    /// What the README promises.
    fn check(&self, seen: &mut BTreeSet<&'static str>) {
        for lane in Lane::ALL {
            let effects = self.effects(lane);
            let mut first: Vec<(String, String)> = Vec::new();
            for effect in &effects {
                if !first.contains(effect) {
                    first.push(effect.clone());
                }
            }
            let order: Vec<&String> = self.lane(lane).iter().map(|(key, _)| key).collect();
            let place = |key: &String| order.iter().position(|of| *of == key).unwrap();
            assert!(
                first.is_sorted_by_key(|(key, _)| place(key)),
                "out of order: {first:?}"
            );
            for (key, text) in self.lane(lane) {
                let row = self.world.row(key);
                let pieces: Vec<&String> = first
                    .iter()
                    .filter(|(of, _)| of == key)
                    .map(|(_, piece)| piece)
                    .collect();
                let whole: String = pieces
                    .iter()
                    .flat_map(|piece| piece.split_whitespace())
                    .collect();
                let arrived = whole == text.split_whitespace().collect::<String>();
                self.check_end(row, text, arrived, seen);
                let times = effects.iter().filter(|(of, _)| of == key).count();
                if times > pieces.len() {
                    seen.insert("doubled");
                    let doubtful = story(row).contains("unknown") || row.trace.len() >= 32;
                    assert!(doubtful, "{key} doubled without doubt: {}", story(row));
                }
            }
            let of_text = |row: &&Row| row.state == RowState::Delivered;
            let delivered = self.rows_saying("ok").filter(of_text).count();
            let there = self
                .world
                .outside
                .transcript()
                .iter()
                .filter(|text| **text == "ok")
                .count();
            assert!(there >= delivered, "{delivered} delivered, {there} there");
        }
    }

    fn rows_saying(&self, words: &str) -> impl Iterator<Item = &Row> {
        let keys = self
            .lane(Lane::ToLiveengage)
            .iter()
            .filter(move |(_, text)| text == words);
        keys.map(|(key, _)| self.world.row(key))
    }

    fn check_end(&self, row: &Row, text: &str, arrived: bool, seen: &mut BTreeSet<&'static str>) {
        match (row.state, &row.detail.refusal) {
            // Neighbours with the same text may have been told apart by each other's echoes: they are counted instead.
            (RowState::Delivered, None) => {
                let name = text.get(..20).unwrap_or(text);
                let story = story(row);
                assert!(
                    arrived || text == "ok",
                    "{} ({name}) is lost: {story}",
                    row.key
                );
            }
            (RowState::Refused, Some(Refusal::OutcomeUnknown)) if self.refuses => {
                seen.insert("refused");
            }
            _ => panic!("{} ended so: {}", row.key, story(row)),
        }
        for word in [
            "unknown",
            "(echo)",
            "doubled",
            "interrupted",
            "closing",
            "already_open",
        ] {
            if story(row).contains(word) {
                seen.insert(word);
            }
        }
    }
}

/// Key and text of an agent's words; `None` for everything else.
fn content(request: &AcceptRequest) -> Option<(String, String)> {
    use liveengage_connector::conversation::wire::AcceptEvent;
    use liveengage_connector::liveengage::notification::EventBody;
    let AcceptEvent::Dialog { change } = &request.events[0] else {
        return None;
    };
    let EventBody::Text { text, .. } = &change.body else {
        return None;
    };
    let key = format!("l:{}:{}", change.dialog_id, change.sequence?);
    (change.role.as_deref() != Some("CONSUMER")).then(|| (key, text.clone()))
}

fn live(seed: u64, seen: &mut BTreeSet<&'static str>) {
    let mut life = Life::new(seed);
    for _ in 0..life.dice.below(ACTIONS) + 10 {
        life.act();
    }
    life.calm_down();
    life.check(seen);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_every_message_ends_and_nothing_is_lost_or_out_of_order() {
    let mut seen = BTreeSet::new();
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CASES").unwrap_or(CASES),
    };
    let many = seeds.end - seeds.start > 500;
    for seed in seeds {
        let lived = catch_unwind(AssertUnwindSafe(|| live(seed, &mut seen)));
        assert!(lived.is_ok(), "it fails with SEED={seed}");
    }
    if many {
        for word in [
            "unknown",
            "(echo)",
            "doubled",
            "refused",
            "interrupted",
            "already_open",
        ] {
            assert!(seen.contains(word), "no life came to `{word}`: {seen:?}");
        }
    }
}
