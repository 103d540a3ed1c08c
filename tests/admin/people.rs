//! One consumer: finding, tracing, adopting, importing, erasing; and pausing.

use liveengage_connector::admin::{Got, Need, Owned};
use liveengage_connector::conversation::operate::{
    Answer, ConsumerView, Erased, LaneView, MessageView, Operation, Remains,
};
use liveengage_connector::conversation::{DialogPlace, Known, Lane, RowState, Step, StepEvent};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::outcome::{Cause, Refusal};
use liveengage_connector::pause::{Flag, Standing};
use serde_json::json;

use crate::pretended::{KEY, NOW, World};

fn place(sequence: u64) -> DialogPlace {
    DialogPlace {
        dialog_id: "dialog-1".to_owned(),
        sequence,
    }
}

/// A message with everything that there can be.
fn message() -> MessageView {
    let step = |event| Step {
        at: NOW,
        attempt: 1,
        event,
    };
    MessageView {
        key: "l:dialog-1:7".to_owned(),
        lane: Lane::ToConsumer,
        state: RowState::Refused,
        accepted_at: NOW,
        due_at: NOW,
        kind: Some("text".to_owned()),
        attempts: 2,
        failures: 1,
        unknown: false,
        source: Some(place(7)),
        published: vec![place(8)],
        remote_id: Some("SM1".to_owned()),
        refusal: Some(Refusal::Rejected {
            code: "21610".to_owned(),
        }),
        discarded: true,
        requeued_at: Some(NOW),
        not_delivered: Some(RowState::Delivered),
        trace: vec![
            step(StepEvent::Accepted),
            step(StepEvent::Started),
            step(StepEvent::Retry {
                because: Cause::Server { status: 503 },
                until: NOW,
            }),
            step(StepEvent::Retry {
                because: Cause::Paused,
                until: NOW,
            }),
            step(StepEvent::Delivered { by_echo: true }),
            step(StepEvent::Refused {
                because: Refusal::Expired,
            }),
            step(StepEvent::Doubled { sequence: Some(9) }),
            step(StepEvent::Other),
        ],
    }
}

fn consumer() -> ConsumerView {
    let known: Known = serde_json::from_value(json!({
        "id": "c-1", "main_open": true, "stage_open": true, "agent": "a", "skill": "s",
        "off_hours": { "until": 5 }, "updated_at": 1, "claimed_at": 2, "survey": "d",
    }))
    .unwrap();
    let lane = |lane| LaneView {
        lane,
        waiting: 1,
        head: Some(message()),
    };
    ConsumerView {
        key: KEY.to_owned(),
        account_id: "le1".to_owned(),
        namespace: "sms".to_owned(),
        channel: "sms".to_owned(),
        lp_consumer_id: Some("lp-1".to_owned()),
        conversations: vec![known],
        already_open_since: Some(NOW),
        lanes: Lane::ALL.map(lane).into(),
        dead_letters: 1,
        messages: 3,
        last_activity: NOW,
        erased_at: Some(NOW),
    }
}

/// Answers each operation with everything.
fn world() -> World {
    World::new(|_, operation| match operation {
        Operation::Show => Answer::Consumer {
            consumer: Box::new(consumer()),
        },
        Operation::Messages { .. } => Answer::Messages {
            messages: vec![message()],
            more: 4,
        },
        Operation::Trace { message: key } if key == "l:dialog-1:7" => Answer::Message {
            message: Box::new(message()),
        },
        Operation::Adopt { conversation_id } if conversation_id == "taken" => Answer::Impossible {
            why: "it is somebody else's".to_owned(),
        },
        Operation::Adopt { .. } | Operation::Import { .. } => Answer::Done,
        Operation::Erase { .. } => Answer::Erased {
            erased: Box::new(Erased {
                messages: 3,
                dead_letters: 1,
                waiting: 1,
                remembered: 3,
                lp_consumer_id: Some("lp-1".to_owned()),
                conversations: vec!["c-1".to_owned()],
                remains: vec![Remains {
                    place: "logs".to_owned(),
                    what: "ids".to_owned(),
                    until: Some(NOW),
                }],
            }),
        },
        _ => Answer::Unknown,
    })
}

#[test]
fn an_address_leads_to_its_consumer_by_the_identity_key() {
    let mut world = world();
    let body = json!({ "channel": "sms", "address": " +15550100001 " });
    let reply = world.post("/admin/consumers/find", &body);
    assert_eq!(reply.body["key"], KEY);
    assert!(!reply.body.to_string().contains("555"));
    let identity = world.config.identity_key.as_ref().unwrap();
    let derived = ConsumerKey::derive(identity, "le1", "sms", "+15550100001");
    assert_eq!(world.operations(), [(derived, Operation::Show)]);
}

#[test]
fn an_id_of_liveengage_leads_there_by_index_and_directory() {
    for (name, of) in [
        ("conversation_id", Owned::Conversation("x".to_owned())),
        ("lp_consumer_id", Owned::Consumer("x".to_owned())),
    ] {
        let mut world = world();
        world.other = Got::Owner(Some(ConsumerKey::from_stored(KEY.to_owned())));
        let body = json!({ "account": "other", name: "x" });
        assert_eq!(world.post("/admin/consumers/find", &body).status, 200);
        let owner = Need::Owner {
            account_id: "le2".to_owned(),
            of,
        };
        assert_eq!(world.asked[0], owner);
        world.other = Got::Owner(None);
        let reply = world.post("/admin/consumers/find", &body);
        assert_eq!(
            (reply.status, &reply.body["error"]),
            (404, &json!("consumer_unknown"))
        );
        world.other = Got::Failed;
        let reply = world.post("/admin/consumers/find", &body);
        assert_eq!(reply.status, 503);
        assert!(reply.headers.contains(&("retry-after", "5".to_owned())));
    }
}

