//! The Send API, as the connector calls it.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::request::{self, Accepted, Action, Link, Outgoing, What};
use super::{Network, deeds, reactions, show, window};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::meta::call::Call;
use crate::meta::fetch::{self, Fetched};
use crate::meta::graph::GraphError;
use crate::people::{self, Direction, File, Media, Platform};
use crate::perform::perform;
use crate::sim::{Sim, World};

/// How long `typing_on` is shown.
const TYPING_MS: u64 = 20_000;
/// How long after the answer its echo and its receipt are told.
const ECHO_MS: u64 = 20;
const RECEIPT_MS: u64 = 40;

impl Network {
    pub(super) fn point(self) -> Point {
        match self {
            Self::Messenger => Point::Messenger,
            Self::Instagram => Point::Instagram,
        }
    }

    fn of_model(self) -> &'static Self {
        match self {
            Self::Messenger => &Self::Messenger,
            Self::Instagram => &Self::Instagram,
        }
    }
}

/// On which host a call came in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// `graph.facebook.com`: a page, and the Instagram account that is linked to it.
    Facebook,
    /// `graph.instagram.com`: an Instagram account.
    Instagram,
}

/// Whose people someone is one of.
pub(super) fn network(world: &mut World, host: Host, person: &str) -> Network {
    let linked = world
        .people
        .of(&Network::Instagram)
        .people
        .contains_key(person);
    if host == Host::Instagram || linked {
        Network::Instagram
    } else {
        Network::Messenger
    }
}

/// Token and object: those of the page, or of the Instagram account on its own host.
fn authorize(sim: &Sim, host: Host, call: &Call) -> Result<(), GraphError> {
    let options = &sim.options;
    let (token, id) = match host {
        Host::Facebook => (&options.messenger_token, &options.messenger_page),
        Host::Instagram => (&options.instagram_token, &options.instagram_account),
    };
    call.check(token, 400)?;
    let own = call.node == "me" || call.node == *id;
    own.then_some(())
        .ok_or_else(|| GraphError::no_object("post", &call.node))
}

