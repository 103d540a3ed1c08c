//! Notifications of LiveEngage: from the body to what the objects are told and what a platform is asked to show.

use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest};
use liveengage_connector::feed::{self, Feed, Worth};
use liveengage_connector::liveengage::content::content_of;
use liveengage_connector::liveengage::notification::{Change, Standing, parse};
use serde_json::{Value, json};

use super::stored::read_again;
use crate::channels;
use crate::corpus;

/// Stands in private notes.
const NOTE: &str = "planted-private-note";

pub(super) fn run(data: &[u8]) {
    if channels::is_marked(data, &[NOTE, channels::SECRET_MARK]) {
        return;
    }
    let Ok(changes) = parse(data) else {
        return;
    };
    let count = changes.len();
    for change in &changes {
        look(change);
    }
    let feed = feed::sort(changes, data);
    let kept: usize = feed
        .arrivals
        .iter()
        .map(|arrival| arrival.events.len())
        .sum();
    assert!(
        kept + feed.dead_letters.len() + feed.unknown.len() >= count.min(1),
        "all is lost"
    );
    assert!(
        feed.unknown.iter().all(|name| is_word(name)),
        "a name that is none goes to the log: {:?}",
        feed.unknown
    );
    for arrival in &feed.arrivals {
        assert!(arrival.consumers.len() <= 4);
        let carries = arrival.events.iter().any(|event| match event {
            AcceptEvent::Dialog { change } => {
                change.standing(None) == Standing::Forward && change.body.carries_content()
            }
            _ => false,
        });
        assert_eq!(
            arrival.worth == Worth::Content,
            carries || unattributed(&arrival.events)
        );
    }
    for event in events(&feed) {
        read_again(&AcceptRequest::of_account(
            channels::ACCOUNT,
            vec![event.clone()],
        ));
    }
    let Ok(whole) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    no_note_survives(&whole);
}

fn unattributed(events: &[AcceptEvent]) -> bool {
    events.iter().any(|event| match event {
        AcceptEvent::Dialog { change } => {
            change.standing(None) == Standing::Unattributed && change.body.carries_content()
        }
        _ => false,
    })
}

fn events(feed: &Feed) -> impl Iterator<Item = &AcceptEvent> {
    feed.arrivals
        .iter()
        .flat_map(|arrival| &arrival.events)
        .chain(&feed.dead_letters)
}

/// Content is stored, and shown on both platforms.
fn look(change: &Change) {
    let Change::Event(event) = change else {
        return;
    };
    let content = content_of(event);
    read_again(&content);
    channels::sent(&content);
    if event
        .audience
        .as_deref()
        .is_some_and(|audience| audience != "ALL")
    {
        assert!(matches!(
            event.standing(None),
            Standing::Private | Standing::Echo
        ));
    }
    // Without its text nothing is left to be said.
    let bare = content_of(&event.clone().without_text());
    assert!(
        channels::sent(&bare)
            .iter()
            .all(|request| !channels::contains(&request.body, NOTE))
    );
}

/// A word, safe to count and to log.
fn is_word(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Every event of the body as a note among agents: nothing that it says gets to any object.
fn no_note_survives(whole: &Value) {
    let Some(changes) = whole.get("body").and_then(|body| body.get("changes")) else {
        return;
    };
    let list = changes
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![changes.clone()]);
    for change in list.into_iter().take(8) {
        for noted in [as_note(change.clone()), with_last_note(change)]
            .into_iter()
            .flatten()
        {
            let mut body = whole.clone();
            body["body"]["changes"] = json!([noted]);
            let bytes = body.to_string().into_bytes();
            let Ok(changes) = parse(&bytes) else { continue };
            let feed = feed::sort(changes, &bytes);
            for event in events(&feed) {
                let told = serde_json::to_string(event).unwrap();
                assert!(!told.contains(NOTE), "a private note survives: {told}");
            }
        }
    }
}

/// The change as something that an agent tells other agents, with the note in every text that it has.
fn as_note(mut change: Value) -> Option<Value> {
    let event = change.get_mut("event")?.as_object_mut()?;
    for (field, value) in event.iter_mut() {
        if !["type", "contentType", "status", "chatState", "sequenceList"].contains(&field.as_str())
        {
            plant(value);
        }
    }
    event.entry("message").or_insert_with(|| NOTE.into());
    let fields = change.as_object_mut()?;
    fields.insert("messageAudience".to_owned(), "AGENTS_AND_MANAGERS".into());
    fields.insert("metadata".to_owned(), json!([{ "text": NOTE }]));
    fields.insert(
        "originatorMetadata".to_owned(),
        json!({ "id": "agent-1", "role": "ASSIGNED_AGENT" }),
    );
    Some(change)
}

/// The state of a conversation, with a note as its last message.
fn with_last_note(mut change: Value) -> Option<Value> {
    let result = change.get_mut("result")?.as_object_mut()?;
    let last = json!({ "messageAudience": "AGENTS_AND_MANAGERS", "event": { "type": "ContentEvent", "message": NOTE } });
    result.insert("lastContentEventNotification".to_owned(), last);
    Some(change)
}

fn plant(value: &mut Value) {
    match value {
        Value::String(text) => NOTE.clone_into(text),
        Value::Array(list) => list.iter_mut().for_each(plant),
        Value::Object(fields) => fields.values_mut().for_each(plant),
        _ => {}
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = corpus::fixtures("liveengage");
    let rich = corpus::fixtures("liveengage/rich").into_iter().filter_map(|content| {
        let content: Value = serde_json::from_slice(&content).ok()?;
        let event = json!({ "type": "RichContentEvent", "content": content });
        let change = json!({ "sequence": 3, "conversationId": "c", "dialogId": "c", "originatorId": "a", "event": event });
        let body = json!({ "type": "ms.MessagingEventNotification", "body": { "changes": [change] } });
        Some(body.to_string().into_bytes())
    });
    seeds.extend(rich);
    seeds
}
