//! Sends: every kind of content, to the end, from any point, with every answer.

use liveengage_connector::crypto;
use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse};
use liveengage_connector::message::{Content, LastHeard, ReceiptStatus, Signal};
use liveengage_connector::outcome::{Cause, Outcome, Refusal};
use liveengage_connector::platforms::{Next, Outgoing, OutgoingSignal, Progress, Shown};
use serde_json::Value;

use super::contents::{replies, structured, text};
use super::exhibits;
use super::kit::{Exhibit, NOW, SECRET, answer};
use super::sending::{Message, Run, SENT, Sent, reread, send};

#[test]
fn every_content_is_sent_or_refused_as_unsupported() {
    for sent in &*SENT {
        let place = &sent.name;
        let (_, name) = place.split_once(": ").unwrap();
        let Run {
            requests, outcome, ..
        } = &sent.run;
        match outcome {
            Outcome::Delivered { .. } => assert!(!requests.is_empty(), "{place}"),
            Outcome::Refused {
                reason: Refusal::Unsupported { .. },
            } => {
                assert!(requests.is_empty(), "{place}: refused half-way");
                let silent = [
                    "news",
                    "unsupported",
                    "nothing_at_all",
                    "nothing_known",
                    "unknown_element",
                ];
                assert!(silent.contains(&name), "{place}: {outcome:?}");
            }
            other => panic!("{place}: {other:?}"),
        }
        let news = sent.exhibit.abilities().news && name == "news";
        assert!(!news || !requests.is_empty(), "{place}");
    }
}

#[test]
fn requests_go_to_the_platform_and_hold_no_secret_where_it_could_be_seen() {
    for Sent {
        exhibit, name, run, ..
    } in &*SENT
    {
        for request in &run.requests {
            let url = &request.url;
            assert!(url.starts_with("https://"), "{name}: {url}");
            assert!(!request.body.is_empty(), "{name}");
            assert!(!format!("{request:?}").contains(SECRET), "{name}");
            let body = String::from_utf8_lossy(&request.body);
            assert!(!body.contains(SECRET), "{name}");
            let own = url_of(url);
            assert!(
                !own.contains(exhibit.consumer),
                "{name}: a person in an address"
            );
        }
    }
}

fn url_of(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

#[test]
fn the_same_message_makes_the_same_requests() {
    for sent in &*SENT {
        let again = send(sent.exhibit, &sent.message());
        assert!(sent.run == again, "{}", sent.name);
    }
}

/// From every point, as far as the next one: there it stands as it stood the first time, so that what follows is the same.
#[test]
fn after_a_restart_a_send_goes_on_where_it_was() {
    for sent in &*SENT {
        let Sent {
            exhibit, name, run, ..
        } = sent;
        let mut message = sent.message();
        // What is good for one answer only was used by the first attempt.
        message.heard.answered = true;
        let adapter = exhibit.adapter();
        let next = |progress: &Progress, answer: Option<&HttpAnswer>| {
            adapter.next(&message.outgoing(exhibit, progress), answer)
        };
        for (at, stored) in run.stored.iter().enumerate() {
            let Next::Request { request, progress } = next(stored, None) else {
                panic!("{name}: no request at {at}");
            };
            assert!(request == run.requests[at], "{name}: request {at}");
            let taken = (exhibit.sent)(at);
            match next(&reread(&progress), Some(&taken)) {
                Next::Request { progress, .. } => {
                    let Next::Request { request, progress } = next(&reread(&progress), None) else {
                        panic!("{name}: no request behind {at}");
                    };
                    assert!(request == run.requests[at + 1], "{name}: behind {at}");
                    assert_eq!(reread(&progress), run.stored[at + 1], "{name}: behind {at}");
                }
                Next::Done { outcome, .. } => {
                    assert_eq!(at + 1, run.requests.len(), "{name}: an early end");
                    assert_eq!(outcome, run.outcome, "{name}");
                }
            }
        }
    }
}

#[test]
fn no_word_is_lost() {
    for sent in &*SENT {
        let Content::Text { text } = &sent.content else {
            continue;
        };
        let said: String = sent.run.requests.iter().map(words).collect();
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        assert!(squeeze(&said).contains(&squeeze(text)), "{}", sent.name);
    }
}

/// The texts of a request, one after the other.
fn words(request: &HttpRequest) -> String {
    let mut said = String::new();
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(body) => collect(&body, "", &mut said),
        Err(_) => {
            for (name, value) in form_urlencoded::parse(&request.body) {
                if name == "Body" {
                    said.push_str(&value);
                }
            }
        }
    }
    said
}

