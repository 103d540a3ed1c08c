//! What LiveEngage reports.

use liveengage_connector::liveengage::notification::{
    Campaign, Change, ConversationChange, Delay, Dialog, DialogEvent, EventBody, Handler,
    Participant, Ttr,
};
use serde_json::{Value, json};

use super::wire::{CHANGE, EVENT, change, event};
use super::{pinned, reads, some};

#[test]
fn changes_from_liveengage() {
    pinned(&event(), EVENT);
    pinned(&change(), CHANGE);
    let bodies = [
        (
            EventBody::Content {
                content_type: "hosted/file".to_owned(),
                raw: Value::Null,
            },
            r#"{"kind":"content","content_type":"hosted/file","raw":null}"#,
        ),
        (
            EventBody::Rich { raw: json!({}) },
            r#"{"kind":"rich","raw":{}}"#,
        ),
        (
            EventBody::Accept {
                status: "READ".to_owned(),
                sequences: vec![1],
            },
            r#"{"kind":"accept","status":"READ","sequences":[1]}"#,
        ),
        (
            EventBody::ChatState {
                state: "PAUSE".to_owned(),
            },
            r#"{"kind":"chat_state","state":"PAUSE"}"#,
        ),
        (
            EventBody::Other {
                name: "n".to_owned(),
                raw: json!(1),
            },
            r#"{"kind":"other","name":"n","raw":1}"#,
        ),
    ];
    for (body, text) in bodies {
        pinned(&body, text);
    }
    let least = DialogEvent {
        sequence: None,
        originator_id: None,
        role: None,
        audience: None,
        server_timestamp: None,
        ..event()
    };
    reads(
        r#"{"conversation_id":"c","dialog_id":"d","body":{"kind":"text","text":"hello"}}"#,
        &least,
    );
    let bare = ConversationChange {
        conversation_id: "c".to_owned(),
        ..ConversationChange::default()
    };
    reads(r#"{"conversation_id":"c"}"#, &bare);
    let other = Change::Other {
        name: "n".to_owned(),
    };
    pinned(&other, r#"{"change":"other","name":"n"}"#);
}

#[test]
fn the_whole_state_of_a_conversation() {
    let whole = ConversationChange {
        close_reason: some("SYSTEM"),
        dialogs: vec![Dialog {
            id: "d".to_owned(),
            kind: some("MAIN"),
            state: some("CLOSE"),
            updated_at: Some(4),
            participants: vec![Participant {
                id: "a".to_owned(),
                role: some("ASSIGNED_AGENT"),
                state: some("SUGGESTED"),
            }],
            channel_type: some("MESSAGING"),
            app_install_id: some("app"),
            created_at: Some(5),
            ended_at: Some(6),
            closed_by: some("AGENT"),
            closed_cause: some("Timeout"),
        }],
        brand_id: some("1"),
        skill_id: some("-1"),
        delay: Some(Delay {
            kind: "NIGHT".to_owned(),
            until: Some(7),
        }),
        response_target: Some(Ttr {
            kind: some("NORMAL"),
            seconds: Some(8),
        }),
        effective_ttr: Some(-1),
        manual_ettr: Some(9),
        started_at: Some(10),
        ended_at: Some(11),
        first_conversation: Some(true),
        campaign: Some(Box::new(Campaign {
            campaign_id: some("2"),
            engagement_id: some("3"),
        })),
        handler: Some(Box::new(Handler {
            account_id: some("1"),
            skill_id: some("4"),
        })),
        ..change()
    };
    pinned(
        &whole,
        concat!(
            r#"{"conversation_id":"c","deleted":false,"state":"OPEN","stage":"OPEN","close_reason":"SYSTEM","updated_at":3,"#,
            r#""participants":[{"id":"p","role":"CONSUMER"}],"dialogs":[{"id":"d","kind":"MAIN","state":"CLOSE","updated_at":4,"#,
            r#""participants":[{"id":"a","role":"ASSIGNED_AGENT","state":"SUGGESTED"}],"channel_type":"MESSAGING","#,
            r#""app_install_id":"app","created_at":5,"ended_at":6,"closed_by":"AGENT","closed_cause":"Timeout"}],"#,
            r#""brand_id":"1","skill_id":"-1","delay":{"kind":"NIGHT","until":7},"#,
            r#""response_target":{"kind":"NORMAL","seconds":8},"effective_ttr":-1,"manual_ettr":9,"started_at":10,"#,
            r#""ended_at":11,"first_conversation":true,"campaign":{"campaign_id":"2","engagement_id":"3"},"#,
            r#""handler":{"account_id":"1","skill_id":"4"}}"#
        ),
    );
    let with_more = ConversationChange {
        csat: Some(json!({ "a": 1 })),
        context: Some(json!({ "b": 2 })),
        ..whole.clone()
    };
    assert_eq!(
        serde_json::to_string(&with_more).unwrap(),
        serde_json::to_string(&whole).unwrap(),
        "values of any size do not travel"
    );
    reads(CHANGE, &change());
    reads("{}", &Delay::default());
    reads("{}", &Ttr::default());
    reads("{}", &Campaign::default());
    reads("{}", &Handler::default());
    let dialog = Dialog {
        id: "d".to_owned(),
        ..Dialog::default()
    };
    reads(r#"{"id":"d"}"#, &dialog);
    let participant = Participant {
        id: "p".to_owned(),
        ..Participant::default()
    };
    reads(r#"{"id":"p"}"#, &participant);
}

#[test]
fn what_stands_beside_a_text() {
    let with = DialogEvent {
        body: EventBody::Text {
            text: "hello".to_owned(),
            extra: Some(json!({ "quickReplies": 1 })),
        },
        metadata: Some(json!([{ "a": 1 }])),
        ..event()
    };
    pinned(
        &with,
        concat!(
            r#"{"conversation_id":"c","dialog_id":"d","sequence":1,"originator_id":"o","role":"AGENT","#,
            r#""audience":"ALL","server_timestamp":2,"body":{"kind":"text","text":"hello","extra":{"quickReplies":1}},"#,
            r#""metadata":[{"a":1}]}"#
        ),
    );
}
