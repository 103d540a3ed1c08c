//! The bodies of notifications, in the shapes LiveEngage documents.

use serde_json::{Value, json};

use super::conversation::{Conversation, Dialog, Event};
use crate::clock;
use crate::ids;
use crate::options::Options;

/// `ms.MessagingEventNotification`: one event in a dialog.
pub(super) fn messaging(
    conversation: &str,
    dialog: &str,
    sequence: Option<u64>,
    event: &Event,
) -> Value {
    let id = event.originator();
    let mut originator = json!({ "id": id, "role": event.role });
    if !event.client_properties.is_null() {
        originator["clientProperties"] = event.client_properties.clone();
    }
    let mut change = json!({
        "originatorId": id,
        "originatorMetadata": originator,
        "event": event.event,
        "conversationId": conversation,
        "dialogId": dialog,
    });
    if let Some(sequence) = sequence {
        change["sequence"] = json!(sequence);
        change["serverTimestamp"] = json!(clock::now_ms());
    }
    if let Some(audience) = &event.audience {
        change["messageAudience"] = json!(audience);
    }
    if !event.metadata.is_null() {
        let shown = Some(&event.metadata).filter(|_| !event.hide_metadata);
        change["metadata"] = shown.cloned().unwrap_or_default();
    }
    if let Some(change) = change.as_object_mut() {
        change.retain(|name, _| !event.omit.contains(name));
    }
    json!({
        "kind": "notification", "body": { "changes": [change] },
        "type": "ms.MessagingEventNotification",
    })
}

/// `cqm.ExConversationChangeNotification`: the full state of a conversation.
pub(super) fn conversation_change(options: &Options, conversation: &Conversation) -> Value {
    let participants: Vec<Value> = people(conversation)
        .filter(|person| !person.suggested)
        .map(|person| json!({ "id": person.id, "role": person.role }))
        .collect();
    let dialogs: Vec<Value> = conversation
        .dialogs
        .iter()
        .map(|dialog| shown(options, conversation, dialog))
        .collect();
    let main_open = conversation.main_open();
    let ttr = &conversation.ttr;
    let skill = &conversation.skill;
    let mut details = json!({
        "skillId": skill,
        "participants": participants,
        "dialogs": dialogs,
        "brandId": options.account,
        "state": if main_open { "OPEN" } else { "CLOSE" },
        "stage": if conversation.open { "OPEN" } else { "CLOSE" },
        "startTs": conversation.started,
        "metaDataLastUpdateTs": conversation.updated,
        "firstConversation": conversation.first,
        "ttr": { "ttrType": ttr.kind, "value": ttr.value },
        "context": conversation.context(),
        "conversationHandlerDetails": { "accountId": options.account, "skillId": skill },
    });
    let given = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
    let campaign = &conversation.request["campaignInfo"];
    set(&mut details, "campaignInfo", given(campaign));
    set(&mut details, "csat", given(&conversation.csat));
    set(&mut details, "delay", given(&conversation.delay));
    set(&mut details, "endTs", conversation.ended);
    set(&mut details, "closeReason", conversation.closed_by.as_ref());
    let due = if main_open {
        json!(ttr.since + ttr.value * 1000)
    } else {
        json!(-1)
    };
    change(
        &json!({ "convId": conversation.id, "effectiveTTR": due, "conversationDetails": details }),
    )
}

/// Somebody who takes part, as notifications name them.
struct Person<'a> {
    id: &'a str,
    role: &'a str,
    suggested: bool,
    survey_only: bool,
}

/// Everybody who takes part, the consumer first.
fn people(conversation: &Conversation) -> impl Iterator<Item = Person<'_>> {
    let consumer = Person {
        id: &conversation.consumer.lp,
        role: "CONSUMER",
        suggested: false,
        survey_only: false,
    };
    let others = conversation.people.iter().map(|person| Person {
        id: &person.id,
        role: &person.role,
        suggested: person.suggested,
        survey_only: person.survey_only,
    });
    std::iter::once(consumer).chain(others)
}

fn shown(options: &Options, conversation: &Conversation, dialog: &Dialog) -> Value {
    let members: Vec<Value> = people(conversation)
        .filter(|person| dialog.survey || !person.survey_only)
        .map(|person| {
            let state = if person.suggested {
                "SUGGESTED"
            } else {
                "ACTIVE"
            };
            json!({ "id": person.id, "role": person.role, "state": state })
        })
        .collect();
    let app = if dialog.survey {
        "webasyncsurvey"
    } else {
        &options.client_id
    };
    let mut shown = json!({
        "dialogId": dialog.id,
        "participantsDetails": members,
        "dialogType": if dialog.survey { "POST_SURVEY" } else { "MAIN" },
        "channelType": "MESSAGING",
        "metaData": { "appInstallId": app },
        "state": if dialog.open { "OPEN" } else { "CLOSE" },
        "creationTs": dialog.created,
        "metaDataLastUpdateTs": dialog.updated,
    });
    set(&mut shown, "endTs", dialog.ended);
    set(&mut shown, "closedBy", dialog.closed_by.as_ref());
    set(&mut shown, "closedCause", dialog.closed_cause.as_ref());
    shown
}

/// A conversation of another channel of the account, so far as its neighbours get to see it.
pub(super) fn foreign_change(options: &Options, id: &str, consumer: &str, closed: bool) -> Value {
    let now = clock::now_ms();
    let people = json!([{ "id": consumer, "role": "CONSUMER" }]);
    let state = if closed { "CLOSE" } else { "OPEN" };
    let mut dialog = json!({
        "dialogId": id, "dialogType": "MAIN", "channelType": "MESSAGING", "state": state,
        "participantsDetails": [{ "id": consumer, "role": "CONSUMER", "state": "ACTIVE" }],
        "metaData": { "appInstallId": ids::uuid_of("another app") },
        "creationTs": now, "metaDataLastUpdateTs": now,
    });
    let end = closed.then_some(now);
    set(&mut dialog, "endTs", end);
    set(&mut dialog, "closedBy", closed.then_some("AGENT"));
    let mut details = json!({
        "skillId": "-1", "participants": people, "brandId": options.account,
        "dialogs": [dialog],
        "state": state, "stage": state, "startTs": now, "metaDataLastUpdateTs": now,
        "firstConversation": false, "ttr": { "ttrType": "PRIORITIZED", "value": 600 },
        "conversationHandlerDetails": { "accountId": options.account, "skillId": "-1" },
    });
    set(&mut details, "endTs", end);
    set(&mut details, "closeReason", closed.then_some("AGENT"));
    let due = if closed {
        json!(-1)
    } else {
        json!(now + 600_000)
    };
    change(&json!({ "convId": id, "effectiveTTR": due, "conversationDetails": details }))
}

fn change(result: &Value) -> Value {
    json!({
        "kind": "notification",
        "body": {
            "sentTs": clock::now_ms(),
            "changes": [{ "type": "UPSERT", "result": result }],
            "subscriptionId": ids::uuid_of("subscription"),
        },
        "type": "cqm.ExConversationChangeNotification",
    })
}

fn set(object: &mut Value, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        object[name] = json!(value);
    }
}
