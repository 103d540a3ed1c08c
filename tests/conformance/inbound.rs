//! Callbacks: authentic and forged, whole and broken, known and unknown.

use liveengage_connector::http::Method;
use liveengage_connector::message::{Content, EventKind};
use liveengage_connector::platforms::Parsed;
use serde_json::{Value, json};

use super::exhibits;
use super::kit::{Exhibit, Request, SECRET};

/// The fixtures of an exhibit, each once.
fn fixtures(exhibit: &Exhibit) -> Vec<&'static str> {
    let heard = exhibit.heard.iter().map(|(_, fixture)| *fixture);
    let batch = exhibit.batch.iter().map(|(fixture, _)| *fixture);
    let mut all: Vec<_> = heard
        .chain(batch)
        .chain(exhibit.unknown.iter().copied())
        .chain([exhibit.emoji])
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The fixtures without those that tell nothing.
fn telling(exhibit: &Exhibit) -> Vec<&'static str> {
    let mut all = fixtures(exhibit);
    all.retain(|fixture| !exhibit.unknown.contains(fixture));
    all
}

#[test]
fn a_callback_without_its_signature_is_none() {
    for exhibit in exhibits() {
        let body = exhibit.fixture(exhibit.emoji);
        let signed = exhibit.signed(body.clone());
        let unsigned = exhibit.unsigned(body);
        let platform = exhibit.platform;
        assert!(exhibit.verify(&unsigned).is_err(), "{platform}: unsigned");
        for (at, (name, _)) in signed.headers.iter().enumerate() {
            if unsigned.headers.iter().any(|(known, _)| known == name) {
                continue;
            }
            let mut without = signed.clone();
            without.headers.remove(at);
            assert!(
                exhibit.verify(&without).is_err(),
                "{platform}: without {name}"
            );
            for wrong in ["", " ", "0", "sha256=", "v1,", "ö", "==", &"A".repeat(5000)] {
                let mut forged = signed.clone();
                forged.headers[at].1 = wrong.to_owned();
                assert!(
                    exhibit.verify(&forged).is_err(),
                    "{platform}: {name}: {wrong}"
                );
            }
        }
        if signed.query != unsigned.query {
            let mut without = signed.clone();
            without.query = None;
            assert!(
                exhibit.verify(&without).is_err(),
                "{platform}: without query"
            );
        }
    }
}

#[test]
fn every_byte_is_signed() {
    for exhibit in exhibits() {
        let signed = exhibit.signed(exhibit.fixture(exhibit.emoji));
        let escaped = |at: usize| {
            let from = at.saturating_sub(2);
            signed.body[from..=at].contains(&b'%')
        };
        let mut tried = 0;
        for at in 0..signed.body.len() {
            // What an escape spells does not change with the case of its digits.
            if escaped(at) || !signed.body[at].is_ascii_alphanumeric() {
                continue;
            }
            let mut forged = signed.clone();
            forged.body[at] = if forged.body[at] == b'Q' { b'Z' } else { b'Q' };
            assert!(
                exhibit.verify(&forged).is_err(),
                "{}: another byte at {at}",
                exhibit.platform
            );
            tried += 1;
        }
        assert!(tried > 20);
        for more in ["x", "\n", " ", "&Body=another", ",", "}"] {
            let mut forged = signed.clone();
            forged.body.extend_from_slice(more.as_bytes());
            let refused = exhibit.verify(&forged).is_err();
            assert!(refused, "{}: with {more:?} at the end", exhibit.platform);
        }
        let mut shorter = signed.clone();
        shorter.body.pop();
        assert!(exhibit.verify(&shorter).is_err(), "{}", exhibit.platform);
    }
}

#[test]
fn another_secret_signs_nothing() {
    for mut exhibit in exhibits() {
        let signed = exhibit.signed(exhibit.fixture(exhibit.emoji));
        let other = exhibit.secrets.to_string().replace(SECRET, "bm90aGluZzEy");
        exhibit.secrets = serde_json::from_str(&other).unwrap();
        assert!(exhibit.verify(&signed).is_err(), "{}", exhibit.platform);
    }
}

#[test]
fn emoji_are_signed_and_read_as_they_are() {
    for exhibit in exhibits() {
        let parsed = exhibit.read_fixture(exhibit.emoji);
        let shows = |content: &Content| match content {
            Content::Text { text } => text.chars().any(|c| u32::from(c) > 0xffff),
            _ => false,
        };
        let found = parsed.events.iter().any(|event| match &event.event {
            EventKind::Message { content, .. } => shows(content),
            EventKind::Signal(_) => false,
        });
        assert!(found, "{}: {parsed:?}", exhibit.platform);
    }
}

