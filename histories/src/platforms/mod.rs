//! Twilio with its phones, the app behind a gateway, and LINE.

pub(crate) mod line;
mod post;
mod twilio;

use std::collections::BTreeSet;
use std::rc::Rc;

use liveengage_connector::crypto::sha256_hex;
use liveengage_connector::http::{HttpAnswer, HttpRequest, Method, Millis};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::intake::callbacks;
use liveengage_connector::objects::calls::CallFault;
use liveengage_connector::platforms::Callback;
use liveengage_connector::runtime::Runtime;
use serde_json::{Value, json};

use crate::configs::ACCOUNT;
use crate::dice::Dice;
use crate::marks;
use crate::network::response;
use crate::plan::{MINUTE, SECOND};
use crate::runtime::SimRuntime;
use crate::world::{Name, World};
use line::Line;
pub(crate) use post::Post;
use twilio::Twilio;

/// Somebody who writes.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) channel: &'static str,
    pub(crate) address: String,
}

/// A message that a platform has handed over, or is about to.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) person: Person,
    /// Key of its row.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) acknowledged: bool,
    post: Post,
}

impl Sent {
    /// Whether others may say the same, so that an echo without an id may mean either.
    pub(crate) fn is_alike(&self) -> bool {
        self.text.ends_with(" ok") || line::is_aside(&self.text)
    }
}

#[derive(Debug)]
pub(crate) struct Platforms {
    pub(crate) people: Vec<Person>,
    pub(crate) sent: Vec<Sent>,
    /// What was shown, in order: address and text.
    pub(crate) shown: Vec<(String, String)>,
    /// What a platform has refused.
    pub(crate) refused: BTreeSet<String>,
    pub(crate) line: Line,
    twilio: Twilio,
    app_ids: BTreeSet<String>,
    number: u64,
}

impl Platforms {
    pub(crate) fn new(dice: &mut Dice, people: u64) -> Self {
        let mut person = |number: u64| {
            let channel = *dice.pick(&["support-sms", "app", "line"]);
            let address = match channel {
                "line" => line::address(number),
                _ => format!("{}1000{number}", marks::ADDRESS),
            };
            Person { channel, address }
        };
        Self {
            people: (1..=people).map(&mut person).collect(),
            sent: Vec::new(),
            shown: Vec::new(),
            refused: BTreeSet::new(),
            line: Line::default(),
            twilio: Twilio::default(),
            app_ids: BTreeSet::new(),
            number: 0,
        }
    }
}

impl Person {
    pub(crate) fn key(&self, world: &World) -> String {
        let identity = world.config.identity_key.as_ref();
        let key = identity.map(|it| ConsumerKey::derive(it, ACCOUNT, self.channel, &self.address));
        key.map_or_else(String::new, |key| key.to_string())
    }
}

