//! LiveEngage: strict about tokens and closed conversations, and with a notification for everything.

mod webhooks;

use std::collections::BTreeMap;
use std::rc::Rc;

use liveengage_connector::crypto::base64_url;
use liveengage_connector::http::{HttpAnswer, HttpRequest, HttpResponse, Millis};
use serde_json::{Value, json};

use crate::configs::{ACCOUNT, CLIENT_SECRET};
use crate::marks;
use crate::network::response;
use crate::plan::MINUTE;
use crate::platforms::form_field;
use crate::world::World;
use webhooks::notify;
pub(crate) use webhooks::{forged, redeliver};

/// How often a refused token may be shown: by everybody who was given it, more than once.
const SHOWN_AGAIN: u32 = 20;

#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    /// LiveEngage's id of the consumer, and ours.
    pub(crate) consumer: (String, String),
    pub(crate) main_open: bool,
    pub(crate) stage_open: bool,
    pub(crate) survey: Option<String>,
}

/// Something said in a dialog.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) key: String,
    pub(crate) dialog: String,
    pub(crate) sequence: u64,
    pub(crate) text: String,
    /// The request that said it; `None` for an agent's words.
    pub(crate) request: Option<String>,
    pub(crate) private: bool,
}

#[derive(Debug, Default)]
pub(crate) struct LiveEngage {
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) said: Vec<Said>,
    next_sequence: BTreeMap<String, u64>,
    app_token: (u64, Millis),
    refused: BTreeMap<String, u32>,
    consumer_tokens: BTreeMap<String, u64>,
    /// Its clock counts changes.
    changes: u64,
    texts: u64,
    /// Notifications that were acknowledged.
    pub(crate) delivered: Vec<Rc<Vec<u8>>>,
    foreign: u64,
}

pub(crate) fn answer(world: &Rc<World>, request: &HttpRequest) -> HttpAnswer {
    let path = request.url.split('?').next().unwrap_or_default();
    if path.ends_with("/service/baseURI.json") {
        let service = |name: &str| json!({ "service": name, "baseURI": "lp.example" });
        let services = ["sentinel", "idp", "asyncMessagingEnt"].map(service);
        return Ok(response(200, json!({ "baseURIs": services }).to_string()));
    }
    if path.ends_with("/app/token") {
        return Ok(app_token(world, request));
    }
    let le = &world.liveengage;
    let revoked = world.fault("the app's token is revoked", world.plan.tokens);
    if revoked {
        le.borrow_mut().app_token.1 = 0;
    }
    let (number, until) = le.borrow().app_token;
    let given = header(request, "authorization");
    if until <= world.now() || given != app_jwt(number, until) {
        world.note("401: the app's token");
        let mut le = world.liveengage.borrow_mut();
        let times = le.refused.entry(given.to_owned()).or_default();
        *times += 1;
        if *times == SHOWN_AGAIN {
            let what = format!("one was shown {times} times");
            world.violation("a refused token is renewed", what);
        }
        return Ok(unauthorized(40102));
    }
    if path.ends_with("/consumer") {
        return Ok(consumer_token(world, request));
    }
    let on_behalf = header(request, "x-lp-on-behalf");
    let consumer = on_behalf.split('~').nth(1).unwrap_or_default().to_owned();
    if world.fault("a consumer's token is revoked", world.plan.tokens) {
        *le.borrow_mut()
            .consumer_tokens
            .entry(consumer.clone())
            .or_default() += 1;
    }
    let number = le.borrow().consumer_tokens.get(&consumer).copied();
    if on_behalf != consumer_jws(&consumer, number.unwrap_or_default()) {
        world.note("401: a consumer's token");
        return Ok(unauthorized(40103));
    }
    let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    if path.ends_with("/conversation") {
        return Ok(create(world, &consumer, &asked));
    }
    Ok(send(world, &asked))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    let mut headers = request.headers.iter();
    let found = headers.find(|(key, _)| *key == name);
    found.map_or("", |(_, value)| value.as_str())
}

