//! The engine itself, loaded from whatever is stored and told whatever a neighbour may tell. Input: a stored consumer, then requests to
//! its object and what operators ask of it, then answers: each a part, an answer being `status body`.

use std::collections::BTreeMap;

use liveengage_connector::conversation::operate::{Operation, Tombstone};
use liveengage_connector::conversation::wire::AcceptRequest;
use liveengage_connector::conversation::{
    Consumer, Context, Engine, Lane, Row, RowSummary, Store, StoreError, Work,
};
use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpResponse};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::liveengage::{Access, AppToken, Domains};
use liveengage_connector::secret::Secret;
use serde_json::{Value, json};

use super::stored::read_again;
use crate::channels::{self, SECRET_MARK, contains};
use crate::input::joined;

/// Stands in every text of the seeds. Names have no spaces.
const SAID: &str = "planted text";
/// Steps of one input.
const STEPS: usize = 24;

/// What operators ask.
const OPERATIONS: [&[u8]; 5] = [
    br#"{"operation":"show"}"#,
    br#"{"operation":"messages"}"#,
    br#"{"operation":"trace","message":"c:m-1"}"#,
    br#"{"operation":"resend","select":{"lane":"to_consumer"},"dry_run":false}"#,
    br#"{"operation":"discard","select":{"keys":["c:m-1"]},"dry_run":true}"#,
];

/// Rows in memory.
#[derive(Default)]
struct Rows {
    consumer: Option<Consumer>,
    tombstone: Option<Tombstone>,
    rows: BTreeMap<String, Row>,
}

impl Store for Rows {
    fn consumer(&self) -> Result<Option<Consumer>, StoreError> {
        Ok(self.consumer.clone())
    }

    fn put_consumer(&mut self, consumer: &Consumer) -> Result<(), StoreError> {
        read_again(consumer);
        self.consumer = Some(consumer.clone());
        Ok(())
    }

    fn summaries(&self) -> Result<Vec<RowSummary>, StoreError> {
        Ok(self.rows.values().map(RowSummary::of).collect())
    }

    fn row(&self, key: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.rows.get(key).cloned())
    }

    fn insert(&mut self, row: &Row) -> Result<bool, StoreError> {
        read_again(&row.content);
        read_again(&row.detail);
        let new = !self.rows.contains_key(&row.key);
        self.rows
            .entry(row.key.clone())
            .or_insert_with(|| row.clone());
        Ok(new)
    }

    fn update(&mut self, row: &Row) -> Result<(), StoreError> {
        read_again(&row.content);
        read_again(&row.detail);
        read_again(&row.trace);
        self.rows.insert(row.key.clone(), row.clone());
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.rows.remove(key);
        Ok(())
    }

    fn tombstone(&self) -> Result<Option<Tombstone>, StoreError> {
        Ok(self.tombstone.clone())
    }

    fn put_tombstone(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        read_again(tombstone);
        self.tombstone = Some(tombstone.clone());
        Ok(())
    }

    fn erase(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.rows.clear();
        self.consumer = None;
        self.put_tombstone(tombstone)
    }
}

pub(super) fn run(data: &[u8]) {
    if channels::is_marked(data, &[SECRET_MARK]) {
        return;
    }
    let mut parts = data.split(|byte| *byte == 0);
    let consumer = parts
        .next()
        .and_then(|part| serde_json::from_slice(part).ok());
    let store = Rows {
        consumer,
        ..Rows::default()
    };
    let Ok(mut engine) = Engine::load(store) else {
        return;
    };
    let config = channels::config();
    let key = ConsumerKey::from_stored("k".repeat(43));
    let mut now = 1_700_000_000_000;
    let mut answers: Vec<HttpAnswer> = Vec::new();
    for part in parts.take(24) {
        let context = Context {
            now,
            random: now ^ 7,
            config: &config,
            key: &key,
        };
        match serde_json::from_slice::<AcceptRequest>(part) {
            Ok(request) => {
                engine.accept(&request, &context).unwrap();
                // Once more it has no second effect.
                let before = engine.store().rows.len();
                let has_messages = engine
                    .store()
                    .rows
                    .keys()
                    .any(|key| key.starts_with("c:") || key.starts_with("l:"));
                engine.accept(&request, &context).unwrap();
                let after = engine.store().rows.len();
                assert!(
                    before == after || !has_messages,
                    "the same request again left {after} rows instead of {before}"
                );
            }
            Err(_) => match serde_json::from_slice::<Operation>(part) {
                Ok(operation) => read_again(&engine.operate(&operation, &context).unwrap()),
                Err(_) => answers.push(answer(part)),
            },
        }
        now += 1000;
    }
    let access = access();
    let mut answers = answers.into_iter().cycle();
    for step in 0..STEPS {
        now += 7_000;
        let context = Context {
            now,
            random: now ^ 7,
            config: &config,
            key: &key,
        };
        let lane = Lane::ALL[step % 2];
        let answer = answers.next().unwrap_or(Err(HttpFailure::Lost));
        match engine.next(lane, &context, Some(&access)).unwrap() {
            Work::Send { ticket, request } => {
                assert!(
                    !contains(&request.body, SECRET_MARK)
                        || request.url.starts_with("https://sentinel."),
                    "a secret in a body"
                );
                engine.ended(&ticket, &answer, &context).unwrap();
            }
            Work::Signal { ticket, .. } => {
                let _after = engine.signalled(&ticket, &answer, &context).unwrap();
            }
            Work::Register { .. } => engine.registered(&context).unwrap(),
            Work::Claim {
                conversation_id, ..
            } => engine
                .claim_ended(&conversation_id, answer.is_ok(), &context)
                .unwrap(),
            Work::LookUpAgent { agent_id, .. } => {
                engine.agent_looked_up(&agent_id, None, &context).unwrap()
            }
            Work::LookUpPerson { .. } => engine.person_looked_up(&answer, &context).unwrap(),
            Work::Forget { forget } => engine.forgotten(&forget, answer.is_ok(), &context).unwrap(),
            Work::Report {
                revision, report, ..
            } => {
                read_again(&report);
                let told = serde_json::to_string(&report).unwrap();
                assert!(!told.contains(SECRET_MARK), "a secret is reported");
                engine
                    .reported(revision, &report, answer.is_ok(), &context)
                    .unwrap();
            }
            Work::Access { .. } | Work::Idle => {}
        }
        let _ = engine.next_wake();
    }
    let context = Context {
        now,
        random: 7,
        config: &config,
        key: &key,
    };
    engine.prune(&context).unwrap();
    for log in engine.take_logs() {
        for (name, value) in log.fields {
            // Ids and names are logged as they are, and here they may be anything.
            let is_id = ["account", "channel", "message"].contains(&name);
            let told = is_id || !value.contains(SAID) && value.len() <= 2048;
            assert!(
                told && !value.contains(SECRET_MARK),
                "{} logs {name}={value}",
                log.event
            );
        }
    }
}

