//! Messages, as the connector sends them.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::request::{self, Accepted, Outgoing, Recipient, Source};
use super::templates::{self, Filled};
use super::window::{self, Failure};
use super::{Whatsapp, deeds, media, show};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::meta::call::Call;
use crate::meta::fetch;
use crate::meta::graph::GraphError;
use crate::people::{self, Direction, File, Media};
use crate::perform::perform;
use crate::sim::{Sim, World};

/// How long somebody is shown as typing.
const TYPING_MS: u64 = 25_000;
/// How long after the answer statuses are told.
const SENT_MS: u64 = 20;
const DELIVERED_MS: u64 = 40;

static PLATFORM: Whatsapp = Whatsapp;

/// `POST /{phone_number_id}/messages`
pub(crate) async fn send(sim: Arc<Sim>, call: Call) -> Response {
    let body = call.json().unwrap_or_default();
    let checked = check(&sim, &call).await;
    let facts = facts(&mut sim.world(), &body);
    let effect = move |sim: &Arc<Sim>| match checked.and_then(|ready| ready.run(sim, &body)) {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    };
    perform(&sim, Side::Whatsapp, Point::Whatsapp, facts, effect).await
}

fn facts(world: &mut World, body: &Value) -> Facts {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let kind = text(&body["type"]).or_else(|| text(&body["status"]));
    let kind = kind.unwrap_or_else(|| "text".to_owned());
    let content = &body[kind.as_str()];
    let texts = [
        &content["body"],
        &content["body"]["text"],
        &content["caption"],
        &content["link"],
        &content["name"],
    ];
    let wanted = text(&body["to"]).or_else(|| text(&body["recipient"]));
    let wanted = wanted.unwrap_or_default();
    // The person, in whichever form it was named.
    let recipient = if request::is_user_id(&wanted) {
        Recipient::UserId(wanted.clone())
    } else {
        Recipient::Number(wanted.trim_start_matches('+').to_owned())
    };
    Facts {
        text: texts.into_iter().find_map(text).unwrap_or_default(),
        number: deeds::find(world, &recipient).unwrap_or(wanted),
        event_type: kind,
        ..Facts::default()
    }
}

/// A call that will be done.
enum Ready {
    Message(Box<Message>),
    Read {
        person: String,
        message: String,
        typing: bool,
    },
}

/// A message whose way is known.
struct Message {
    outgoing: Outgoing,
    person: Option<String>,
    filled: Option<Filled>,
    file: Option<Attached>,
    failure: Option<Failure>,
}

/// A file of a message.
enum Attached {
    Fetched(Media),
    Uploaded(String),
}

async fn check(sim: &Arc<Sim>, call: &Call) -> Result<Ready, GraphError> {
    call.check(&sim.options.whatsapp_token, 401)?;
    if call.node != sim.options.whatsapp_number_id {
        return Err(GraphError::no_object("post", &call.node));
    }
    let outgoing = match request::check(&call.json()?)? {
        Accepted::Message(outgoing) => *outgoing,
        Accepted::Read { message, typing } => return read(&mut sim.world(), message, typing),
    };
    let (person, filled, early, by_status) = {
        let mut world = sim.world();
        let filled = (outgoing.kind == "template")
            .then(|| templates::fill(&world.settings.meta.templates, &outgoing.content))
            .transpose()?;
        known_parts(&mut world, &outgoing)?;
        let person = deeds::find(&mut world, &outgoing.to);
        let early = failure(&mut world, person.as_deref(), &outgoing);
        (
            person,
            filled,
            early,
            world.settings.meta.failures_by_status,
        )
    };
    let (file, failure) = match early {
        Some(failure) => (None, Some(failure)),
        None => match attached(sim, &outgoing).await {
            Ok(file) => (file, None),
            Err(failure) => (None, Some(failure)),
        },
    };
    match failure {
        Some(failure) if !by_status => Err(failure.of_call()),
        failure => Ok(Ready::Message(Box::new(Message {
            outgoing,
            person,
            filled,
            file,
            failure,
        }))),
    }
}

