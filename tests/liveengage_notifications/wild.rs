//! Notifications that nobody has documented: the known ones with parts replaced, removed and wrapped.

use std::cell::Cell;

use liveengage_connector::liveengage::content::content_of;
use liveengage_connector::message::Content;
use proptest::prelude::*;

use super::*;

/// Stands in every text that is said in the bodies below.
const MARK: &str = "hunter2";

const FIXTURES: [&str; 12] = [
    "agent_text",
    "quick_replies",
    "rich_content",
    "rich_content_as_text",
    "hosted_file",
    "external_file",
    "secure_form",
    "accept_read",
    "unknown_event_type",
    "every_field",
    "survey_running",
    "other_types",
];

/// What is done to one place of a body.
#[derive(Clone, Debug)]
enum Harm {
    Replace(Value),
    Wrap,
    Remove,
}

fn harm() -> impl Strategy<Value = Harm> {
    let values = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("1"),
        json!("{\"a\":[1]}"),
        json!("https://files.example.com/a.png"),
        json!("/v1/../\u{0}"),
        json!("ä\u{301}👋.pdf"),
        json!([]),
        json!({}),
        json!([[null, { "id": 1 }]]),
        json!({ "id": { "id": {} }, "type": [] }),
    ];
    prop_oneof![
        4 => prop::sample::select(values).prop_map(Harm::Replace),
        1 => Just(Harm::Wrap),
        1 => Just(Harm::Remove),
    ]
}

/// How many places a value has.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(places).sum(),
        Value::Object(fields) => fields.values().map(places).sum(),
        _ => 0,
    }
}

/// Does the harm at the place of that number, in reading order.
fn harmed(value: &Value, place: &Cell<Option<usize>>, harm: &Harm) -> Option<Value> {
    match place.get() {
        Some(0) => {
            place.set(None);
            return match harm {
                Harm::Replace(by) => Some(by.clone()),
                Harm::Wrap => Some(json!([value])),
                Harm::Remove => None,
            };
        }
        left => place.set(left.map(|left| left - 1)),
    }
    Some(match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|value| harmed(value, place, harm))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), harmed(value, place, harm)?)))
            .collect(),
        other => other.clone(),
    })
}

fn wild() -> impl Strategy<Value = Value> {
    let harms = prop::collection::vec((any::<prop::sample::Index>(), harm()), 1..6);
    (prop::sample::select(FIXTURES.to_vec()), harms).prop_map(|(fixture, harms)| {
        let mut body: Value = serde_json::from_slice(&bytes(fixture)).unwrap();
        for (index, harm) in harms {
            let place = Cell::new(Some(index.index(places(&body))));
            body = harmed(&body, &place, &harm).unwrap_or(Value::Null);
        }
        body
    })
}

/// Marks whatever is said in an event.
fn marked(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(marked),
        Value::Object(fields) => {
            let kept = ["type", "contentType", "status", "chatState"];
            let said = fields
                .iter_mut()
                .filter(|(name, _)| !kept.contains(&name.as_str()));
            said.for_each(|(_, value)| marked(value));
        }
        Value::String(text) => text.push_str(MARK),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_wild_notification_is_read_without_a_panic_and_travels(body in wild()) {
        let Ok(changes) = parse(body.to_string().as_bytes()) else {
            return Ok(());
        };
        let text = serde_json::to_string(&changes).unwrap();
        let mut travelling = changes.clone();
        for change in &mut travelling {
            if let Change::Conversation(change) = change {
                // These two stay behind.
                (change.csat, change.context) = (None, None);
            }
        }
        prop_assert_eq!(serde_json::from_str::<Vec<Change>>(&text).unwrap(), travelling);
        for change in &changes {
            match change {
                Change::Event(event) => {
                    let content = content_of(event);
                    let stored = serde_json::to_string(&content).unwrap();
                    prop_assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
                }
                Change::Conversation(change) => {
                    let agent = change.assigned_agent();
                    let known = |id| change.participants.iter().any(|one| one.id == id);
                    prop_assert!(agent.is_none_or(known));
                }
                Change::Other { .. } | Change::Malformed { .. } => {}
            }
        }
    }

    #[test]
    fn a_wild_private_note_says_nothing(mut body in wild()) {
        if let Some(change) = body.pointer_mut("/body/changes/0").and_then(Value::as_object_mut) {
            change.get_mut("event").into_iter().for_each(marked);
            change.insert("metadata".to_owned(), json!([{ "id": MARK }]));
            change.insert("messageAudience".to_owned(), json!("AGENTS_AND_MANAGERS"));
        }
        for change in parse(body.to_string().as_bytes()).unwrap_or_default() {
            let left = match change {
                Change::Event(event) => {
                    prop_assert!(!matches!(event.standing(None), Standing::Forward));
                    serde_json::to_string(&event.without_text()).unwrap()
                }
                other => serde_json::to_string(&other).unwrap(),
            };
            prop_assert!(!left.contains(MARK), "{left}");
        }
    }
}