#[test]
fn what_comes_again_is_read_in_the_same_way() {
    for exhibit in exhibits() {
        for fixture in fixtures(&exhibit) {
            let (once, again) = (exhibit.read_fixture(fixture), exhibit.read_fixture(fixture));
            assert_eq!(once, again, "{}: {fixture}", exhibit.platform);
        }
    }
}

#[test]
fn ids_can_be_keys_and_nothing_known_is_malformed() {
    for exhibit in exhibits() {
        for fixture in telling(&exhibit) {
            let Parsed { events, .. } = exhibit.read_fixture(fixture);
            let place = format!("{}: {fixture}", exhibit.platform);
            assert!(!events.is_empty(), "{place}");
            let mut ids = Vec::new();
            for event in &events {
                let usable =
                    |id: &str| (1..=256).contains(&id.len()) && !id.contains(char::is_control);
                assert!(usable(&event.consumer), "{place}: {:?}", event.consumer);
                if let EventKind::Message { id, content, .. } = &event.event {
                    assert!(usable(id), "{place}: {id:?}");
                    assert!(!matches!(content, Content::Malformed { .. }), "{place}");
                    ids.push((&event.consumer, id));
                }
            }
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "{place}: two messages of one id");
        }
    }
}

#[test]
fn a_batch_is_read_whole() {
    for exhibit in exhibits() {
        if let Some((fixture, count)) = exhibit.batch {
            let parsed = exhibit.read_fixture(fixture);
            assert_eq!(
                parsed.events.len(),
                count,
                "{}: {fixture}",
                exhibit.platform
            );
        }
    }
}

#[test]
fn an_unknown_kind_is_counted_by_a_plain_name_or_kept() {
    for exhibit in exhibits() {
        assert!(!exhibit.unknown.is_empty(), "{}", exhibit.platform);
        for fixture in exhibit.unknown {
            let parsed = exhibit.read_fixture(fixture);
            let place = format!("{}: {fixture}", exhibit.platform);
            let kept = parsed.events.iter().all(|event| {
                matches!(
                    &event.event,
                    EventKind::Message {
                        content: Content::Unsupported { .. },
                        ..
                    }
                )
            });
            assert!(kept, "{place}: {parsed:?}");
            assert!(
                !parsed.events.is_empty() || !parsed.ignored.is_empty(),
                "{place}"
            );
            for ignored in &parsed.ignored {
                let plain = ignored.kind.bytes().all(|byte| byte.is_ascii_graphic());
                assert!(
                    plain && ignored.kind.len() <= 64,
                    "{place}: {}",
                    ignored.kind
                );
            }
        }
    }
}

#[test]
fn fields_that_nobody_knows_change_nothing() {
    for exhibit in exhibits() {
        for fixture in telling(&exhibit) {
            let body = exhibit.fixture(fixture);
            let place = format!("{}: {fixture}", exhibit.platform);
            let known = exhibit.read_fixture(fixture);
            let parsed = exhibit.read(with_unknown_fields(&body)).expect(&place);
            assert_eq!(without_handles(parsed), without_handles(known), "{place}");
        }
    }
}

fn without_handles(mut parsed: Parsed) -> Parsed {
    for event in &mut parsed.events {
        event.handle = None;
    }
    parsed
}

fn with_unknown_fields(body: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return [body, b"&NobodyKnows=this"].concat();
    };
    enrich(&mut value);
    value.to_string().into_bytes()
}

/// Puts a field that nobody knows into the outer objects of a body. Deeper down are ids, and things that are kept as they came.
fn enrich(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["entry", "events", "messaging", "changes", "value"] {
                if let Some(inner) = fields.get_mut(name) {
                    enrich(inner);
                }
            }
            fields.insert("nobody_knows".to_owned(), json!({ "this": [1, null] }));
        }
        Value::Array(items) => items.iter_mut().for_each(enrich),
        _ => {}
    }
}

