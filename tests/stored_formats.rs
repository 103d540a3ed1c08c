//! Stored and internal formats, pinned. Neighbouring releases read each other's rows and requests: fields and variants are only
//! added, each new field with a default. A change of an expectation here is a change of what lies on disks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::fmt::Debug;

use liveengage_connector::conversation::send::SendProgress;
use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest, AcceptResponse, Route};
use liveengage_connector::conversation::{
    Consumer, Detail, DialogPlace, ExpectedEcho, Known, Lane, Phase, Resent, RowState, Step,
    StepEvent,
};
use liveengage_connector::directory::{Ask, Entry, Parked, Resolution};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::liveengage::consumer_jws::StoredConsumerToken;
use liveengage_connector::liveengage::notification::{
    Change, ConversationChange, Dialog, DialogEvent, EventBody, Participant,
};
use liveengage_connector::message::{Content, Profile, ReceiptStatus, Signal};
use liveengage_connector::outcome::{Cause, Refusal};
use liveengage_connector::platforms::Progress;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The value is stored as exactly that text, and read back from it.
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), text);
    assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value);
}

/// What an older release stored, or a newer one with fields that nobody knows here, reads as that value.
fn reads<T: DeserializeOwned + PartialEq + Debug>(text: &str, value: &T) {
    assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value, "{text}");
    let mut newer: Value = serde_json::from_str(text).unwrap();
    if let Some(fields) = newer.as_object_mut() {
        fields.insert("of_a_later_release".to_owned(), json!({ "x": 1 }));
        assert_eq!(
            &serde_json::from_value::<T>(newer).unwrap(),
            value,
            "{text}"
        );
    }
}

