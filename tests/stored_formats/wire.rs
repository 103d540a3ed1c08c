//! What the Worker and the objects say to each other.

use liveengage_connector::conversation::Lane;
use liveengage_connector::conversation::wire::{
    AcceptEvent, AcceptRequest, AcceptResponse, FileAnswer, FileRequest, Route,
};
use liveengage_connector::liveengage::notification::{
    ConversationChange, Dialog, DialogEvent, EventBody, Participant,
};
use liveengage_connector::message::{Profile, ReceiptStatus, Reference, Signal};
use liveengage_connector::outcome::Refusal;

use super::{pinned, reads, text};

pub(crate) fn event() -> DialogEvent {
    DialogEvent {
        conversation_id: "c".to_owned(),
        dialog_id: "d".to_owned(),
        sequence: Some(1),
        originator_id: Some("o".to_owned()),
        role: Some("AGENT".to_owned()),
        audience: Some("ALL".to_owned()),
        server_timestamp: Some(2),
        body: EventBody::Text {
            text: "hello".to_owned(),
            extra: None,
        },
        metadata: None,
    }
}

pub(crate) const EVENT: &str = concat!(
    r#"{"conversation_id":"c","dialog_id":"d","sequence":1,"originator_id":"o","role":"AGENT","#,
    r#""audience":"ALL","server_timestamp":2,"body":{"kind":"text","text":"hello"}}"#
);

pub(crate) fn change() -> ConversationChange {
    ConversationChange {
        conversation_id: "c".to_owned(),
        deleted: false,
        state: Some("OPEN".to_owned()),
        stage: Some("OPEN".to_owned()),
        close_reason: None,
        updated_at: Some(3),
        participants: vec![Participant {
            id: "p".to_owned(),
            role: Some("CONSUMER".to_owned()),
            state: None,
        }],
        dialogs: vec![Dialog {
            id: "d".to_owned(),
            kind: Some("MAIN".to_owned()),
            state: Some("OPEN".to_owned()),
            updated_at: None,
            ..Dialog::default()
        }],
        ..ConversationChange::default()
    }
}

pub(crate) const CHANGE: &str = concat!(
    r#"{"conversation_id":"c","deleted":false,"state":"OPEN","stage":"OPEN","updated_at":3,"#,
    r#""participants":[{"id":"p","role":"CONSUMER"}],"dialogs":[{"id":"d","kind":"MAIN","state":"OPEN"}]}"#
);

#[test]
fn a_request_to_a_conversation_object() {
    let route = Route {
        account_id: "1".to_owned(),
        namespace: Some("sms".to_owned()),
        channel: Some("support".to_owned()),
        address: Some("+1".to_owned()),
        profile: Some(Profile::default()),
    };
    let events = vec![
        AcceptEvent::Message {
            id: "m".to_owned(),
            content: text("hello"),
            sent_at: Some(4),
            handle: Some("{}".to_owned()),
        },
        AcceptEvent::Signal {
            signal: Signal::ChatState {
                state: "ACTIVE".to_owned(),
            },
        },
        AcceptEvent::Signal {
            signal: Signal::ReceiptUntil {
                until: 5,
                status: ReceiptStatus::Read,
            },
        },
        AcceptEvent::Signal {
            signal: Signal::Receipt {
                remote_id: "SM1".to_owned(),
                status: ReceiptStatus::Read,
                code: None,
            },
        },
        AcceptEvent::Signal {
            signal: Signal::Receipt {
                remote_id: "SM2".to_owned(),
                status: ReceiptStatus::Failed,
                code: Some("30003".to_owned()),
            },
        },
        AcceptEvent::Signal {
            signal: Signal::Taken {
                reference: Reference::parse("12-0f1e2d3c4b5a69788796a5b4c3d2e1f0").unwrap(),
                remote_id: "SM3".to_owned(),
            },
        },
        AcceptEvent::Dialog { change: event() },
        AcceptEvent::Conversation { change: change() },
        AcceptEvent::DeadLetter {
            id: "x".to_owned(),
            lane: Lane::ToConsumer,
            content: text("raw"),
            refusal: Refusal::NoAddress,
        },
    ];
    let text = [
        r#"{"route":{"account_id":"1","namespace":"sms","channel":"support","address":"+1","profile":{}},"events":["#,
        r#"{"event":"message","id":"m","content":{"kind":"text","text":"hello"},"sent_at":4,"handle":"{}"},"#,
        r#"{"event":"signal","signal":"chat_state","state":"ACTIVE"},"#,
        r#"{"event":"signal","signal":"receipt_until","until":5,"status":"read"},"#,
        r#"{"event":"signal","signal":"receipt","remote_id":"SM1","status":"read"},"#,
        r#"{"event":"signal","signal":"receipt","remote_id":"SM2","status":"failed","code":"30003"},"#,
        r#"{"event":"signal","signal":"taken","reference":"12-0f1e2d3c4b5a69788796a5b4c3d2e1f0","remote_id":"SM3"},"#,
        r#"{"event":"dialog","change":"#,
        EVENT,
        r#"},{"event":"conversation","change":"#,
        CHANGE,
        r#"},{"event":"dead_letter","id":"x","lane":"to_consumer","content":{"kind":"text","text":"raw"},"#,
        r#""refusal":{"reason":"no_address"}}]}"#,
    ]
    .concat();
    pinned(&AcceptRequest { route, events }, &text);
    let least = AcceptRequest {
        route: Route {
            account_id: "1".to_owned(),
            ..Route::default()
        },
        events: Vec::new(),
    };
    reads(r#"{"route":{"account_id":"1"},"events":[]}"#, &least);
    pinned(
        &AcceptResponse {
            accepted: 1,
            duplicates: 2,
            facts: 3,
            full: false,
        },
        r#"{"accepted":1,"duplicates":2,"facts":3}"#,
    );
    reads("{}", &AcceptResponse::default());
    let full = AcceptResponse {
        full: true,
        ..AcceptResponse::default()
    };
    pinned(
        &full,
        r#"{"accepted":0,"duplicates":0,"facts":0,"full":true}"#,
    );
}

#[test]
fn questions_about_files_and_their_answers() {
    pinned(
        &FileRequest {
            file_id: "0123456789abcdef".to_owned(),
        },
        r#"{"file_id":"0123456789abcdef"}"#,
    );
    pinned(
        &FileAnswer::Found {
            url: "https://f.example/1".to_owned(),
            name: Some("bill.pdf".to_owned()),
            media_type: Some("application/pdf".to_owned()),
        },
        r#"{"file":"found","url":"https://f.example/1","name":"bill.pdf","media_type":"application/pdf"}"#,
    );
    let least = FileAnswer::Found {
        url: "https://f.example/1".to_owned(),
        name: None,
        media_type: None,
    };
    reads(r#"{"file":"found","url":"https://f.example/1"}"#, &least);
    pinned(&FileAnswer::Gone, r#"{"file":"gone"}"#);
    pinned(
        &FileAnswer::Unavailable {
            retry_after: Some(2000),
        },
        r#"{"file":"unavailable","retry_after":2000}"#,
    );
    let least = FileAnswer::Unavailable { retry_after: None };
    reads(r#"{"file":"unavailable"}"#, &least);
}

#[test]
fn what_receipts_say() {
    pinned(
        &[
            ReceiptStatus::Delivered,
            ReceiptStatus::Read,
            ReceiptStatus::Failed,
            ReceiptStatus::Accessed,
        ],
        r#"["delivered","read","failed","accessed"]"#,
    );
}
