use super::*;
use crate::http::{HttpFailure, HttpResponse};
use crate::message::{Agent, Content, LastHeard};
use crate::outcome::{Cause, Outcome};

const REPLY: &str = "https://api.line.me/v2/bot/message/reply";
const PUSH: &str = "https://api.line.me/v2/bot/message/push";

pub(super) fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

pub(super) fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn spent() -> HttpAnswer {
    answer(400, fixture!("answers/token_spent_400.json"))
}

fn taken(id: &str) -> HttpAnswer {
    answer(200, &json!({ "sentMessages": [{ "id": id }] }).to_string())
}

/// Something that was said ten seconds ago, with that reply token.
pub(super) fn heard(token: &str) -> LastHeard {
    LastHeard {
        id: "01KAM000000000000000000001".to_owned(),
        at: NOW - 10_000,
        handle: Some(json!({ "reply": token, "read": "read-1" }).to_string()),
        answered: false,
    }
}

/// A send, step by step, with what is stored between the steps.
pub(super) struct Send<'a> {
    content: &'a Content,
    agent: Option<Agent>,
    heard: Option<LastHeard>,
    now: Millis,
    progress: Progress,
}

impl<'a> Send<'a> {
    pub(super) fn of(content: &'a Content, heard: Option<LastHeard>) -> Self {
        Self {
            content,
            agent: None,
            heard,
            now: NOW,
            progress: Progress::default(),
        }
    }

    fn next(&self, answer: Option<&HttpAnswer>) -> Next {
        let message = Outgoing {
            agent: self.agent.as_ref(),
            heard: self.heard.as_ref(),
            now: self.now,
            ..Outgoing::new("l:d:7", PERSON, self.content, &self.progress)
        };
        adapter().next(&message, answer)
    }

    fn store(&mut self, progress: &Progress) {
        let stored = serde_json::to_string(progress).unwrap();
        self.progress = serde_json::from_str(&stored).unwrap();
    }

    /// The next request: as in the engine, what was heard counts as answered from then on.
    pub(super) fn request(&mut self) -> HttpRequest {
        match self.next(None) {
            Next::Request { request, progress } => {
                self.store(&progress);
                if let Some(heard) = &mut self.heard {
                    heard.answered = true;
                }
                request
            }
            Next::Done { outcome, .. } => panic!("{outcome:?}"),
        }
    }

    /// The end of the send without a request.
    fn end(&mut self) -> Outcome {
        match self.next(None) {
            Next::Request { request, .. } => panic!("{}", request.url),
            Next::Done { outcome, progress } => {
                self.store(&progress);
                outcome
            }
        }
    }

    /// The outcome of an answer; `None`: it goes on.
    pub(super) fn answered(&mut self, answer: &HttpAnswer) -> Option<Outcome> {
        match self.next(Some(answer)) {
            Next::Request { progress, .. } => {
                self.store(&progress);
                None
            }
            Next::Done { outcome, progress } => {
                self.store(&progress);
                Some(outcome)
            }
        }
    }

    fn repeatable(&self) -> bool {
        adapter().repeatable(&self.progress)
    }
}

pub(super) fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn retry_key(request: &HttpRequest) -> Option<&str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(name, _)| *name == "x-line-retry-key");
    found.map(|(_, value)| value.as_str())
}

fn token(request: &HttpRequest) -> String {
    assert_eq!(request.url, REPLY);
    assert_eq!(retry_key(request), None, "LINE refuses it with a reply");
    body(request)["replyToken"].as_str().unwrap().to_owned()
}

fn lost() -> HttpAnswer {
    Err(HttpFailure::Lost)
}

fn unknown() -> Option<Outcome> {
    let cause = Cause::NoAnswer;
    Some(Outcome::Unknown { cause })
}

fn delivered(ids: &str) -> Option<Outcome> {
    let remote_id = Some(ids.to_owned());
    Some(Outcome::Delivered { remote_id })
}

#[test]
fn what_was_just_said_is_answered_by_its_token() {
    let content = text("Good day 👋");
    let mut send = Send::of(&content, Some(heard("token-1")));
    let request = send.request();
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, REPLY);
    assert_eq!(
        request.headers,
        [
            ("content-type", "application/json".to_owned()),
            ("authorization", format!("Bearer {TOKEN}")),
        ]
    );
    assert_eq!(
        body(&request),
        json!({ "replyToken": "token-1", "messages": [{ "type": "text", "text": "Good day 👋" }] })
    );
    assert_eq!(send.answered(&taken("1")), delivered("1"));
}

