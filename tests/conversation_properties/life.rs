//! A life: what the consumer, the agents, LiveEngage and time do.

use std::collections::BTreeMap;

use liveengage_connector::conversation::Lane;
use liveengage_connector::conversation::wire::AcceptRequest;
use liveengage_connector::http::HttpAnswer;
use liveengage_connector::message::{Content, File, ReceiptStatus};
use serde_json::json;

use crate::dice::Dice;
use crate::support::*;

/// What a photo says, in the lists of what was accepted.
pub(crate) const PHOTO_SENT: &str = "(photo)";

pub(crate) struct Life {
    pub(crate) dice: Dice,
    pub(crate) world: World,
    pub(crate) refuses: bool,
    /// Keys in the order of acceptance, with what is to be said, by lane. Commands say nothing.
    pub(crate) accepted: BTreeMap<Lane, Vec<(String, String)>>,
    callbacks: Vec<AcceptRequest>,
    /// Notifications that LiveEngage has yet to send, in no order.
    pub(crate) notifications: Vec<AcceptRequest>,
    pub(crate) under_way: BTreeMap<Lane, Pending>,
    /// Answers that take their time.
    pub(crate) late: Vec<(Pending, HttpAnswer)>,
    /// Titles of choices that nobody has answered yet.
    titles: Vec<String>,
    /// Faults that may keep a signal from LiveEngage.
    pub(crate) signal_faults: u32,
    conversations: usize,
    clock: u64,
    number: u64,
}

