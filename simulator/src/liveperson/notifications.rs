//! The bodies of notifications, in the shapes LiveEngage documents.

use serde_json::{Value, json};

use super::conversation::{Conversation, Event};
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
    let mut originator = json!({ "id": event.originator, "role": event.role });
    if !event.client_properties.is_null() {
        originator["clientProperties"] = event.client_properties.clone();
    }
    let mut change = json!({
        "originatorId": event.originator,
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
        change["metadata"] = event.metadata.clone();
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
    let consumer = conversation.consumer.lp.as_str();
    let agent = ids::uuid_of("ASSIGNED_AGENT");
    let survey_bot = ids::uuid_of("AGENT");
    let survey = conversation.dialogs.iter().any(|dialog| dialog.survey);
    let skill = conversation.request["skillId"].as_str().unwrap_or("-1");
    let mut people = vec![(consumer, "CONSUMER")];
    if conversation.agent_joined {
        let role = if survey { "READER" } else { "ASSIGNED_AGENT" };
        people.push((&agent, role));
    }
    if survey {
        people.push((&survey_bot, "AGENT"));
    }
    let participants: Vec<Value> = people
        .iter()
        .map(|(id, role)| json!({ "id": id, "role": role }))
        .collect();
    let dialogs: Vec<Value> = conversation
        .dialogs
        .iter()
        .map(|dialog| {
            let members: Vec<Value> = people
                .iter()
                .filter(|(_, role)| dialog.survey || *role != "AGENT")
                .map(|(id, role)| json!({ "id": id, "role": role, "state": "ACTIVE" }))
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
        })
        .collect();
    let main_open = conversation.dialogs.first().is_some_and(|main| main.open);
    let ttr = conversation.request["ttrDefName"]
        .as_str()
        .unwrap_or("PRIORITIZED");
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
        "ttr": { "ttrType": ttr, "value": 600 },
        "conversationHandlerDetails": { "accountId": options.account, "skillId": skill },
    });
    let campaign = &conversation.request["campaignInfo"];
    set(
        &mut details,
        "campaignInfo",
        Some(campaign).filter(|info| !info.is_null()),
    );
    set(&mut details, "endTs", conversation.ended);
    set(&mut details, "closeReason", conversation.closed_by.as_ref());
    let ttr = if main_open {
        json!(conversation.started + 600_000)
    } else {
        json!(-1)
    };
    change(
        &json!({ "convId": conversation.id, "effectiveTTR": ttr, "conversationDetails": details }),
    )
}

/// A conversation of another channel of the account, so far as its neighbours get to see it.
pub(super) fn foreign_change(options: &Options, id: &str, consumer: &str) -> Value {
    let now = clock::now_ms();
    let people = json!([{ "id": consumer, "role": "CONSUMER" }]);
    let details = json!({
        "skillId": "-1", "participants": people, "brandId": options.account,
        "dialogs": [{
            "dialogId": id, "dialogType": "MAIN", "channelType": "MESSAGING", "state": "OPEN",
            "participantsDetails": [{ "id": consumer, "role": "CONSUMER", "state": "ACTIVE" }],
            "metaData": { "appInstallId": ids::uuid_of("another app") },
            "creationTs": now, "metaDataLastUpdateTs": now,
        }],
        "state": "OPEN", "stage": "OPEN", "startTs": now, "metaDataLastUpdateTs": now,
        "firstConversation": false, "ttr": { "ttrType": "PRIORITIZED", "value": 600 },
        "conversationHandlerDetails": { "accountId": options.account, "skillId": "-1" },
    });
    change(&json!({ "convId": id, "effectiveTTR": now + 600_000, "conversationDetails": details }))
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