#[test]
fn what_cannot_be_a_reply_is_a_push_with_a_key_that_stays() {
    let content = text("Good day");
    let late = LastHeard {
        at: NOW - 50_000,
        ..heard("token-1")
    };
    let answered = LastHeard {
        answered: true,
        ..heard("token-1")
    };
    let without = LastHeard {
        handle: None,
        ..heard("")
    };
    let mut keys = Vec::new();
    for heard in [None, Some(late), Some(answered), Some(without)] {
        let request = Send::of(&content, heard).request();
        assert_eq!(request.url, PUSH);
        assert_eq!(
            body(&request),
            json!({ "to": PERSON, "messages": [{ "type": "text", "text": "Good day" }] })
        );
        keys.push(retry_key(&request).unwrap().to_owned());
    }
    keys.dedup();
    assert_eq!(keys, ["a711bbe0-cbdf-5a40-9392-5d3c1f79ad0a"]);
}

#[test]
fn a_spent_token_is_followed_by_a_push() {
    let content = text("Good day");
    let mut send = Send::of(&content, Some(heard("token-1")));
    assert_eq!(token(&send.request()), "token-1");
    assert_eq!(send.answered(&spent()), None);
    assert_eq!(send.request().url, PUSH);
    assert_eq!(send.answered(&taken("2")), delivered("2"));
}

#[test]
fn a_token_stays_with_its_message_as_long_as_it_is_good() {
    let content = text("Good day");
    let mut send = Send::of(&content, Some(heard("token-1")));
    assert_eq!(token(&send.request()), "token-1");
    assert!(matches!(
        send.answered(&answer(429, "")),
        Some(Outcome::Retry { .. })
    ));
    send.now += 39_000;
    assert_eq!(token(&send.request()), "token-1", "in its last second");
    send.answered(&Err(HttpFailure::NotSent));
    send.now += 1_000;
    assert_eq!(send.request().url, PUSH);
    send.answered(&answer(429, fixture!("answers/month_429.json")));
    let again = LastHeard {
        at: send.now,
        ..heard("token-2")
    };
    send.heard = Some(again);
    assert_eq!(
        token(&send.request()),
        "token-2",
        "the month's limit holds for pushes"
    );
    assert_eq!(send.answered(&taken("3")), delivered("3"));
}

#[test]
fn a_reply_that_may_have_arrived_is_asked_for_again_by_its_token() {
    let content = text("Good day");
    for unclear in [lost(), answer(500, ""), answer(503, "")] {
        let mut send = Send::of(&content, Some(heard("token-1")));
        let first = send.request();
        assert!(send.repeatable(), "also if the process ends here");
        assert!(matches!(
            send.answered(&unclear),
            Some(Outcome::Unknown { .. })
        ));
        assert!(send.repeatable(), "a token is good for one reply");
        send.now += 300_000;
        let second = send.request();
        assert!(first == second, "however much later");
        assert_eq!(send.answered(&taken("1")), delivered("1"));
    }
}

#[test]
fn only_the_policy_lets_a_push_follow_a_reply_that_may_have_arrived() {
    let content = text("Good day");
    let mut send = Send::of(&content, Some(heard("token-1")));
    send.request();
    send.answered(&lost());
    send.request();
    send.answered(&answer(401, ""));
    assert!(send.repeatable(), "a refused token says nothing about it");
    send.request();
    assert_eq!(send.answered(&spent()), unknown());
    assert!(!send.repeatable());
    assert_eq!(send.request().url, PUSH, "the policy is to send again");
    assert!(send.repeatable());
    assert_eq!(send.answered(&taken("2")), delivered("2"));
}

#[test]
fn after_a_crash_it_is_not_known_whether_the_reply_left() {
    let content = text("Good day");
    let mut send = Send::of(&content, Some(heard("token-1")));
    let first = send.request();
    assert!(send.request() == first);
    assert_eq!(send.answered(&spent()), unknown());
}