impl Life {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let refuses = dice.percent(30);
        let policy = if refuses { "refuse" } else { "resend" };
        let platform = if dice.percent(50) {
            "twilio"
        } else {
            "gateway"
        };
        let mut world = World::with_channel(&json!({
            "platform": platform, "on_unknown": policy, "notify_agent": dice.percent(50),
            "commands": { "bye": "close_without_survey", "hurry": "urgent" },
        }));
        world.outside.media = Some((1234, JPEG.to_vec()));
        let talking = dice.percent(50);
        let mut life = Self {
            dice,
            world,
            refuses,
            accepted: BTreeMap::new(),
            callbacks: Vec::new(),
            notifications: Vec::new(),
            under_way: BTreeMap::new(),
            late: Vec::new(),
            titles: Vec::new(),
            signal_faults: 0,
            conversations: 0,
            clock: 0,
            number: 0,
        };
        if talking {
            life.consumer_says("m0", sms("m0", "hello"));
            life.world.drain_all();
            life.agent_writes();
            life.collect_notifications();
        }
        life
    }

    pub(crate) fn act(&mut self) {
        self.world.random = self.dice.roll();
        match self.dice.below(100) {
            0..9 => self.consumer_writes(),
            9..11 => self.consumer_sends_a_photo(),
            11..13 => self.consumer_chooses(),
            13..15 => self.platform_repeats_itself(),
            15..19 => self.platform_signals(),
            19..27 => self.agent_writes(),
            27..29 => self.agent_closes(),
            29..45 => self.liveengage_notifies(),
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

    /// A callback with a new message. What it comes to mean is decided as it is accepted.
    fn consumer_says(&mut self, id: &str, request: AcceptRequest) {
        self.callbacks.push(request.clone());
        let key = format!("c:{id}");
        assert_eq!(self.world.accept(&request).accepted, 1);
        let text = match self.world.row(&key).content.clone().unwrap() {
            Content::Text { text } | Content::Choice { text, .. } => text,
            Content::File { .. } => PHOTO_SENT.to_owned(),
            _ => String::new(),
        };
        let lane = self.accepted.entry(Lane::ToLiveengage).or_default();
        lane.push((key, text));
    }

    fn next_id(&mut self) -> String {
        self.number += 1;
        format!("m{}", self.number)
    }

    fn consumer_writes(&mut self) {
        let id = self.next_id();
        let words = match self.dice.below(24) {
            0..6 => "ok".to_owned(),
            6 if self.dice.percent(4) => (0..900).map(|n| format!("{id}-{n} ")).collect(),
            7 => "bye".to_owned(),
            8 => "Hurry".to_owned(),
            _ => format!("{id} says this"),
        };
        self.consumer_says(&id, sms(&id, &words));
    }

    fn consumer_sends_a_photo(&mut self) {
        let id = self.next_id();
        let sent = File {
            name: Some(format!("{id}.jpg")),
            ..photo()
        };
        self.consumer_says(&id, sends(&id, file(sent)));
    }

    /// Each choice once, typed or tapped: whether it is known still or not, its text is said.
    fn consumer_chooses(&mut self) {
        let Some(title) = self.titles.pop() else {
            return;
        };
        let id = self.next_id();
        let offers = self.world.engine.consumer().map(|it| it.offers.clone());
        let offers = offers.unwrap_or_default();
        let found = offers.iter().find_map(|offer| {
            let index = offer.choices.iter().position(|it| it.title == title)?;
            Some(offer.reference(index))
        });
        let request = match found.filter(|_| self.dice.percent(60)) {
            Some(reference) => tap(&id, &title, &reference),
            None => sms(&id, &title),
        };
        self.consumer_says(&id, request);
    }

    fn platform_repeats_itself(&mut self) {
        if !self.callbacks.is_empty() {
            let again = self.dice.pick(&self.callbacks);
            assert_eq!(self.world.accept(&again).accepted, 0);
        }
    }

    /// No signal makes a row, but that a message has failed is told.
    fn platform_signals(&mut self) {
        let rows = self.world.engine.store().rows().count();
        if self.dice.percent(60) {
            let name = self
                .dice
                .pick(&["COMPOSING", "COMPOSING", "PAUSE", "ACTIVE"]);
            self.world.accept(&state(name));
        } else {
            let ids: Vec<String> = self
                .world
                .engine
                .store()
                .rows()
                .filter_map(|row| row.detail.remote_id.clone())
                .chain(["unknown".to_owned()])
                .collect();
            let id = self.dice.pick(&ids);
            if self.dice.percent(30) {
                let failed = receipt(&id, ReceiptStatus::Failed);
                self.world.accept(&failed);
                let rows = self.world.engine.store().rows().count();
                self.world.advance(SECOND);
                self.world.accept(&failed);
                assert_eq!(self.world.engine.store().rows().count(), rows, "told twice");
                return;
            }
            let status = self
                .dice
                .pick(&[ReceiptStatus::Delivered, ReceiptStatus::Read]);
            self.world.accept(&receipt(&id, status));
        }
        assert_eq!(self.world.engine.store().rows().count(), rows);
    }

    fn agent_writes(&mut self) {
        let Some(conversation) = self.world.outside.open_conversation() else {
            return;
        };
        self.number += 1;
        let number = self.number;
        let outside = &mut self.world.outside;
        let said = match self.dice.below(10) {
            0..2 => {
                let titles = [format!("Red {number}"), format!("Blue {number}")];
                self.titles.push(self.dice.pick(&titles));
                let titles = [titles[0].as_str(), titles[1].as_str()];
                outside.agent_sends(asks(&format!("Which {number}?"), &titles))
            }
            2 => outside.agent_sends(hosted(&format!("/v1/AUTH/{number}.PDF"))),
            3 => agent_state(&conversation, "COMPOSING"),
            4 => agent_saw(&conversation, 900 + number, "READ", &[0, 1]),
            _ => outside.agent_says(&format!("agent {number}")),
        };
        self.notifications.push(event(said));
    }

    fn agent_closes(&mut self) {
        if let Some(close) = self.world.outside.agent_closes() {
            self.world.outside.closings.push(close);
        }
    }

    pub(crate) fn collect_notifications(&mut self) {
        while let Some(echo) = self.world.outside.echoes.pop_front() {
            self.notifications.push(event(echo));
        }
        for (id, _) in &self.world.outside.conversations[self.conversations..] {
            self.clock += 1;
            self.notifications.push(change(opened(id, self.clock)));
        }
        for mut close in self.world.outside.closings.drain(..) {
            self.clock += 1;
            close.updated_at = Some(self.clock);
            self.notifications.push(change(close));
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

    pub(crate) fn notify(&mut self, request: &AcceptRequest) {
        if let Some((key, text)) = content(request) {
            self.accept(request, Lane::ToConsumer, key, text);
        } else {
            assert_eq!(self.world.accept(request).accepted, 0);
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
}

/// Key and text of an agent's words; `None` for everything else. Files are told by their addresses.
fn content(request: &AcceptRequest) -> Option<(String, String)> {
    use liveengage_connector::conversation::wire::AcceptEvent;
    use liveengage_connector::liveengage::notification::EventBody;
    let AcceptEvent::Dialog { change } = &request.events[0] else {
        return None;
    };
    if change.role.as_deref() == Some("CONSUMER") {
        return None;
    }
    let text = match &change.body {
        EventBody::Text { text, extra: None } => text.clone(),
        EventBody::Text { text, extra } => {
            let replies = extra
                .as_ref()?
                .pointer("/quickReplies/replies")?
                .as_array()?;
            let numbered = replies.iter().zip(1..);
            let lines = numbered.map(|(it, n)| format!("\n{n}. {}", it["title"].as_str().unwrap()));
            text.clone() + &lines.collect::<String>()
        }
        EventBody::Content { .. } => "(file)".to_owned(),
        _ => return None,
    };
    let key = format!("l:{}:{}", change.dialog_id, change.sequence?);
    Some((key, text))
}