fn answer(part: &[u8]) -> HttpAnswer {
    let mut halves = part.splitn(2, |byte| *byte == b' ');
    let status = halves
        .next()
        .and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
    let Some(status) = status else {
        return Err(HttpFailure::NotSent);
    };
    let body = halves.next().unwrap_or_default().to_vec();
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body,
        length: None,
    })
}

fn access() -> Access {
    let at = |name: &str| format!("https://{name}.liveperson.net");
    Access {
        domains: Domains {
            sentinel: at("sentinel"),
            idp: at("idp"),
            messaging: at("messaging"),
            files: Some(at("files")),
            monitoring: Some(at("monitoring")),
            agent_profiles: Some(at("agents")),
        },
        token: AppToken {
            jwt: Secret::new(format!("h.{SECRET_MARK}.s")),
            expires_at: u64::MAX,
        },
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let claims = crate::independent::base64_url(br#"{"lp_consumer_id":"lp-1"}"#);
    let token = format!("200 {{\"token\":\"h.{claims}.s\"}}");
    let created = r#"200 [{"reqId":"x","code":"OK","body":{"conversationId":"c-1"}}]"#;
    let published = r#"200 {"code":"OK","body":{"sequence":1}}"#;
    let mut seeds = Vec::new();
    for (namespace, platform_event) in [("sms", "text"), ("app", "choice")] {
        let route = json!({ "account_id": channels::ACCOUNT, "namespace": namespace, "channel": namespace, "address": "+15550100001", "profile": { "name": "Zoë" } });
        let said = |id: &str| json!({ "event": "message", "id": id, "content": { "kind": platform_event, "text": SAID, "reference": "x.0" } });
        let from = |role: &str, sequence: u64, body: Value| {
            json!({ "event": "dialog", "change": { "conversation_id": "c-1", "dialog_id": "c-1",
            "sequence": sequence, "originator_id": role, "role": role, "audience": "ALL", "body": body } })
        };
        let text = json!({ "kind": "text", "text": SAID });
        let rich = json!({ "kind": "rich", "raw": { "type": "RichContentEvent", "content": { "type": "button", "title": SAID,
            "click": { "actions": [{ "type": "publishText", "text": SAID }] } } } });
        let file = json!({ "kind": "content", "content_type": "hosted/file", "raw": { "message": { "relativePath": "/v1/a.png", "fileType": "PNG", "caption": SAID } } });
        let odd = json!({ "kind": "other", "name": "NewEvent", "raw": { "x": SAID } });
        let state = json!({ "event": "conversation", "change": { "conversation_id": "c-1", "state": "CLOSE", "stage": "OPEN", "updated_at": 5,
            "dialogs": [{ "id": "c-1", "kind": "MAIN", "state": "CLOSE" }, { "id": "s", "kind": "POST_SURVEY", "state": "OPEN" }] } });
        let first = json!({ "route": route, "events": [said("m-1"), said("m-2")] });
        let of_account = |events: Value| json!({ "route": { "account_id": channels::ACCOUNT }, "events": events });
        let second = of_account(json!([
            from("CONSUMER", 0, text.clone()),
            from("ASSIGNED_AGENT", 3, rich),
            from("ASSIGNED_AGENT", 2, text.clone())
        ]));
        let third = of_account(json!([
            from("ASSIGNED_AGENT", 9, file),
            from("ASSIGNED_AGENT", 10, odd),
            state
        ]));
        let receipt = json!({ "route": route, "events": [{ "event": "signal", "signal": "receipt", "remote_id": "SM1", "status": "failed" }] });
        let requests = [first, second, third, receipt].map(|request| request.to_string());
        for end in [published, "429 {}", "400 {}", "500", ""] {
            let mut parts: Vec<&[u8]> = vec![b""];
            parts.extend(requests.iter().map(String::as_bytes));
            parts.extend(OPERATIONS);
            parts.extend([token.as_bytes(), created.as_bytes(), end.as_bytes()]);
            seeds.push(joined(&parts));
        }
    }
    seeds
}
