//! What a later release says to this one, or has left behind. `tests/e2e/rolling.test.mjs` does the same with two built releases.

use liveengage_connector::conversation::send::{AsText, SendProgress};
use liveengage_connector::conversation::wire::{
    AcceptEvent, AcceptRequest, FileAnswer, LaterEvent, Route, SealedRequest,
};
use liveengage_connector::conversation::{Detail, Lane};
use liveengage_connector::directory::{Ask, Entry, Resolution};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::liveengage::notification::{EventBody, Standing};
use liveengage_connector::message::Content;
use serde_json::{Value, json};

/// A request as a later release writes it, with events of its own in the middle.
fn request(route: &Value) -> Value {
    json!({
        "route": route,
        "events": [
            { "event": "message", "id": "m1", "content": { "kind": "text", "text": "one" } },
            { "event": "merged", "with": "somebody", "lane": "to_consumer" },
            { "event": "signal", "signal": "reaction", "emoji": "+" },
            { "event": "message", "id": "m2", "content": { "kind": "text", "text": "two" } },
        ],
        "urgency": 3,
    })
}

fn later(event: &AcceptEvent) -> &LaterEvent {
    let AcceptEvent::Later(later) = event else {
        panic!("{event:?}");
    };
    later
}

#[test]
fn an_unknown_event_takes_no_other_one_of_its_batch_with_it() {
    let whole = request(&json!({ "account_id": "1", "namespace": "sms" }));
    let read: AcceptRequest = serde_json::from_str(&whole.to_string()).unwrap();
    let [first, merged, reaction, last] = read.events.as_slice() else {
        panic!("{:?}", read.events);
    };
    for known in [first, last] {
        assert!(matches!(known, AcceptEvent::Message { .. }), "{known:?}");
    }
    let (merged, reaction) = (later(merged), later(reaction));
    assert_eq!(
        (merged.kind.as_str(), merged.is_signal()),
        ("merged", false)
    );
    assert!(reaction.is_signal());
    // It is written on as it came.
    assert_eq!(
        serde_json::to_value(&read).unwrap()["events"],
        whole["events"]
    );
}

#[test]
fn an_unknown_event_is_kept_whole_and_knows_its_lane() {
    let whole = json!({ "event": "merged", "with": { "whom": [1] } });
    let event: AcceptEvent = serde_json::from_str(&whole.to_string()).unwrap();
    let kept = Content::Malformed {
        what: "event of another release (merged)".to_owned(),
        raw: whole.to_string(),
    };
    assert_eq!(later(&event).content(), kept);
    let from_liveengage = Route::default();
    let from_platform = Route {
        namespace: Some("sms".to_owned()),
        ..Route::default()
    };
    assert_eq!(later(&event).lane(&from_liveengage), Lane::ToConsumer);
    assert_eq!(later(&event).lane(&from_platform), Lane::ToLiveengage);
    let said = json!({ "event": "merged", "lane": "to_consumer" });
    let said: AcceptEvent = serde_json::from_value(said).unwrap();
    assert_eq!(later(&said).lane(&from_platform), Lane::ToConsumer);
    assert_ne!(later(&said).key(), later(&event).key());
}

#[test]
fn what_says_no_kind_is_no_event() {
    for other in [
        json!({}),
        json!({ "event": 7 }),
        json!("message"),
        json!(null),
    ] {
        assert!(
            serde_json::from_value::<AcceptEvent>(other.clone()).is_err(),
            "{other}"
        );
    }
}

#[test]
fn an_event_whose_body_is_of_a_later_release_keeps_its_place_its_audience_and_all_it_says() {
    let body = json!({ "kind": "poll", "question": "?" });
    for (audience, standing) in [("ALL", Standing::Forward), ("AGENTS", Standing::Private)] {
        let whole = json!({
            "event": "dialog",
            "change": {
                "conversation_id": "c", "dialog_id": "d", "sequence": 4, "originator_id": "a",
                "role": "ASSIGNED_AGENT", "audience": audience, "body": body,
            },
        });
        let AcceptEvent::Dialog { change } = serde_json::from_value(whole).unwrap() else {
            panic!("not read");
        };
        assert_eq!(
            (change.sequence, change.standing(None)),
            (Some(4), standing)
        );
        assert_eq!(
            change.body,
            EventBody::Other {
                name: "poll".to_owned(),
                raw: body.clone()
            }
        );
        assert!(change.body.carries_content());
    }
}

#[test]
fn the_directory_hands_over_what_it_does_not_understand() {
    let mut whole = request(&json!({ "account_id": "1", "origin": { "region": "x" } }));
    whole["events"][0] =
        json!({ "event": "dialog", "change": { "conversation_id": 5 }, "new": true });
    let ask = json!({ "ask": "resolve", "park": whole, "patience": 7 });
    let Ask::Resolve { park: Some(park) } = serde_json::from_str(&ask.to_string()).unwrap() else {
        panic!("not read");
    };
    let mut entry = Entry::default();
    assert_eq!(entry.resolve(Some(park), 1), Resolution::Parked);
    let stored = serde_json::to_string(&entry).unwrap();
    let mut entry: Entry = serde_json::from_str(&stored).unwrap();
    entry.claim(ConsumerKey::from_stored("k".to_owned()), 2);
    let (_, parked) = entry.deliverable().unwrap();
    assert_eq!(serde_json::to_value(&parked.request).unwrap(), whole);
    assert_eq!(parked.request.account_id(), "1");
    assert_eq!(*parked.request.events(), whole["events"]);
    let nothing: SealedRequest = serde_json::from_str("{}").unwrap();
    assert_eq!((nothing.account_id(), nothing.events()), ("", &Value::Null));
}

#[test]
fn an_answer_that_cannot_be_read_is_no_answer() {
    // Its callers take that for an outage: they acknowledge nothing and ask again.
    assert!(serde_json::from_str::<Resolution>(r#"{"resolution":"shared","keys":[]}"#).is_err());
    assert!(serde_json::from_str::<FileAnswer>(r#"{"file":"moved","to":"x"}"#).is_err());
}

#[test]
fn progress_of_a_later_release_does_not_begin_again() {
    let progress = json!({ "pieces": 2, "as_text": "too_dark", "mood": "good" });
    let detail: Detail = serde_json::from_value(json!({ "progress": progress })).unwrap();
    let read: SendProgress = detail.progress.read();
    assert_eq!((read.pieces, read.as_text), (2, Some(AsText::NotTaken)));
}