fn unauthorized(code: u32) -> HttpResponse {
    let body = json!({ "kind": "resp", "code": 401, "body": { "errorCode": code } });
    response(401, body.to_string())
}

fn app_jwt(number: u64, until: Millis) -> String {
    let claims = base64_url(json!({ "exp": until / 1000 }).to_string().as_bytes());
    format!("h.{claims}.{}-{number}", marks::SECRET)
}

fn lp_id(key: &str) -> String {
    format!("lp-{}", key.get(..12).unwrap_or(key))
}

fn consumer_jws(key: &str, number: u64) -> String {
    let claims = json!({ "lp_consumer_id": lp_id(key) }).to_string();
    let claims = base64_url(claims.as_bytes());
    format!("h.{claims}.{}-{number}~{key}", marks::SECRET)
}

fn app_token(world: &Rc<World>, request: &HttpRequest) -> HttpResponse {
    if form_field(&request.body, "client_secret").as_deref() != Some(CLIENT_SECRET) {
        return response(401, json!({ "error": "invalid_client" }).to_string());
    }
    let short = world.fault("a short-lived token", world.plan.tokens * 5);
    let life = if short { 6 * MINUTE } else { 60 * MINUTE };
    let mut le = world.liveengage.borrow_mut();
    let until = (world.now() + life) / 1000 * 1000;
    le.app_token = (le.app_token.0 + 1, until);
    let token = app_jwt(le.app_token.0, until);
    response(200, json!({ "access_token": token }).to_string())
}

fn consumer_token(world: &Rc<World>, request: &HttpRequest) -> HttpResponse {
    let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let key = asked["ext_consumer_id"].as_str().unwrap_or_default();
    let mut le = world.liveengage.borrow_mut();
    let number = *le.consumer_tokens.entry(key.to_owned()).or_default();
    response(
        201,
        json!({ "token": consumer_jws(key, number) }).to_string(),
    )
}

fn create(world: &Rc<World>, key: &str, asked: &Value) -> HttpResponse {
    let open = {
        let le = world.liveengage.borrow();
        let mut conversations = le.conversations.iter();
        conversations.any(|it| it.consumer.1 == key && it.stage_open)
    };
    if open {
        world.note("already has open conversation");
        let text = "User x already has open conversation. Can't open another one.";
        let item = json!([{ "code": "BAD_REQUEST", "body": { "msg": text } }]);
        let status = if world.chance(5000) { 200 } else { 400 };
        return response(status, item.to_string());
    }
    let id = {
        let mut le = world.liveengage.borrow_mut();
        let id = format!("conv-{}", le.conversations.len() + 1);
        le.conversations.push(Conversation {
            id: id.clone(),
            consumer: (lp_id(key), key.to_owned()),
            main_open: true,
            stage_open: true,
            survey: None,
        });
        id
    };
    world.note("a conversation is created");
    tell_state(world, &id);
    if world.chance(3000) {
        world.note("content comes before the create's answer");
        agent_says(world, &id, false, false);
    }
    let items = json!([
        { "code": "OK", "body": {}, "reqId": asked[0]["id"] },
        { "code": "OK", "body": { "conversationId": id }, "reqId": asked[1]["id"] },
    ]);
    response(200, items.to_string())
}

