//! LINE: a reply token is good once and for about a minute, a retry key is remembered for a day, and who somebody is can be asked.

use std::collections::BTreeMap;
use std::rc::Rc;

use liveengage_connector::http::{HttpAnswer, HttpRequest, HttpResponse, Millis};
use serde_json::{Value, json};

use super::{Person, Post, hand_over, next_number, refuses, show, write};
use crate::configs::LINE_TOKEN;
use crate::marks;
use crate::network::response;
use crate::plan::{HOUR, SECOND};
use crate::world::World;

/// How long a retry key is remembered.
const KEY: Millis = 24 * HOUR;
const FOLLOWED: &str = "[added this account]";
const UNSENT: &str = "[took a message back]";

/// What LINE remembers.
#[derive(Debug, Default)]
pub(crate) struct Line {
    tokens: BTreeMap<String, Token>,
    /// The text and the time of the push that came first with a key.
    keys: BTreeMap<String, (String, Millis)>,
    /// What was shown, in order.
    pub(crate) shown: Vec<Showing>,
    /// Whose events were unreadable.
    pub(crate) unreadable: Vec<String>,
}

/// A reply token.
#[derive(Debug)]
struct Token {
    person: String,
    until: Millis,
    used: bool,
    /// The text that it was first shown with, whatever became of that.
    text: Option<String>,
}

/// A text on a phone, and how it came there.
#[derive(Debug)]
pub(crate) struct Showing {
    pub(crate) text: String,
    pub(crate) at: Millis,
    pub(crate) pushed: bool,
}

pub(crate) fn address(number: u64) -> String {
    format!("{}{number:021x}", marks::LINE_ADDRESS)
}

pub(crate) fn is_line(url: &str) -> bool {
    url.starts_with("https://api.line.me/")
}

pub(crate) fn is_profile(url: &str) -> bool {
    url.starts_with("https://api.line.me/v2/bot/profile/")
}

/// Whether somebody has only done something, as an agent is told.
pub(crate) fn is_aside(text: &str) -> bool {
    [FOLLOWED, UNSENT].contains(&text)
}

/// The text that a request is to show.
pub(crate) fn text_of(request: &HttpRequest) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    Some(body["messages"][0]["text"].as_str()?.to_owned())
}

pub(super) fn answer(world: &Rc<World>, request: &HttpRequest) -> HttpAnswer {
    if header(request, "authorization") != Some(&format!("Bearer {LINE_TOKEN}")) {
        return Ok(response(401, complaint("Authentication failed")));
    }
    if is_profile(&request.url) {
        return Ok(profile(world));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = text_of(request).unwrap_or_default();
    Ok(if request.url.ends_with("/v2/bot/message/reply") {
        reply(world, &body, &text)
    } else if request.url.ends_with("/v2/bot/message/push") {
        push(world, header(request, "x-line-retry-key"), &body, &text)
    } else {
        response(200, "{}".to_owned())
    })
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(key, _)| *key == name);
    found.map(|(_, value)| value.as_str())
}

fn complaint(message: &str) -> String {
    json!({ "message": message }).to_string()
}

fn profile(world: &World) -> HttpResponse {
    if world.chance(2500) {
        return response(404, complaint("Not found"));
    }
    world.note("who a person is was told");
    let told = json!({ "displayName": marks::NAME, "userId": "U0", "language": "en" });
    response(200, told.to_string())
}

fn reply(world: &World, body: &Value, text: &str) -> HttpResponse {
    let name = body["replyToken"].as_str().unwrap_or_default();
    let now = world.now();
    let person = {
        let mut platforms = world.platforms.borrow_mut();
        let Some(token) = platforms.line.tokens.get_mut(name) else {
            drop(platforms);
            world.violation("a reply token is one of LINE's", name.to_owned());
            return response(400, complaint("Invalid reply token"));
        };
        let first = token.text.get_or_insert_with(|| text.to_owned()).clone();
        let spent = token.used || token.until <= now;
        let person = token.person.clone();
        drop(platforms);
        if first != text {
            let what = format!("{name}: {}, then {}", start(&first), start(text));
            world.violation("a reply token is for one message", what);
        }
        if spent {
            world.note("a token that is spent");
            return response(400, complaint("Invalid reply token"));
        }
        person
    };
    if refuses(world, text) {
        return refusal();
    }
    world.note("a reply by its token");
    if let Some(token) = world.platforms.borrow_mut().line.tokens.get_mut(name) {
        token.used = true;
    }
    shown(world, &person, text, false)
}