pub(crate) fn form_field(body: &[u8], name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(body);
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

pub(crate) fn answer(world: &Rc<World>, request: &HttpRequest) -> HttpAnswer {
    if request.url.contains("/Messages.json") {
        return twilio::answer(world, request);
    }
    if line::is_line(&request.url) {
        return line::answer(world, request);
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    if body["type"] != "message" {
        return Ok(response(200, String::new()));
    }
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let text = body["text"].as_str().unwrap_or_default();
    let address = body["to"].as_str().unwrap_or_default();
    if refuses(world, text) {
        return Ok(response(
            410,
            json!({ "error": { "code": "opted_out" } }).to_string(),
        ));
    }
    let new = world.platforms.borrow_mut().app_ids.insert(id);
    if new {
        show(world, address, text);
    } else {
        world.note("the app has a message already");
    }
    Ok(response(200, String::new()))
}

/// Whether the platform wants nothing of that message, for good.
fn refuses(world: &World, text: &str) -> bool {
    let known = world.platforms.borrow().refused.contains(text);
    let refused = known || world.fault("a platform refuses a message", world.plan.network / 8);
    if refused {
        world.platforms.borrow_mut().refused.insert(text.to_owned());
    }
    refused
}

fn show(world: &World, address: &str, text: &str) {
    world.trace(|| format!("shown to {address}: {}", &text[..20.min(text.len())]));
    if text.contains(marks::PRIVATE) {
        world.violation("no private note crosses", "shown on a phone".to_owned());
    }
    if text.contains(marks::FOREIGN) || text.contains("f0rged") {
        world.violation("nothing foreign crosses", "shown on a phone".to_owned());
    }
    let shown = (address.to_owned(), text.to_owned());
    world.platforms.borrow_mut().shown.push(shown);
}

async fn take(runtime: SimRuntime, post: Post, headers: Vec<(String, String)>) -> u16 {
    let config = runtime.config();
    let Some(channel) = config.channels.get(post.channel) else {
        return 404;
    };
    let Some(identity) = &config.identity_key else {
        return 503;
    };
    let callback = Callback {
        method: Method::Post,
        query: post.query.as_deref(),
        headers: &headers,
        body: &post.body,
        public_url: &channel.callback_url,
        now: runtime.now(),
    };
    if channel.adapter.verify(&callback).is_err() {
        return 403;
    }
    let parsed = channel.adapter.parse(&callback);
    match callbacks::take(&runtime, channel, identity, parsed, &post.body).await {
        Ok(()) => channel.adapter.acknowledgement().status,
        Err(CallFault::Full) => channel.adapter.later().status,
        Err(_) => 503,
    }
}

async fn deliver(world: &Rc<World>, post: Post) -> Option<u16> {
    let headers = post.headers(world);
    world.front(|runtime| take(runtime, post, headers)).await
}

/// Posts a callback until it is acknowledged, and sometimes once more.
fn hand_over(world: &Rc<World>, sent: Vec<usize>, post: Post) {
    hand_over_in(world, sent, post, world.roll(1, 200));
}

/// The same, after so long.
fn hand_over_in(world: &Rc<World>, sent: Vec<usize>, mut post: Post, wait: Millis) {
    let world = Rc::clone(world);
    world.undelivered.set(world.undelivered.get() + 1);
    world.clone().executor.spawn(0, async move {
        world.sleep(wait).await;
        let mut pause = SECOND;
        loop {
            let status = deliver(&world, post.clone()).await;
            post = post.again();
            match status {
                Some(200..300) => {
                    twilio::acknowledged(&world, &post);
                    break;
                }
                Some(429 | 503) | None => world.note("a callback is retried"),
                Some(status) => {
                    let what = format!("{status} for {}", post.channel);
                    world.violation("authentic callbacks are taken", what);
                    break;
                }
            }
            world.sleep(pause).await;
            pause = (pause * 2).min(MINUTE);
        }
        for sent in sent {
            acknowledged(&world, sent);
        }
        if world.fault("a callback is repeated", world.plan.delivery) {
            world.sleep(world.roll(10, 3 * MINUTE)).await;
            let _ = deliver(&world, post).await;
        }
        world.undelivered.set(world.undelivered.get() - 1);
    });
}

/// What is acknowledged is durable.
fn acknowledged(world: &World, sent: usize) {
    let (name, key) = {
        let mut platforms = world.platforms.borrow_mut();
        let sent = &mut platforms.sent[sent];
        sent.acknowledged = true;
        (Name::Conversation(sent.person.key(world)), sent.key.clone())
    };
    if !world.disk(&name).borrow().is_durable(&key) {
        world.violation("acknowledged is durable", format!("{key} is not"));
    }
}

/// Somebody writes.
pub(crate) fn says(world: &Rc<World>, person: &Person, words: &str) {
    let number = next_number(world);
    let text = format!("{} {words}", marks::TEXT).replace("%n", &number.to_string());
    if person.channel == "line" {
        return line::says(world, person, text);
    }
    let (id, post) = if person.channel == "app" {
        let id = format!("m-{number}");
        let post = Post::json(&json!({
            "type": "message", "id": id, "from": person.address,
            "profile": { "name": marks::NAME },
            "content": { "type": "text", "text": text },
        }));
        (id, post)
    } else {
        let id = format!("SM{}", &sha256_hex(number.to_string().as_bytes())[..32]);
        let fields = [
            ("MessageSid", id.as_str()),
            ("From", &person.address),
            ("To", "+15559990000"),
            ("Body", &text),
        ];
        let post = Post::form(&fields);
        (id, post)
    };
    write(world, person, vec![(id, text)], post);
}

fn next_number(world: &World) -> u64 {
    let mut platforms = world.platforms.borrow_mut();
    platforms.number += 1;
    platforms.number
}

/// Hands over a callback with what somebody has said, by ids.
fn write(world: &Rc<World>, person: &Person, said: Vec<(String, String)>, post: Post) {
    let sent = {
        let sent = &mut world.platforms.borrow_mut().sent;
        let first = sent.len();
        sent.extend(said.into_iter().map(|(id, text)| Sent {
            person: person.clone(),
            key: format!("c:{id}"),
            text,
            acknowledged: false,
            post: post.clone(),
        }));
        (first..sent.len()).collect()
    };
    hand_over(world, sent, post);
}

/// Somebody types, or has done so.
pub(crate) fn types(world: &Rc<World>, person: &Person) {
    if person.channel == "app" {
        world.note("somebody is typing");
        let typing = json!({ "type": "typing", "from": person.address, "state": "composing" });
        hand_over(world, Vec::new(), Post::json(&typing));
    }
}

/// A callback that is authentic and that nobody can read.
pub(crate) fn unreadable(world: &Rc<World>, person: &Person) {
    world.note("an unreadable callback");
    if person.channel == "line" {
        return line::unreadable(world, person);
    }
    let number = world.roll(0, 1_000_000);
    let odd = Post::json(&json!({ "type": "message", "odd": number }));
    hand_over(world, Vec::new(), odd);
}

/// A callback that somebody else has signed.
pub(crate) fn forged(world: &Rc<World>, person: &Person) {
    world.note("a forged callback");
    let world = Rc::clone(world);
    let post = match person.channel {
        "line" => line::forged(&world, person),
        _ => Post::json(&json!({
            "type": "message", "id": "forged", "from": person.address,
            "content": { "type": "text", "text": "f0rged" },
        })),
    };
    world.clone().executor.spawn(0, async move {
        let headers = post.forged_headers(&world);
        let status = world.front(|runtime| take(runtime, post, headers)).await;
        if !matches!(status, Some(403) | None) {
            world.violation("forgeries are refused", format!("{status:?}"));
        }
    });
}

/// A message comes again that was acknowledged long ago.
pub(crate) fn redeliver(world: &Rc<World>, sent: &Sent) {
    let world = Rc::clone(world);
    let post = sent.post.again();
    world.clone().executor.spawn(0, async move {
        world.note("a callback comes again after days");
        let _ = deliver(&world, post).await;
    });
}