fn collect(value: &Value, name: &str, said: &mut String) {
    match value {
        Value::String(text) if matches!(name, "text" | "body") => said.push_str(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, said)),
        // A body may say beside the content what can be read of it.
        Value::Object(fields) if fields.contains_key("content") && fields.contains_key("text") => {
            collect(&fields["text"], "text", said);
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(value, name, said);
            }
        }
        _ => {}
    }
}

#[test]
fn choices_are_named_by_their_references_where_there_are_buttons() {
    for exhibit in exhibits() {
        let content = structured(Some("Pick one"), None, Some(replies(2)));
        let run = send(&exhibit, &Message::of(&content));
        let bodies: String = run
            .requests
            .iter()
            .map(|request| String::from_utf8_lossy(&request.body).into_owned())
            .collect();
        let taps = [Shown::QuickReplies, Shown::Buttons, Shown::Structured];
        let has = taps.iter().any(|shown| exhibit.abilities().shows(*shown));
        let named = bodies.contains("0a1b2c3d.0") && bodies.contains("0a1b2c3d.1");
        assert_eq!(named, has, "{}: {bodies}", exhibit.platform);
    }
}

fn judged(exhibit: &Exhibit, answer: &HttpAnswer) -> Outcome {
    let content = text("hello");
    let message = Message::of(&content);
    let adapter = exhibit.adapter();
    let none = Progress::default();
    let Next::Request { progress, .. } = adapter.next(&message.outgoing(exhibit, &none), None)
    else {
        panic!("{}: a text is no request", exhibit.platform);
    };
    match adapter.next(&message.outgoing(exhibit, &progress), Some(answer)) {
        Next::Done { outcome, .. } => outcome,
        Next::Request { .. } => Outcome::Delivered { remote_id: None },
    }
}

#[test]
fn whose_failure_an_answer_tells_of() {
    for exhibit in exhibits() {
        let platform = exhibit.platform;
        let idempotent = exhibit.abilities().idempotent;
        let retried = |outcome: &Outcome| matches!(outcome, Outcome::Retry { .. });
        let mut slower = answer(429, "");
        if let Ok(response) = &mut slower {
            response
                .headers
                .push(("retry-after".to_owned(), "7".to_owned()));
        }
        let expected = Outcome::Retry {
            after: Some(7000),
            cause: Cause::RateLimited,
        };
        assert_eq!(judged(&exhibit, &slower), expected, "{platform}");
        for failure in [HttpFailure::NotSent, HttpFailure::Source { status: 0 }] {
            assert!(
                retried(&judged(&exhibit, &Err(failure))),
                "{platform}: {failure:?}"
            );
        }
        let lost = judged(&exhibit, &Err(HttpFailure::Lost));
        assert_eq!(
            matches!(lost, Outcome::Unknown { .. }),
            !idempotent,
            "{platform}: {lost:?}"
        );
        assert_eq!(retried(&lost), idempotent, "{platform}: {lost:?}");
        for status in [401, 403] {
            let outcome = judged(&exhibit, &answer(status, ""));
            assert!(retried(&outcome), "{platform}: {status}: {outcome:?}");
        }
        for status in [500, 502, 503, 504, 599] {
            for body in ["", "<html>", "{}", "{\"error\":{\"message\":\"x\"}}", "[]"] {
                let outcome = judged(&exhibit, &answer(status, body));
                let waits = matches!(outcome, Outcome::Retry { .. } | Outcome::Unknown { .. });
                assert!(waits, "{platform}: {status}: {outcome:?}");
            }
        }
        for status in [300, 304, 400, 402, 404, 405, 410, 413, 415, 418, 422, 451] {
            for body in [
                "",
                "<html>",
                "{}",
                "{\"code\":\"ä\"}",
                "{\"error\":1}",
                "{\"error\":{\"code\":\"x\"}}",
            ] {
                let outcome = judged(&exhibit, &answer(status, body));
                let delivered = matches!(outcome, Outcome::Delivered { .. });
                assert!(!delivered, "{platform}: {status}: {outcome:?}");
            }
        }
        let odd = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: b"\xff".to_vec(),
            length: None,
        };
        let taken = judged(&exhibit, &Ok(odd));
        assert!(
            matches!(taken, Outcome::Delivered { .. }),
            "{platform}: taken, but unreadable: {taken:?}"
        );
    }
}