fn send(world: &Rc<World>, asked: &Value) -> HttpResponse {
    let body = &asked["body"];
    let conversation = body["conversationId"].as_str().unwrap_or_default();
    let dialog = body["dialogId"].as_str().unwrap_or_default();
    if asked["type"] == "userprofile.SetUserProfile" {
        return done(asked, &json!({ "msg": "OK" }));
    }
    let (key, lp_id) = {
        let le = world.liveengage.borrow();
        let mut conversations = le.conversations.iter();
        let found = conversations.find(|it| {
            let main = it.main_open && it.id == dialog;
            let survey = it.survey.as_deref() == Some(dialog);
            it.id == conversation && it.stage_open && (main || survey)
        });
        let Some(found) = found else {
            world.note("Conversation is close");
            let text = "Bad Request, Conversation is close";
            let item = json!({ "code": "BAD_REQUEST", "body": { "msg": text } });
            return response(400, item.to_string());
        };
        (found.consumer.1.clone(), found.consumer.0.clone())
    };
    let event = &body["event"];
    if event["type"] == "ChatStateEvent" {
        return done(asked, &json!({ "sequence": 0 }));
    }
    let sequence = next_sequence(world, dialog);
    if event["type"] == "AcceptStatusEvent" {
        if event["status"] == "NACK" {
            world.note("LiveEngage is told that a message did not arrive");
        }
        return done(asked, &json!({ "sequence": sequence }));
    }
    let text = event["message"].as_str().unwrap_or_default();
    world.trace(|| format!("said in {dialog}: {sequence} {text}"));
    world.liveengage.borrow_mut().said.push(Said {
        key,
        dialog: dialog.to_owned(),
        sequence,
        text: text.to_owned(),
        request: asked["id"].as_str().map(str::to_owned),
        private: false,
    });
    let metadata = world.echoes_bring_ids().then(|| asked["metadata"].clone());
    let change = said_change(
        world,
        conversation,
        dialog,
        sequence,
        (&lp_id, "CONSUMER"),
        text,
    );
    let change = with(change, "metadata", metadata.unwrap_or_default());
    notify(world, events(&[change]));
    done(asked, &json!({ "sequence": sequence }))
}

fn done(asked: &Value, body: &Value) -> HttpResponse {
    let item = json!({ "code": "OK", "body": body, "reqId": asked["id"] });
    response(200, item.to_string())
}

fn next_sequence(world: &World, dialog: &str) -> u64 {
    let mut le = world.liveengage.borrow_mut();
    let next = le.next_sequence.entry(dialog.to_owned()).or_default();
    *next += 1;
    *next - 1
}

fn with(mut value: Value, name: &str, field: Value) -> Value {
    if !field.is_null() {
        value[name] = field;
    }
    value
}

fn said_change(
    world: &World,
    conversation: &str,
    dialog: &str,
    sequence: u64,
    (by, role): (&str, &str),
    text: &str,
) -> Value {
    json!({
        "sequence": sequence,
        "originatorId": by,
        "originatorMetadata": { "id": by, "role": role },
        "serverTimestamp": world.now(),
        "event": { "type": "ContentEvent", "message": text, "contentType": "text/plain" },
        "conversationId": conversation,
        "dialogId": dialog,
        "messageAudience": "ALL",
    })
}

fn events(changes: &[Value]) -> Value {
    let body = json!({ "changes": changes });
    json!({ "kind": "notification", "body": body, "type": "ms.MessagingEventNotification" })
}

/// Our key of the consumer whose conversation that is.
pub(crate) fn consumer_of(world: &World, conversation: &str) -> Option<String> {
    let le = world.liveengage.borrow();
    let mut conversations = le.conversations.iter();
    let found = conversations.find(|it| it.id == conversation);
    found.map(|it| it.consumer.1.clone())
}