fn place(sequence: u64) -> DialogPlace {
    DialogPlace {
        dialog_id: "d".to_owned(),
        sequence,
    }
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

#[test]
fn the_consumer() {
    let consumer = Consumer {
        account_id: "1".to_owned(),
        namespace: "sms".to_owned(),
        channel: "support".to_owned(),
        address: Some("+1".to_owned()),
        profile: Profile {
            name: Some("Ada".to_owned()),
            phone: None,
            language: None,
        },
        token: Some(StoredConsumerToken {
            jws: "h.p.s".to_owned(),
            lp_consumer_id: "lp".to_owned(),
        }),
        registered_at: Some(5),
        conversations: vec![Known {
            id: "c".to_owned(),
            main_open: true,
            stage_open: true,
            survey: Some("s".to_owned()),
            updated_at: Some(6),
            changed_at: 7,
            claimed_at: Some(8),
        }],
        already_open_since: Some(9),
        claim_failures: 1,
        claim_due_at: 10,
        touched_at: 11,
    };
    pinned(
        &consumer,
        concat!(
            r#"{"account_id":"1","namespace":"sms","channel":"support","address":"+1","profile":{"name":"Ada"},"#,
            r#""token":{"jws":"h.p.s","lp_consumer_id":"lp"},"registered_at":5,"conversations":[{"id":"c","#,
            r#""main_open":true,"stage_open":true,"survey":"s","updated_at":6,"changed_at":7,"claimed_at":8}],"#,
            r#""already_open_since":9,"claim_failures":1,"claim_due_at":10,"touched_at":11}"#
        ),
    );
    let least = Consumer {
        account_id: "1".to_owned(),
        namespace: "sms".to_owned(),
        ..Consumer::default()
    };
    reads(r#"{"account_id":"1","namespace":"sms"}"#, &least);
    let known = Known {
        id: "c".to_owned(),
        main_open: true,
        stage_open: false,
        survey: None,
        updated_at: None,
        changed_at: 0,
        claimed_at: None,
    };
    reads(r#"{"id":"c","main_open":true,"stage_open":false}"#, &known);
}

#[test]
fn the_detail_of_a_row() {
    let echo = ExpectedEcho {
        dialog_id: "d".to_owned(),
        above: Some(2),
    };
    let detail = Detail {
        progress: Progress::of(&json!({ "pieces": 1 })),
        attempt: 2,
        failures: 3,
        source: Some(place(4)),
        published: vec![place(5)],
        remote_id: Some("SM1".to_owned()),
        echo: Some(echo.clone()),
        resent: Some(Resent {
            echo,
            text: "digest".to_owned(),
        }),
        unknown: true,
        interruptions: 6,
        crashes: 7,
        phase: Phase::OnItsWay,
        held: true,
        refusal: Some(Refusal::Expired),
    };
    pinned(
        &detail,
        concat!(
            r#"{"progress":{"pieces":1},"attempt":2,"failures":3,"source":{"dialog_id":"d","sequence":4},"#,
            r#""published":[{"dialog_id":"d","sequence":5}],"remote_id":"SM1","echo":{"dialog_id":"d","above":2},"#,
            r#""resent":{"echo":{"dialog_id":"d","above":2},"text":"digest"},"unknown":true,"interruptions":6,"#,
            r#""crashes":7,"phase":"on_its_way","held":true,"refusal":{"reason":"expired"}}"#
        ),
    );
    pinned(
        &Detail::default(),
        r#"{"progress":null,"attempt":0,"failures":0,"unknown":false,"interruptions":0,"crashes":0,"phase":"begun","held":false}"#,
    );
    reads("{}", &Detail::default());
}

#[test]
fn the_names_of_lanes_states_and_phases() {
    for (lane, name) in [
        (Lane::ToLiveengage, "to_liveengage"),
        (Lane::ToConsumer, "to_consumer"),
    ] {
        assert_eq!((lane.as_str(), Lane::from_stored(name)), (name, Some(lane)));
        pinned(&lane, &format!("\"{name}\""));
    }
    for (state, name) in [
        (RowState::Waiting, "waiting"),
        (RowState::Sending, "sending"),
        (RowState::Delivered, "delivered"),
        (RowState::Refused, "refused"),
    ] {
        assert_eq!(
            (state.as_str(), RowState::from_stored(name)),
            (name, Some(state))
        );
        pinned(&state, &format!("\"{name}\""));
    }
    pinned(
        &[Phase::Begun, Phase::OnItsWay, Phase::Answered],
        r#"["begun","on_its_way","answered"]"#,
    );
    assert_eq!(
        (Lane::from_stored("other"), RowState::from_stored("other")),
        (None, None)
    );
}

#[test]
fn the_trace() {
    let step = |event| Step {
        at: 1,
        attempt: 2,
        event,
    };
    let cause = || Cause::Server { status: 503 };
    for (event, text) in [
        (StepEvent::Accepted, r#""event":"accepted""#),
        (StepEvent::Started, r#""event":"started""#),
        (StepEvent::Advanced, r#""event":"advanced""#),
        (
            StepEvent::Retry {
                because: cause(),
                until: 9,
            },
            r#""event":"retry","because":{"cause":"server","status":503},"until":9"#,
        ),
        (
            StepEvent::Unknown {
                because: Cause::NoAnswer,
                until: 9,
            },
            r#""event":"unknown","because":{"cause":"no_answer"},"until":9"#,
        ),
        (
            StepEvent::Delivered { by_echo: true },
            r#""event":"delivered","by_echo":true"#,
        ),
        (
            StepEvent::Refused {
                because: Refusal::Crashed,
            },
            r#""event":"refused","because":{"reason":"crashed"}"#,
        ),
        (
            StepEvent::Doubled { sequence: Some(3) },
            r#""event":"doubled","sequence":3"#,
        ),
    ] {
        pinned(&step(event), &format!(r#"{{"at":1,"attempt":2,{text}}}"#));
    }
    let old = Step {
        at: 1,
        attempt: 0,
        event: StepEvent::Delivered { by_echo: false },
    };
    reads(r#"{"at":1,"event":"delivered"}"#, &old);
}

#[test]
fn causes_and_refusals() {
    let causes = [
        (Cause::RateLimited, r#"{"cause":"rate_limited"}"#),
        (
            Cause::Server { status: 500 },
            r#"{"cause":"server","status":500}"#,
        ),
        (Cause::Unreachable, r#"{"cause":"unreachable"}"#),
        (Cause::NoAnswer, r#"{"cause":"no_answer"}"#),
        (Cause::Interrupted, r#"{"cause":"interrupted"}"#),
        (
            Cause::Credentials { code: None },
            r#"{"cause":"credentials","code":null}"#,
        ),
        (
            Cause::Configuration {
                key: "k".to_owned(),
            },
            r#"{"cause":"configuration","key":"k"}"#,
        ),
        (
            Cause::Unexpected { status: 302 },
            r#"{"cause":"unexpected","status":302}"#,
        ),
        (Cause::AlreadyOpen, r#"{"cause":"already_open"}"#),
        (Cause::Closing, r#"{"cause":"closing"}"#),
        (Cause::Internal, r#"{"cause":"internal"}"#),
    ];
    for (cause, text) in causes {
        pinned(&cause, text);
    }
    let s = str::to_owned;
    let refusals = [
        (
            Refusal::Rejected { code: s("21610") },
            r#"{"reason":"rejected","code":"21610"}"#,
        ),
        (
            Refusal::Unsupported { kind: s("k") },
            r#"{"reason":"unsupported","kind":"k"}"#,
        ),
        (
            Refusal::Malformed { what: s("w") },
            r#"{"reason":"malformed","what":"w"}"#,
        ),
        (Refusal::NoAddress, r#"{"reason":"no_address"}"#),
        (Refusal::Expired, r#"{"reason":"expired"}"#),
        (Refusal::OutcomeUnknown, r#"{"reason":"outcome_unknown"}"#),
        (Refusal::Crashed, r#"{"reason":"crashed"}"#),
    ];
    for (refusal, text) in refusals {
        pinned(&refusal, text);
    }
}

#[test]
fn content_and_progress() {
    pinned(&text("Grüße"), r#"{"kind":"text","text":"Grüße"}"#);
    let unsupported = Content::Unsupported {
        name: "hosted/file".to_owned(),
        raw: json!({ "a": 1 }),
    };
    pinned(
        &unsupported,
        r#"{"kind":"unsupported","name":"hosted/file","raw":{"a":1}}"#,
    );
    let malformed = Content::Malformed {
        what: "w".to_owned(),
        raw: "r".to_owned(),
    };
    pinned(&malformed, r#"{"kind":"malformed","what":"w","raw":"r"}"#);
    pinned(
        &SendProgress {
            pieces: 1,
            renewed_app_jwt: true,
            renew_consumer_jws: true,
            renewed_consumer_jws: true,
            reopened: true,
        },
        concat!(
            r#"{"pieces":1,"renewed_app_jwt":true,"renew_consumer_jws":true,"#,
            r#""renewed_consumer_jws":true,"reopened":true}"#
        ),
    );
    reads("{}", &SendProgress::default());
    assert_eq!(
        Progress::default().read::<SendProgress>(),
        SendProgress::default()
    );
    let foreign = Progress::of(&json!({ "next_piece": 3 }));
    assert_eq!(foreign.read::<SendProgress>(), SendProgress::default());
}

fn event() -> DialogEvent {
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

const EVENT: &str = concat!(
    r#"{"conversation_id":"c","dialog_id":"d","sequence":1,"originator_id":"o","role":"AGENT","#,
    r#""audience":"ALL","server_timestamp":2,"body":{"kind":"text","text":"hello"}}"#
);

fn change() -> ConversationChange {
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
        }],
        dialogs: vec![Dialog {
            id: "d".to_owned(),
            kind: Some("MAIN".to_owned()),
            state: Some("OPEN".to_owned()),
            updated_at: None,
        }],
    }
}

const CHANGE: &str = concat!(
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
        },
        AcceptEvent::Signal {
            signal: Signal::ChatState {
                state: "ACTIVE".to_owned(),
            },
        },
        AcceptEvent::Signal {
            signal: Signal::Receipt {
                remote_id: "SM1".to_owned(),
                status: ReceiptStatus::Read,
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
        r#"{"event":"message","id":"m","content":{"kind":"text","text":"hello"},"sent_at":4},"#,
        r#"{"event":"signal","signal":"chat_state","state":"ACTIVE"},"#,
        r#"{"event":"signal","signal":"receipt","remote_id":"SM1","status":"read"},"#,
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
        },
        r#"{"accepted":1,"duplicates":2,"facts":3}"#,
    );
}

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

fn key() -> ConsumerKey {
    ConsumerKey::from_stored("k".to_owned())
}

#[test]
fn the_directory() {
    let request = AcceptRequest {
        route: Route {
            account_id: "1".to_owned(),
            ..Route::default()
        },
        events: Vec::new(),
    };
    const REQUEST: &str = r#"{"route":{"account_id":"1"},"events":[]}"#;
    let parked = Parked {
        number: 1,
        at: 2,
        request: request.clone(),
    };
    pinned(
        &parked,
        &format!(r#"{{"number":1,"at":2,"request":{REQUEST}}}"#),
    );
    let asks = [
        (
            Ask::Resolve { park: None },
            r#"{"ask":"resolve"}"#.to_owned(),
        ),
        (
            Ask::Resolve {
                park: Some(request.clone()),
            },
            format!(r#"{{"ask":"resolve","park":{REQUEST}}}"#),
        ),
        (
            Ask::Claim { key: key() },
            r#"{"ask":"claim","key":"k"}"#.to_owned(),
        ),
    ];
    for (ask, text) in asks {
        pinned(&ask, &text);
    }
    for (resolution, text) in [
        (
            Resolution::Owned { key: key() },
            r#"{"resolution":"owned","key":"k"}"#,
        ),
        (Resolution::Parked, r#"{"resolution":"parked"}"#),
        (Resolution::Unclaimed, r#"{"resolution":"unclaimed"}"#),
        (Resolution::Full, r#"{"resolution":"full"}"#),
    ] {
        pinned(&resolution, text);
    }
    let mut entry = Entry::default();
    entry.resolve(Some(request), 2);
    entry.claim(key(), 3);
    let text = format!(
        r#"{{"owner":null,"claimant":"k","claimed_at":3,"parked":[{{"number":0,"at":2,"request":{REQUEST}}}],"next_number":1}}"#
    );
    pinned(&entry, &text);
    reads("{}", &Entry::default());
}