#[test]
fn a_push_is_asked_for_again_by_its_key_as_long_as_line_keeps_it() {
    let content = text("Good day");
    let mut send = Send::of(&content, None);
    let first = send.request();
    assert_eq!(send.answered(&lost()), unknown());
    assert!(send.repeatable());
    send.heard = Some(LastHeard {
        at: send.now,
        ..heard("token-2")
    });
    send.now += 22 * 3_600_000;
    assert!(send.request() == first, "also where a reply were possible");
    send.answered(&answer(429, ""));
    send.now += 3_600_000;
    assert_eq!(Some(send.end()), unknown(), "its key has run out");
    assert!(!send.repeatable());
    assert_eq!(send.request().url, PUSH, "the policy is to send again");
    let before = answer(409, fixture!("answers/accepted_before_409.json"));
    assert_eq!(send.answered(&before), delivered("461230966842064897"));
}

#[test]
fn a_message_of_many_parts_goes_five_at_a_time_and_on_where_it_was() {
    let long = "word ".repeat(7_000);
    let content = text(&long);
    let mut send = Send::of(&content, Some(heard("token-1")));
    let first = send.request();
    assert_eq!(token(&first), "token-1");
    assert_eq!(send.answered(&taken("1")), None);
    let second = send.request();
    assert_eq!(second.url, PUSH);
    assert!(send.request() == second, "after a crash");
    let parts = [&first, &second].map(|request| body(request)["messages"].clone());
    let counts = parts
        .each_ref()
        .map(|parts| parts.as_array().unwrap().len());
    assert_eq!(counts, [5, 2]);
    let said: Vec<&str> = parts
        .iter()
        .flat_map(|parts| parts.as_array().unwrap())
        .map(|part| part["text"].as_str().unwrap())
        .collect();
    assert_eq!(said.join(" "), long.trim_end());
    assert!(said.iter().all(|said| said.encode_utf16().count() <= 5000));
    assert_eq!(send.answered(&taken("2")), delivered("1 2"));
}

#[test]
fn the_batches_of_a_message_and_the_messages_of_people_have_keys_of_their_own() {
    let content = text(&"word ".repeat(11_000));
    let mut keys = Vec::new();
    for (id, consumer) in [("l:d:7", PERSON), ("l:d:8", PERSON), ("l:d:7", "U2")] {
        let mut progress = Progress::default();
        for _ in 0..2 {
            let message = Outgoing::new(id, consumer, &content, &progress);
            let Next::Request {
                request,
                progress: stored,
            } = adapter().next(&message, None)
            else {
                panic!("an end");
            };
            keys.push(retry_key(&request).unwrap().to_owned());
            let message = Outgoing::new(id, consumer, &content, &stored);
            let Next::Request {
                progress: stored, ..
            } = adapter().next(&message, Some(&taken("1")))
            else {
                panic!("an end");
            };
            progress = stored;
        }
    }
    for key in &keys {
        let parts: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{key}");
        assert_eq!(key.as_bytes()[14], b'5', "{key}");
        assert!(b"89ab".contains(&key.as_bytes()[19]), "{key}");
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn a_sender_that_line_does_not_take_is_left_out() {
    let content = text("Good day");
    let mut send = Send::of(&content, None);
    send.agent = Some(Agent {
        name: Some("Ada".to_owned()),
        picture: Some("https://cdn.example.com/ada.png".to_owned()),
        ..Agent::default()
    });
    let sender = json!({ "name": "Ada", "iconUrl": "https://cdn.example.com/ada.png" });
    assert_eq!(body(&send.request())["messages"][0]["sender"], sender);
    let refused = answer(400, fixture!("answers/wrong_sender_400.json"));
    assert_eq!(send.answered(&refused), None);
    let plain = json!([{ "type": "text", "text": "Good day" }]);
    assert_eq!(body(&send.request())["messages"], plain);
    assert!(matches!(
        send.answered(&refused),
        Some(Outcome::Retry { .. })
    ));
}

#[test]
fn progress_is_stored_in_a_form_that_stays() {
    let content = text("Good day");
    let mut send = Send::of(&content, Some(heard("token-1")));
    send.request();
    let stored = serde_json::to_value(&send.progress).unwrap();
    assert_eq!(
        stored,
        json!({
            "taken": 0,
            "asked": { "reply": "token-1", "since": NOW },
            "token": { "token": "token-1", "until": NOW + 40_000 },
        })
    );
    let later = json!({ "taken": 1, "ids": ["1"], "later": true, "asked": { "later": 1 } });
    send.progress = serde_json::from_value(later).unwrap();
    assert_eq!(send.end(), delivered("1").unwrap());
}