#[test]
fn a_consumer_its_messages_and_a_trace_are_shown() {
    let mut world = world();
    assert_eq!(
        world.get(&format!("/admin/consumers/{KEY}")).body["dead_letters"],
        1
    );
    let path = format!("/admin/consumers/{KEY}/messages?lane=to_consumer&state=refused&limit=5");
    assert_eq!(world.get(&path).body["more"], 4);
    let path = format!("/admin/consumers/{KEY}/messages/l%3Adialog-1%3A7");
    assert_eq!(world.get(&path).body["trace"].as_array().unwrap().len(), 8);
    let operations = world.operations();
    let messages = Operation::Messages {
        lane: Some(Lane::ToConsumer),
        state: Some(RowState::Refused),
        limit: 5,
    };
    assert_eq!(operations[1].1, messages);
    let reply = world.get(&format!("/admin/consumers/{KEY}/messages/c%3Anone"));
    assert_eq!(
        (reply.status, &reply.body["error"]),
        (404, &json!("message_unknown"))
    );
}

#[test]
fn a_conversation_is_adopted_or_it_is_said_why_not() {
    let mut world = world();
    let path = format!("/admin/consumers/{KEY}/adopt");
    let reply = world.post(&path, &json!({ "conversation_id": "c-9" }));
    assert_eq!(reply.body, json!({ "adopted": "c-9" }));
    let reply = world.post(&path, &json!({ "conversation_id": "taken" }));
    assert_eq!(
        (reply.status, &reply.body["message"]),
        (409, &json!("it is somebody else's"))
    );
}

#[test]
fn erasing_takes_a_confirmation() {
    let mut world = world();
    let path = format!("/admin/consumers/{KEY}/erase");
    for (body, dry_run) in [
        (json!({}), true),
        (json!({ "confirm": false }), true),
        (json!({ "confirm": true }), false),
    ] {
        let reply = world.post(&path, &body);
        assert_eq!(reply.body["dry_run"], dry_run);
        let (_, operation) = world.operations().pop().unwrap();
        assert_eq!(operation, Operation::Erase { dry_run });
    }
}

#[test]
fn pairs_are_imported_each_for_itself() {
    let mut world = world();
    world.behave = Box::new(|_, operation| {
        let Operation::Import {
            conversation_id, ..
        } = operation
        else {
            panic!("{operation:?}");
        };
        match conversation_id.as_str() {
            "a" => Got::Object(Box::new(Answer::Done)),
            "b" => Got::Object(Box::new(Answer::Impossible {
                why: "no".to_owned(),
            })),
            _ => Got::Failed,
        }
    });
    let pair = |address: &str, id: &str| json!({ "address": address, "conversation_id": id, "profile": { "name": "A" } });
    let pairs = json!([
        pair("+1", "a"),
        pair("+2", "b"),
        pair("+3", "c"),
        pair("+1", "a")
    ]);
    let reply = world.post(
        "/admin/import",
        &json!({ "channel": "sms", "pairs": pairs }),
    );
    assert_eq!(reply.body["imported"], 2);
    let results: Vec<&str> = reply.body["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["result"].as_str().unwrap())
        .collect();
    assert_eq!(
        results,
        ["imported", "impossible", "unavailable", "imported"]
    );
    let operations = world.operations();
    assert_eq!(operations[0], operations[3]);
    let Operation::Import { route, .. } = &operations[1].1 else {
        panic!("{operations:?}");
    };
    assert_eq!(
        (route.address.as_deref(), route.channel.as_deref()),
        (Some("+2"), Some("sms"))
    );
}

#[test]
fn pauses_are_set_lifted_and_listed() {
    let mut world = world();
    world.other = Got::Set;
    let reply = world.request("PUT", "/admin/pauses/channels/sms", None);
    assert_eq!(
        (&reply.body["paused"], &reply.body["since"]),
        (&json!(true), &json!(NOW))
    );
    let reply = world.request("DELETE", "/admin/pauses/accounts/demo", None);
    assert_eq!(reply.body["paused"], false);
    let set = |flag, standing| Need::Flag { flag, standing };
    let channel = Flag::Channel("sms".to_owned());
    let asked = [
        set(channel.clone(), Some(Standing { since: NOW })),
        set(Flag::Account("le1".to_owned()), None),
    ];
    assert_eq!(world.asked, asked);
    for unknown in [
        "channels/nobody",
        "accounts/le1",
        "channels/demo",
        "channels/%ff",
    ] {
        let reply = world.request("PUT", &format!("/admin/pauses/{unknown}"), None);
        assert_eq!(
            (reply.status, &reply.body["error"]),
            (404, &json!("name_unknown"))
        );
    }
    world.other = Got::Flags(vec![(channel, Standing { since: 5 })]);
    let reply = world.get("/admin/pauses");
    assert_eq!(
        reply.body["channels"],
        json!([{ "name": "other-sms", "paused": false }, { "name": "sms", "paused": true, "since": 5 }])
    );
    world.other = Got::Failed;
    assert_eq!(world.get("/admin/pauses").status, 503);
}
