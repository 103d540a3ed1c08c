//! What both sides send besides plain texts.

use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest};
use liveengage_connector::http::Millis;
use liveengage_connector::liveengage::notification::{
    ConversationChange, Delay, DialogEvent, EventBody, Participant,
};
use liveengage_connector::message::{
    Command, Content, File, FilePlace, Profile, ReceiptStatus, Reference, Signal,
};
use serde_json::{Value, json};

use super::words::{AGENT, LP_CONSUMER, agent_text, consumer_route, opened, text};

/// A JPEG begins so.
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
/// Where the consumer's photos lie.
pub(crate) const PHOTO: &str = "https://media.example/1.jpg";

/// A callback with these events.
pub(crate) fn callback(events: Vec<AcceptEvent>) -> AcceptRequest {
    AcceptRequest {
        route: consumer_route(),
        events,
    }
}

/// A callback with one message that carries anything.
pub(crate) fn sends(id: &str, content: Content) -> AcceptRequest {
    callback(vec![message(id, content)])
}

pub(crate) fn message(id: &str, content: Content) -> AcceptEvent {
    AcceptEvent::Message {
        id: id.to_owned(),
        content,
        sent_at: None,
        handle: None,
    }
}

/// A callback with one text, from a person about whom the platform says this.
pub(crate) fn sms_of(profile: Profile, id: &str, words: &str) -> AcceptRequest {
    let mut request = sends(id, text(words));
    request.route.profile = Some(profile);
    request
}

/// A photo that lies with the platform.
pub(crate) fn photo() -> File {
    File {
        at: FilePlace::Platform {
            reference: PHOTO.to_owned(),
        },
        name: Some("cat.jpg".to_owned()),
        media_type: Some("image/jpeg".to_owned()),
        size: Some(1234),
        caption: None,
        link: Some(PHOTO.to_owned()),
    }
}

pub(crate) fn file(file: File) -> Content {
    Content::File { file }
}

pub(crate) fn command(command: Command) -> Content {
    Content::Command { command }
}

/// The tap on a choice.
pub(crate) fn tap(id: &str, words: &str, reference: &str) -> AcceptRequest {
    let content = Content::Choice {
        text: words.to_owned(),
        reference: Some(reference.to_owned()),
        metadata: Vec::new(),
        offered_in: None,
    };
    sends(id, content)
}

/// The consumer's chat state.
pub(crate) fn state(name: &str) -> AcceptRequest {
    signal(Signal::ChatState {
        state: name.to_owned(),
    })
}

/// What became of a message to the consumer.
pub(crate) fn receipt(remote_id: &str, status: ReceiptStatus) -> AcceptRequest {
    signal(Signal::Receipt {
        remote_id: remote_id.to_owned(),
        status,
        code: None,
    })
}

/// A message to the consumer did not arrive after all, for the reason with that code of the platform's.
pub(crate) fn failed_for(remote_id: &str, code: &str) -> AcceptRequest {
    signal(Signal::Receipt {
        remote_id: remote_id.to_owned(),
        status: ReceiptStatus::Failed,
        code: Some(code.to_owned()),
    })
}

/// The platform has taken the request that carried this reference.
pub(crate) fn taken(reference: &str, remote_id: &str) -> AcceptRequest {
    signal(Signal::Taken {
        reference: Reference::parse(reference).expect("a reference"),
        remote_id: remote_id.to_owned(),
    })
}

/// What became of all messages to the consumer until then.
pub(crate) fn receipt_until(until: Millis, status: ReceiptStatus) -> AcceptRequest {
    signal(Signal::ReceiptUntil { until, status })
}

/// What the consumer did beside talking.
pub(crate) fn aside(id: &str, words: &str) -> AcceptRequest {
    let text = words.to_owned();
    sends(id, Content::Aside { text })
}

fn signal(signal: Signal) -> AcceptRequest {
    callback(vec![AcceptEvent::Signal { signal }])
}

/// Quick replies with these titles; each has metadata with its title as id.
pub(crate) fn replies(titles: &[&str]) -> Value {
    let reply = |title: &&str| {
        json!({
            "type": "button", "title": title,
            "click": {
                "actions": [{ "type": "publishText", "text": title }],
                "metadata": [metadata(title)],
            },
        })
    };
    let replies: Vec<Value> = titles.iter().map(reply).collect();
    json!({ "type": "quickReplies", "itemsPerRow": 8, "replies": replies })
}

pub(crate) fn metadata(id: &str) -> Value {
    json!({ "type": "ExternalId", "id": id })
}

/// A text with quick replies below it.
pub(crate) fn asks(words: &str, titles: &[&str]) -> EventBody {
    EventBody::Text {
        text: words.to_owned(),
        extra: Some(json!({ "quickReplies": replies(titles) })),
    }
}

/// A card with buttons.
pub(crate) fn card(title: &str, titles: &[&str]) -> EventBody {
    let mut elements = vec![json!({ "type": "text", "text": title })];
    elements.extend(replies(titles)["replies"].as_array().unwrap().clone());
    let content = json!({ "type": "vertical", "elements": elements });
    EventBody::Rich {
        raw: json!({ "type": "RichContentEvent", "content": content }),
    }
}

/// A file of an agent's.
pub(crate) fn hosted(path: &str) -> EventBody {
    let message = json!({ "caption": "bill.pdf", "relativePath": path, "fileType": "PDF" });
    EventBody::Content {
        content_type: "hosted/file".to_owned(),
        raw: json!({ "type": "ContentEvent", "contentType": "hosted/file", "message": message }),
    }
}

/// An agent's chat state; it has no sequence.
pub(crate) fn agent_state(conversation: &str, state: &str) -> DialogEvent {
    DialogEvent {
        sequence: None,
        body: EventBody::ChatState {
            state: state.to_owned(),
        },
        ..agent_text(conversation, 0, "")
    }
}

/// The agents' side has received or read messages.
pub(crate) fn agent_saw(
    conversation: &str,
    sequence: u64,
    status: &str,
    seen: &[u64],
) -> DialogEvent {
    DialogEvent {
        body: EventBody::Accept {
            status: status.to_owned(),
            sequences: seen.to_vec(),
        },
        ..agent_text(conversation, sequence, "")
    }
}

/// An agent has an open conversation.
pub(crate) fn taken_by(agent: &str, conversation: &str, updated_at: Millis) -> ConversationChange {
    let participant = |id: &str, role: &str| Participant {
        id: id.to_owned(),
        role: Some(role.to_owned()),
        ..Participant::default()
    };
    ConversationChange {
        participants: vec![
            participant(LP_CONSUMER, "CONSUMER"),
            participant(agent, "ASSIGNED_AGENT"),
        ],
        ..opened(conversation, updated_at)
    }
}

/// The usual agent has it, and it is with that skill.
pub(crate) fn with_skill(
    skill: &str,
    conversation: &str,
    updated_at: Millis,
) -> ConversationChange {
    ConversationChange {
        skill_id: Some(skill.to_owned()),
        ..taken_by(AGENT, conversation, updated_at)
    }
}

/// Nobody answers until then.
pub(crate) fn off_hours(
    conversation: &str,
    until: Millis,
    updated_at: Millis,
) -> ConversationChange {
    ConversationChange {
        delay: Some(Delay {
            kind: "OFF_HOURS".to_owned(),
            until: Some(until),
        }),
        ..opened(conversation, updated_at)
    }
}