#[test]
fn signals_are_sent_as_far_as_they_are_declared() {
    for exhibit in exhibits() {
        let adapter = exhibit.adapter();
        let heard = LastHeard {
            id: "SM00000000000000000000000000000001".to_owned(),
            at: NOW - 60_000,
            handle: None,
            answered: false,
        };
        let asks = |signal: &Signal| {
            let signal = OutgoingSignal {
                consumer: exhibit.consumer,
                signal,
                heard: Some(&heard),
                nonce: "0011223344556677",
                now: NOW,
            };
            adapter.signal(&signal)
        };
        let composing = Signal::ChatState {
            state: "COMPOSING".to_owned(),
        };
        let abilities = exhibit.abilities();
        // Some platforms show typing to some people only: then one request proves nothing.
        if !abilities.typing {
            assert_eq!(asks(&composing), None, "{}", exhibit.platform);
        }
        let read = Signal::Receipt {
            remote_id: heard.id.clone(),
            status: ReceiptStatus::Read,
            code: None,
        };
        if !abilities.receipts {
            assert_eq!(asks(&read), None, "{}", exhibit.platform);
        }
        for request in [asks(&composing), asks(&read)].into_iter().flatten() {
            assert!(
                !format!("{request:?}").contains(SECRET),
                "{}",
                exhibit.platform
            );
        }
    }
}

#[test]
fn an_idempotent_platform_gets_the_same_name_on_every_attempt() {
    for exhibit in exhibits() {
        if !exhibit.abilities().idempotent {
            continue;
        }
        let content = text("hello");
        let message = Message::of(&content);
        let adapter = exhibit.adapter();
        let progress = Progress::default();
        let at = |now| {
            let outgoing = Outgoing {
                now,
                ..message.outgoing(&exhibit, &progress)
            };
            let Next::Request { request, .. } = adapter.next(&outgoing, None) else {
                panic!("{}", exhibit.platform);
            };
            let mut names = request.headers;
            names.retain(|(name, _)| name.ends_with("-id") || name.ends_with("-key"));
            names
        };
        assert!(!at(NOW).is_empty(), "{}", exhibit.platform);
        assert_eq!(at(NOW), at(NOW + 1000), "{}", exhibit.platform);
        let hash = crypto::sha256_hex(b"another");
        let other = Outgoing {
            id: &hash,
            ..message.outgoing(&exhibit, &progress)
        };
        let Next::Request { request, .. } = adapter.next(&other, None) else {
            panic!("{}", exhibit.platform);
        };
        let mut names = request.headers;
        names.retain(|(name, _)| name.ends_with("-id") || name.ends_with("-key"));
        assert_ne!(names, at(NOW), "{}", exhibit.platform);
    }
}