fn not_valid(details: &str) -> GraphError {
    GraphError::new(131_009, "Parameter value is not valid").with_details(details)
}

/// A message of a person is marked as read.
fn read(world: &mut World, message: String, typing: bool) -> Result<Ready, GraphError> {
    let mut people = world.people.of(&PLATFORM).people.iter();
    let found = people.find(|(_, person)| {
        let mut sent = person.messages.iter();
        sent.any(|known| known.id == message && known.direction != Direction::Received)
    });
    let (person, _) = found.ok_or_else(|| not_valid("Message ID is invalid"))?;
    Ok(Ready::Read {
        person: person.clone(),
        message,
        typing,
    })
}

/// Messages and uploads that a message names.
fn known_parts(world: &mut World, outgoing: &Outgoing) -> Result<(), GraphError> {
    let book = world.people.of(&PLATFORM);
    if outgoing.kind == "reaction" {
        let id = outgoing.content["message_id"].as_str().unwrap_or_default();
        if book.message(id).is_none() {
            return Err(not_valid("Message ID is invalid"));
        }
    }
    for file in &outgoing.files {
        if let Source::Id(id) = &file.source
            && !book
                .media
                .get(id)
                .is_some_and(|media| media::fits(&file.kind, &media.media_type, media.bytes.len()))
        {
            return Err(not_valid(&format!(
                "{id} is not an uploaded file that can be sent as {}",
                file.kind
            )));
        }
    }
    Ok(())
}

/// Why a message will not reach its person.
fn failure(world: &mut World, person: Option<&str>, outgoing: &Outgoing) -> Option<Failure> {
    let known = person.and_then(|id| world.people.of(&PLATFORM).people.get(id));
    let Some(known) = known.filter(|known| !known.blocked) else {
        return Some(window::UNDELIVERABLE);
    };
    let ordered = known.more.get("fails_with").and_then(Value::as_u64);
    if let Some(code) = ordered {
        return Some(Failure {
            code: u32::try_from(code).unwrap_or_default(),
            title: "Message failed to send",
            details: "This person's messages are to fail.",
        });
    }
    let open = window::is_open(&outgoing.kind, known.said_at, clock::now_ms());
    (!open).then_some(window::RE_ENGAGEMENT)
}

async fn attached(sim: &Arc<Sim>, outgoing: &Outgoing) -> Result<Option<Attached>, Failure> {
    let Some(file) = outgoing.files.first() else {
        return Ok(None);
    };
    let link = match &file.source {
        Source::Id(id) => return Ok(Some(Attached::Uploaded(id.clone()))),
        Source::Link(link) => link,
    };
    let fetched = fetch::fetch(sim, link, media::LARGEST).await;
    let fetched = fetched.map_err(|_| window::MEDIA)?;
    let fits = media::fits(&file.kind, &fetched.media_type, fetched.bytes.len());
    fits.then(|| Some(Attached::Fetched(fetched.into_media())))
        .ok_or(window::MEDIA)
}

impl Ready {
    fn run(self, sim: &Arc<Sim>, body: &Value) -> Result<Value, GraphError> {
        let mut world = sim.world();
        let answer = match self {
            Self::Message(message) => message.run(sim, &mut world, body),
            Self::Read {
                person,
                message,
                typing,
            } => {
                mark_read(&mut world, &person, &message);
                if typing {
                    people::typing(&mut world, &PLATFORM, &person, TYPING_MS);
                }
                json!({ "success": true })
            }
        };
        drop(world);
        sim.changed();
        Ok(answer)
    }
}