/// An agent writes into a conversation, to the consumer or to other agents.
pub(crate) fn agent_says(world: &Rc<World>, conversation: &str, private: bool, long: bool) {
    let (key, dialog) = {
        let le = world.liveengage.borrow();
        let mut conversations = le.conversations.iter();
        let Some(found) = conversations.find(|it| it.id == conversation) else {
            return;
        };
        let dialog = found.survey.clone().unwrap_or_else(|| found.id.clone());
        (found.consumer.1.clone(), dialog)
    };
    let number = {
        let mut le = world.liveengage.borrow_mut();
        le.texts += 1;
        le.texts
    };
    let mut text = format!("{} a{number}x", marks::TEXT);
    if long {
        text.extend((0..330).map(|word| format!(" a{number}x{word:04}")));
    }
    if private {
        text = format!("{} {text}", marks::PRIVATE);
    } else if world.fault("a poison message", world.plan.poison) {
        text = format!("{text} {}", marks::POISON);
    }
    let sequence = next_sequence(world, &dialog);
    world.trace(|| {
        format!(
            "agent in {dialog}: {sequence} {}",
            &text[..20.min(text.len())]
        )
    });
    let change = said_change(
        world,
        conversation,
        &dialog,
        sequence,
        ("agent-1", "ASSIGNED_AGENT"),
        &text,
    );
    let audience = if private {
        "AGENTS_AND_MANAGERS"
    } else {
        "ALL"
    };
    let change = with(change, "messageAudience", audience.into());
    world.liveengage.borrow_mut().said.push(Said {
        key,
        dialog,
        sequence,
        text,
        request: None,
        private,
    });
    notify(world, events(&[change]));
}

/// An agent closes a conversation; a survey may follow.
pub(crate) fn agent_closes(world: &Rc<World>, conversation: &str) {
    let survey = world.chance(3000);
    {
        let mut le = world.liveengage.borrow_mut();
        let mut conversations = le.conversations.iter_mut();
        let Some(found) = conversations.find(|it| it.id == conversation) else {
            return;
        };
        if survey && found.main_open {
            found.survey = Some(format!("{conversation}-survey"));
        } else {
            found.stage_open = false;
            found.survey = None;
        }
        found.main_open = false;
    }
    world.note(if survey {
        "a survey opens"
    } else {
        "an agent closes"
    });
    tell_state(world, conversation);
}

fn tell_state(world: &Rc<World>, conversation: &str) {
    let notification = {
        let mut le = world.liveengage.borrow_mut();
        le.changes += 1;
        let updated = world.now() + le.changes;
        let mut conversations = le.conversations.iter();
        let Some(found) = conversations.find(|it| it.id == conversation) else {
            return;
        };
        let word = |open: bool| if open { "OPEN" } else { "CLOSE" };
        let participants = json!([{ "id": found.consumer.0, "role": "CONSUMER" }]);
        let dialog = |id: &str, kind: &str, open: bool| {
            json!({
                "dialogId": id, "dialogType": kind, "channelType": "MESSAGING", "state": word(open),
                "metaDataLastUpdateTs": updated, "participantsDetails": participants,
            })
        };
        let mut dialogs = vec![dialog(&found.id, "MAIN", found.main_open)];
        let survey = found.survey.as_ref();
        dialogs.extend(survey.map(|id| dialog(id, "POST_SURVEY", true)));
        let details = json!({
            "participants": participants, "dialogs": dialogs, "brandId": ACCOUNT,
            "state": word(found.main_open), "stage": word(found.stage_open),
            "metaDataLastUpdateTs": updated,
        });
        let result = json!({ "convId": found.id, "conversationDetails": details });
        json!({
            "kind": "notification",
            "body": { "changes": [{ "type": "UPSERT", "result": result }], "sentTs": updated },
            "type": "cqm.ExConversationChangeNotification",
        })
    };
    notify(world, notification);
}

/// Something is said in a conversation of another channel.
pub(crate) fn foreign(world: &Rc<World>) {
    let number = {
        let mut le = world.liveengage.borrow_mut();
        le.foreign += 1;
        le.foreign
    };
    world.note("a foreign conversation");
    let id = format!("other-{number}");
    let text = format!("{} {}", marks::TEXT, marks::FOREIGN);
    let change = said_change(world, &id, &id, 0, ("agent-9", "ASSIGNED_AGENT"), &text);
    notify(world, events(&[change]));
}

/// An authentic notification that nobody can read.
pub(crate) fn malformed(world: &Rc<World>) {
    world.note("a malformed notification");
    let number = world.roll(0, 1_000_000);
    notify(world, events(&[json!({ "sequence": {}, "odd": number })]));
}
