//! The JSON in which changes travel from the Worker to the objects.

use super::*;

#[test]
fn the_json_between_worker_and_objects_is_pinned() {
    let pinned = |changes: &[Change], expected: Value| {
        assert_eq!(serde_json::to_value(changes).unwrap(), expected);
        assert_eq!(
            serde_json::from_value::<Vec<Change>>(expected).unwrap(),
            changes
        );
    };
    pinned(
        &changes("agent_text"),
        json!([{
            "change": "event",
            "conversation_id": CONVERSATION,
            "dialog_id": CONVERSATION,
            "sequence": 5,
            "originator_id": AGENT,
            "role": "ASSIGNED_AGENT",
            "audience": "ALL",
            "server_timestamp": 1_700_000_001_049_u64,
            "body": { "kind": "text", "text": "How can I help?\n" }
        }]),
    );
    pinned(
        &changes("chat_state"),
        json!([{
            "change": "event",
            "conversation_id": CONVERSATION,
            "dialog_id": CONVERSATION,
            "originator_id": AGENT,
            "role": "ASSIGNED_AGENT",
            "body": { "kind": "chat_state", "state": "COMPOSING" }
        }]),
    );
    pinned(
        &changes("survey_running"),
        json!([{
            "change": "conversation",
            "conversation_id": CONVERSATION,
            "deleted": false,
            "state": "CLOSE",
            "stage": "OPEN",
            "updated_at": 1_700_000_900_100_u64,
            "participants": [
                { "id": CONSUMER, "role": "CONSUMER" },
                { "id": AGENT, "role": "READER" },
                { "id": BOT, "role": "AGENT" }
            ],
            "dialogs": [
                {
                    "id": CONVERSATION,
                    "kind": "MAIN",
                    "state": "CLOSE",
                    "updated_at": 1_700_000_900_000_u64,
                    "channel_type": "MESSAGING",
                    "app_install_id": "0f0e0d0c-1111-4222-8333-444444444444",
                    "created_at": 1_700_000_000_000_u64,
                    "ended_at": 1_700_000_900_000_u64,
                    "closed_by": "AGENT"
                },
                {
                    "id": SURVEY,
                    "kind": "POST_SURVEY",
                    "state": "OPEN",
                    "updated_at": 1_700_000_900_100_u64,
                    "channel_type": "MESSAGING",
                    "app_install_id": "0f0e0d0c-1111-4222-8333-444444444444",
                    "created_at": 1_700_000_000_000_u64
                }
            ],
            "brand_id": "12345678",
            "skill_id": "558000001",
            "response_target": { "kind": "PRIORITIZED", "seconds": 600 },
            "effective_ttr": -1,
            "started_at": 1_700_000_000_000_u64,
            "first_conversation": false,
            "handler": { "account_id": "12345678", "skill_id": "558000001" }
        }]),
    );
    let bodies = [
        (text("t"), json!({ "kind": "text", "text": "t" })),
        (
            EventBody::Text {
                text: "t".to_owned(),
                extra: Some(json!({ "a": 1 })),
            },
            json!({ "kind": "text", "text": "t", "extra": { "a": 1 } }),
        ),
        (
            EventBody::Content {
                content_type: "hosted/file".to_owned(),
                raw: json!({ "a": 1 }),
            },
            json!({ "kind": "content", "content_type": "hosted/file", "raw": { "a": 1 } }),
        ),
        (
            EventBody::Rich { raw: json!(null) },
            json!({ "kind": "rich", "raw": null }),
        ),
        (
            accept("READ", &[0, 4]),
            json!({ "kind": "accept", "status": "READ", "sequences": [0, 4] }),
        ),
        (
            EventBody::Other {
                name: "X".to_owned(),
                raw: json!([1]),
            },
            json!({ "kind": "other", "name": "X", "raw": [1] }),
        ),
    ];
    for (body, expected) in bodies {
        assert_eq!(serde_json::to_value(&body).unwrap(), expected);
        assert_eq!(serde_json::from_value::<EventBody>(expected).unwrap(), body);
    }
    pinned(
        &[
            Change::Other {
                name: "n".to_owned(),
            },
            Change::Malformed {
                what: "w".to_owned(),
                raw: json!(17),
            },
        ],
        json!([{ "change": "other", "name": "n" }, { "change": "malformed", "what": "w", "raw": 17 }]),
    );
}