#[test]
fn what_is_broken_off_or_no_text_is_unreadable_and_never_something_else() {
    for exhibit in exhibits() {
        for fixture in telling(&exhibit) {
            let body = exhibit.fixture(fixture);
            let is_json = serde_json::from_slice::<Value>(&body).is_ok();
            let step = (body.len() / 60).max(1);
            for end in (0..body.len()).step_by(step) {
                let part = body[..end].to_vec();
                let parsed = exhibit.read(part);
                let place = format!("{}: {fixture} up to {end}", exhibit.platform);
                assert!(!is_json || parsed.is_err(), "{place}");
            }
            for at in (0..body.len()).step_by(step) {
                let mut broken = body.clone();
                broken[at] = 0xff;
                drop(exhibit.read(broken));
            }
        }
    }
}

#[test]
fn nonsense_that_is_signed_does_no_harm() {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let deep_object = format!("{}1{}", "{\"events\":[".repeat(200), "]}".repeat(200));
    let long = format!("{{\"{}\":1}}", "x".repeat(200_000));
    for exhibit in exhibits() {
        let adapter = exhibit.adapter();
        for body in [
            "",
            " ",
            "{}",
            "[]",
            "null",
            "0",
            "\"\"",
            "[null]",
            "{\"events\":{}}",
            "{\"events\":[1,[],\"\",null,{}]}",
            "{\"entry\":[]}",
            "{\"entry\":{}}",
            "{\"object\":1,\"entry\":[{\"messaging\":[{}]}]}",
            "{\"entry\":[{\"changes\":[{\"value\":{\"messages\":[{}],\"statuses\":[{}]}}]}]}",
            "a=b",
            "&&&",
            "%",
            "%zz=%",
            "\u{0}",
            &deep,
            &deep_object,
            &long,
        ] {
            let request = exhibit.signed(body.as_bytes().to_vec());
            if adapter.verify(&request.callback()).is_err() {
                continue;
            }
            if let Ok(parsed) = adapter.parse(&request.callback()) {
                let texts = parsed.events.iter().any(|event| {
                    matches!(
                        &event.event,
                        EventKind::Message {
                            content: Content::Text { .. },
                            ..
                        }
                    )
                });
                assert!(!texts, "{}: {body:.40} says something", exhibit.platform);
            }
        }
    }
}

#[test]
fn callbacks_are_acknowledged_and_put_off_in_ways_that_the_platform_heeds() {
    for exhibit in exhibits() {
        let (adapter, platform) = (exhibit.adapter(), exhibit.platform);
        let acknowledgement = adapter.acknowledgement();
        assert!((200..300).contains(&acknowledgement.status), "{platform}");
        assert_eq!(
            acknowledgement.body.is_empty(),
            acknowledgement.content_type.is_none(),
            "{platform}"
        );
        let later = adapter.later();
        assert!(
            matches!(later.status, 429 | 500..=599) && later.retry_after > 0,
            "{platform}"
        );
        assert!(adapter.methods().contains(&Method::Post), "{platform}");
        assert!(
            adapter.media_types().contains(&exhibit.media_type),
            "{platform}"
        );
        let limit = adapter.body_limit();
        assert!((64 * 1024..=16 << 20).contains(&limit), "{platform}");
    }
}

#[test]
fn a_handshake_answers_only_who_knows_the_word() {
    for exhibit in exhibits() {
        let adapter = exhibit.adapter();
        let asks = |query: &str| {
            let request = Request {
                method: Method::Get,
                query: Some(query.to_owned()),
                headers: Vec::new(),
                body: Vec::new(),
            };
            adapter.handshake(&request.callback())
        };
        let hub = |token: &str| {
            asks(&format!(
                "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
            ))
        };
        let Some(refused) = hub("wrong") else {
            continue;
        };
        assert!(refused.is_err(), "{}", exhibit.platform);
        for query in [
            "",
            "hub.mode=subscribe",
            "hub.challenge=1",
            "hub.verify_token=",
            "%",
        ] {
            let answered = asks(query).is_some_and(|answer| answer.is_ok());
            assert!(!answered, "{}: {query}", exhibit.platform);
        }
        let word = exhibit.secrets["verify_token"].as_str().expect("a word");
        let answer = hub(word).unwrap().expect("the right word");
        assert_eq!((answer.status, &*answer.body), (200, "1158201444"));
        let script =
            format!("hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token={word}");
        let echoed = asks(&script).unwrap();
        let harmless =
            echoed.is_err() || echoed.is_ok_and(|it| it.content_type == Some("text/plain"));
        assert!(harmless, "{}: a challenge is no page", exhibit.platform);
    }
}