/// `POST /{page}/messages`
pub(crate) async fn send(sim: Arc<Sim>, host: Host, call: Call) -> Response {
    let body = call.json().unwrap_or_default();
    let recipient = body["recipient"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let network = network(&mut sim.world(), host, &recipient);
    let facts = facts(&body, &recipient);
    let checked = check(&sim, network, host, &call).await;
    let effect = move |sim: &Arc<Sim>| match checked {
        Ok((accepted, files)) => Json(perform_call(sim, network, accepted, files)).into_response(),
        Err(error) => error.into_response(),
    };
    perform(&sim, network.side(), network.point(), facts, effect).await
}

fn facts(body: &Value, recipient: &str) -> Facts {
    let message = &body["message"];
    let payload = &message["attachment"]["payload"];
    let texts = [
        &message["text"],
        &payload["text"],
        &payload["elements"][0]["title"],
        &payload["url"],
    ];
    let text = texts
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default();
    let kinds = [
        &body["sender_action"],
        &payload["template_type"],
        &message["attachment"]["type"],
    ];
    let kind = kinds.into_iter().find_map(Value::as_str).unwrap_or("text");
    Facts {
        text: text.to_owned(),
        number: recipient.to_owned(),
        event_type: kind.to_owned(),
        ..Facts::default()
    }
}

type Checked = (Accepted, Vec<(Link, Fetched)>);

async fn check(
    sim: &Arc<Sim>,
    network: Network,
    host: Host,
    call: &Call,
) -> Result<Checked, GraphError> {
    authorize(sim, host, call)?;
    let body = call.json()?;
    let accepted = request::check(network, &body)?;
    reachable(&mut sim.world(), network, &accepted)?;
    let mut files = Vec::new();
    if let What::Message(outgoing) = &accepted.what {
        for link in &outgoing.links {
            files.push((link.clone(), fetched(sim, network, link).await?));
        }
    }
    Ok((accepted, files))
}

/// Whether the person is there, wants it, and may be written to now.
fn reachable(world: &mut World, network: Network, accepted: &Accepted) -> Result<(), GraphError> {
    let known = world.people.of(&network).people.get(&accepted.recipient);
    let person = known
        .ok_or_else(|| GraphError::parameter("No matching user found").with_subcode(2_018_001))?;
    if person.blocked {
        let error = GraphError::new(551, "This person isn't available right now.");
        return Err(error.with_subcode(1_545_041));
    }
    match &accepted.what {
        What::Message(outgoing) => {
            window::check(network, outgoing.basis, person.said_at, clock::now_ms())?;
            known_attachment(world, network, outgoing)
        }
        What::Action(Action::React(message, _)) => {
            let mut messages = person.messages.iter();
            let found = messages.any(|known| known.id == *message);
            let missing = || {
                GraphError::parameter("Param payload[message_id] is not a message of this person.")
            };
            found.then_some(()).ok_or_else(missing)
        }
        What::Action(_) => Ok(()),
    }
}

fn known_attachment(
    world: &mut World,
    network: Network,
    outgoing: &Outgoing,
) -> Result<(), GraphError> {
    let id = outgoing.message["attachment"]["payload"]["attachment_id"].as_str();
    let known = id.is_none_or(|id| world.people.of(&network).media.contains_key(id));
    let missing = || GraphError::parameter("Invalid attachment_id.").with_subcode(2_018_074);
    known.then_some(()).ok_or_else(missing)
}

async fn fetched(sim: &Arc<Sim>, network: Network, link: &Link) -> Result<Fetched, GraphError> {
    let failed = |subcode, message: &str| GraphError::parameter(message).with_subcode(subcode);
    let fetched = fetch::fetch(sim, &link.url, link.largest).await;
    let fetched = fetched.map_err(|reason| match reason {
        fetch::Failure::Unreachable => failed(2_018_008, "Failed to fetch the file from the url"),
        fetch::Failure::TooLarge => failed(2_018_006, "Attachment size exceeds allowable limit"),
    })?;
    let fits = match (link.kind.as_str(), network) {
        ("file", Network::Instagram) => fetched.media_type == "application/pdf",
        ("file", Network::Messenger) => true,
        (kind, _) => fetched.media_type.starts_with(&format!("{kind}/")),
    };
    fits.then_some(fetched)
        .ok_or_else(|| failed(2_018_047, "Upload attachment failure."))
}

fn perform_call(
    sim: &Arc<Sim>,
    network: Network,
    accepted: Accepted,
    files: Vec<(Link, Fetched)>,
) -> Value {
    let recipient = accepted.recipient;
    let mut world = sim.world();
    let answer = match accepted.what {
        What::Action(action) => {
            act(&mut world, network, &recipient, action);
            json!({ "recipient_id": recipient })
        }
        What::Message(outgoing) => message(sim, &mut world, network, &recipient, &outgoing, files),
    };
    drop(world);
    sim.changed();
    answer
}

fn act(world: &mut World, network: Network, recipient: &str, action: Action) {
    let person = world.people.of(&network).person(recipient);
    match action {
        Action::Typing(on) => {
            people::typing(world, &network, recipient, if on { TYPING_MS } else { 0 });
        }
        Action::Seen => {
            let sent = person.messages.iter_mut();
            for message in sent.filter(|message| message.direction == Direction::Sent) {
                message.receipts.insert("read".to_owned());
            }
        }
        Action::React(id, reaction) => {
            let mut messages = person.messages.iter_mut();
            if let Some(message) = messages.find(|message| message.id == id) {
                message.reaction = reaction.map(|reaction| reactions::emoji_of(&reaction));
            }
        }
    }
}

fn message(
    sim: &Arc<Sim>,
    world: &mut World,
    network: Network,
    recipient: &str,
    outgoing: &Outgoing,
    files: Vec<(Link, Fetched)>,
) -> Value {
    let platform = network.of_model();
    let mid = deeds::new_mid(network);
    let mut answer = json!({ "recipient_id": recipient, "message_id": mid });
    let book = world.people.of(platform);
    let mut shown = Vec::new();
    for (link, file) in files {
        let id = format!("{}", 800_000_000_000_000 + book.count());
        shown.push(file.shown(people::media_url(sim, platform, &id)));
        book.media.insert(id.clone(), file.into_media());
        if link.reusable {
            answer["attachment_id"] = json!(id);
        }
    }
    let payload = &outgoing.message["attachment"]["payload"];
    if let Some(id) = payload["attachment_id"].as_str()
        && let Some(media) = book.media.get(id)
    {
        shown.push(again(people::media_url(sim, platform, id), media));
    }
    let mut body = json!({ "message": outgoing.message });
    if let Some(quoted) = &outgoing.reply_to {
        body["reply_to"] = json!({ "mid": quoted });
    }
    people::show(world, platform, recipient, show::seen(&mid, &body, &shown));
    let echoes = world.settings.meta.echoes;
    let receipts = world.people.of(platform).person(recipient).auto_receipts;
    let later = |deed, ms| people::post_later(sim, world, platform, recipient, vec![deed], ms);
    if echoes {
        later(json!({ "kind": "echo", "message": mid }), ECHO_MS);
    }
    if receipts && network == Network::Messenger {
        later(
            json!({ "kind": "delivered", "messages": [mid] }),
            RECEIPT_MS,
        );
    }
    answer
}

fn again(url: String, media: &Media) -> File {
    File {
        url,
        name: Some(media.name.clone()),
        media_type: Some(media.media_type.clone()),
    }
}