/// This message has been read, and those before it.
fn mark_read(world: &mut World, person: &str, id: &str) {
    let messages = &mut world.people.of(&PLATFORM).person(person).messages;
    let end = messages.iter().position(|message| message.id == id);
    let read = messages.iter_mut().take(end.map_or(0, |end| end + 1));
    for message in read.filter(|message| message.direction == Direction::Sent) {
        message.receipts.insert("read".to_owned());
    }
}

impl Message {
    fn run(self, sim: &Arc<Sim>, world: &mut World, body: &Value) -> Value {
        let wamid = deeds::new_wamid();
        let answer = self.answer(world, &wamid);
        let absent = self.person.is_none();
        let person = match (&self.person, &self.outgoing.to) {
            (Some(person), _) => person.clone(),
            (None, Recipient::Number(number)) => number.clone(),
            // Nobody has this id: nobody is told.
            (None, Recipient::UserId(_)) => return answer,
        };
        if absent {
            // A number without WhatsApp: it stands here for its status alone.
            let more = &mut world.people.of(&PLATFORM).person(&person).more;
            more.insert("absent".to_owned(), json!(true));
        }
        let later = |world: &World, state: &str, errors: Value, ms| {
            let deed = json!({
                "kind": "status", "status": state, "message": wamid, "errors": errors,
                "opaque": self.outgoing.opaque,
            });
            people::post_later(sim, world, &PLATFORM, &person, vec![deed], ms);
        };
        if let Some(failure) = &self.failure {
            later(world, "failed", json!([failure.of_status()]), SENT_MS);
            return answer;
        }
        if self.outgoing.kind == "reaction" {
            self.react(world);
        } else {
            let file = self.file(sim, world);
            let filled = self.filled.as_ref();
            let seen = show::seen(&wamid, body, &self.outgoing, filled, file.as_ref());
            people::show(world, &PLATFORM, &person, seen);
        }
        let reports = world.people.of(&PLATFORM).person(&person).auto_receipts;
        if reports {
            later(world, "sent", Value::Null, SENT_MS);
            later(world, "delivered", Value::Null, DELIVERED_MS);
        }
        answer
    }

    fn answer(&self, world: &mut World, wamid: &str) -> Value {
        let mut contact = json!({ "input": self.outgoing.input });
        let people = &world.people.of(&PLATFORM).people;
        let known = self
            .person
            .as_ref()
            .and_then(|id| Some((id, people.get(id)?)));
        match (known, &self.outgoing.to) {
            (Some((id, person)), to) => {
                contact["user_id"] = json!(deeds::user_id(id, person));
                if let (Some(number), Recipient::Number(_)) = (deeds::shown_number(id, person), to)
                {
                    contact["wa_id"] = json!(number);
                }
            }
            (None, Recipient::Number(number)) => contact["wa_id"] = json!(number),
            (None, Recipient::UserId(id)) => contact["user_id"] = json!(id),
        }
        json!({
            "messaging_product": "whatsapp", "contacts": [contact],
            "messages": [{ "id": wamid, "message_status": "accepted" }],
        })
    }

    fn react(&self, world: &mut World) {
        let text = |name: &str| self.outgoing.content[name].as_str().unwrap_or_default();
        let emoji = Some(text("emoji").to_owned()).filter(|emoji| !emoji.is_empty());
        if let Some(message) = world.people.of(&PLATFORM).message(text("message_id")) {
            message.reaction = emoji;
        }
    }

    fn file(&self, sim: &Sim, world: &mut World) -> Option<File> {
        let book = world.people.of(&PLATFORM);
        let (id, media) = match self.file.as_ref()? {
            Attached::Uploaded(id) => (id.clone(), book.media.get(id)?.clone()),
            Attached::Fetched(media) => {
                let id = format!("{}", 880_000_000_000_000 + book.count());
                book.media.insert(id.clone(), media.clone());
                (id, media.clone())
            }
        };
        Some(File {
            url: people::media_url(sim, &PLATFORM, &id),
            name: Some(media.name).filter(|name| !name.is_empty()),
            media_type: Some(media.media_type),
        })
    }
}