fn push(world: &World, key: Option<&str>, body: &Value, text: &str) -> HttpResponse {
    let now = world.now();
    let known = {
        let platforms = world.platforms.borrow();
        let known = key.and_then(|key| platforms.line.keys.get(key)).cloned();
        known.filter(|(_, at)| now < at + KEY)
    };
    if let Some((first, _)) = known {
        world.note("a push is known already (409)");
        if first != text {
            let what = format!("{}, then {}", start(&first), start(text));
            world.violation("a retry key is for one message", what);
        }
        let told = complaint("The retry key is already accepted");
        let mut known = response(409, told);
        let first = ("x-line-accepted-request-id".to_owned(), "r-1".to_owned());
        known.headers.push(first);
        return known;
    }
    if refuses(world, text) {
        return refusal();
    }
    world.note("a push");
    if let Some(key) = key {
        let known = (text.to_owned(), now);
        let mut platforms = world.platforms.borrow_mut();
        platforms.line.keys.insert(key.to_owned(), known);
    }
    shown(world, body["to"].as_str().unwrap_or_default(), text, true)
}

fn refusal() -> HttpResponse {
    let details = json!([{ "property": "messages[0].text", "message": "May not be this" }]);
    let told = json!({ "message": "The request body has 1 error(s)", "details": details });
    response(400, told.to_string())
}

fn shown(world: &World, person: &str, text: &str, pushed: bool) -> HttpResponse {
    show(world, person, text);
    let mut platforms = world.platforms.borrow_mut();
    platforms.line.shown.push(Showing {
        text: text.to_owned(),
        at: world.now(),
        pushed,
    });
    let id = format!("{}", 50_000 + platforms.line.shown.len());
    response(200, json!({ "sentMessages": [{ "id": id }] }).to_string())
}

fn start(text: &str) -> &str {
    text.get(..20).unwrap_or(text)
}

/// Somebody writes; now and then something else comes in the same callback.
pub(super) fn says(world: &Rc<World>, person: &Person, text: String) {
    let message = json!({ "type": "text", "id": next_number(world).to_string(), "text": text });
    let mut said = vec![event(world, person, "message", message)];
    said[0].1 = text;
    if world.chance(500) {
        world.note("two events in one callback");
        said.insert(0, unsent(world, person));
    }
    posts(world, person, said);
}

/// Somebody takes a message back, or adds the account.
pub(crate) fn aside(world: &Rc<World>, person: &Person) {
    let said = if world.chance(5000) {
        let follow = json!({ "isUnblocked": false });
        event(world, person, "follow", follow)
    } else {
        unsent(world, person)
    };
    posts(world, person, vec![said]);
}

/// An event, and what an agent reads of it.
type Event = (Value, String);

fn unsent(world: &World, person: &Person) -> Event {
    event(world, person, "unsend", json!({ "messageId": "325708" }))
}

fn event(world: &World, person: &Person, kind: &str, what: Value) -> Event {
    let number = next_number(world);
    // LINE's clock is ahead of the objects', where those are not right.
    let mut event = json!({
        "type": kind, "mode": "active", "timestamp": world.now() + world.plan.skew,
        "source": { "type": "user", "userId": person.address },
        "webhookEventId": format!("01HEVT{number:020}"),
        "deliveryContext": { "isRedelivery": false },
    });
    event[kind] = what;
    let text = match kind {
        "follow" => FOLLOWED,
        _ => UNSENT,
    };
    if kind != "unsend" {
        let name = format!("{}rt{number:026}", marks::SECRET);
        event["replyToken"] = name.as_str().into();
        let until = world.now() + world.roll(40 * SECOND, 70 * SECOND);
        let token = Token {
            person: person.address.clone(),
            until,
            used: false,
            text: None,
        };
        world.platforms.borrow_mut().line.tokens.insert(name, token);
    }
    (event, text.to_owned())
}

fn posts(world: &Rc<World>, person: &Person, events: Vec<Event>) {
    let id = |event: &Value| {
        let id = event["webhookEventId"].as_str();
        id.unwrap_or_default().to_owned()
    };
    let bodies: Vec<Value> = events.iter().map(|(event, _)| event.clone()).collect();
    let said = events.into_iter().map(|(event, text)| (id(&event), text));
    write(world, person, said.collect(), Post::line(&bodies));
}

/// An event that nobody can read, of somebody.
pub(crate) fn unreadable(world: &Rc<World>, person: &Person) {
    let message = json!({ "odd": world.roll(0, 1_000_000) });
    let (odd, _) = event(world, person, "message", message);
    let whose = person.address.clone();
    world.platforms.borrow_mut().line.unreadable.push(whose);
    hand_over(world, Vec::new(), Post::line(&[odd]));
}

/// What nobody has said.
pub(super) fn forged(world: &World, person: &Person) -> Post {
    let message = json!({ "type": "text", "id": "1", "text": "f0rged" });
    let (event, _) = event(world, person, "message", message);
    Post::line(&[event])
}
