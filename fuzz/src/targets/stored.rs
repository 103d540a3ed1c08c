//! Stored rows and consumers, entries of the Directory, and what Worker and objects say to each other. Input: JSON.

use std::fmt::Debug;

use liveengage_connector::attention;
use liveengage_connector::conversation::operate::{Answer, Operation, Tombstone};
use liveengage_connector::conversation::wire::{
    AcceptRequest, AcceptResponse, FileAnswer, FileRequest,
};
use liveengage_connector::conversation::{Consumer, Detail, DialogPlace, Resent, Step};
use liveengage_connector::directory::{Ask, Entry, Resolution};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::liveengage::StoredAccess;
use liveengage_connector::liveengage::access::AccessRequest;
use liveengage_connector::liveengage::consumer_jws::StoredConsumerToken;
use liveengage_connector::message::{Content, Profile};
use liveengage_connector::outcome::{Cause, Refusal};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::channels;
use crate::corpus;

/// What is stored can be read again, and is then the same.
pub(super) fn read_again<T: Serialize + DeserializeOwned>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    let again: T = match serde_json::from_str(&text) {
        Ok(again) => again,
        Err(error) => panic!("it can be written and not read: {error}"),
    };
    let rewritten = serde_json::to_string(&again).expect("it can be written again");
    // A fraction may move by its last digit.
    if !text.contains(['.', 'e', 'E']) {
        assert_eq!(text, rewritten, "read again it is something else");
    }
}

fn look<T: Serialize + DeserializeOwned + Debug>(data: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(data).ok()?;
    read_again(&value);
    drop(format!("{value:?}"));
    Some(value)
}

pub(super) fn run(data: &[u8]) {
    if channels::is_marked(data, &[channels::SECRET_MARK]) {
        return;
    }
    if let Some(content) = look::<Content>(data) {
        channels::sent(&content);
    }
    look::<Detail>(data);
    look::<Vec<Step>>(data);
    look::<Profile>(data);
    look::<DialogPlace>(data);
    look::<Resent>(data);
    look::<Cause>(data);
    look::<Refusal>(data);
    look::<AcceptRequest>(data);
    look::<AcceptResponse>(data);
    look::<FileRequest>(data);
    look::<FileAnswer>(data);
    look::<AccessRequest>(data);
    look::<Ask>(data);
    look::<Resolution>(data);
    look::<StoredConsumerToken>(data);
    look::<Operation>(data);
    look::<Answer>(data);
    look::<Tombstone>(data);
    look::<attention::Ask>(data);
    look::<attention::Found>(data);
    look::<attention::Report>(data);
    if let Ok(access) = serde_json::from_slice::<StoredAccess>(data) {
        read_again(&access);
    }
    for now in [0, 1_700_000_000_000, 1 << 53] {
        if let Some(consumer) = look::<Consumer>(data) {
            let _ = (
                consumer.target(now),
                consumer.unclaimed(now),
                consumer.is_registered(now),
            );
            let mut changed = consumer.clone();
            changed.heard("c-new", now);
            changed.is_in("c-new", now);
            changed.main_closed("c-new", now);
            changed.ended("c-new", now);
            changed.becomes_another(now);
            read_again(&changed);
        }
        if let Some(entry) = look::<Entry>(data) {
            directory(entry, now);
        }
    }
}

fn directory(mut entry: Entry, now: u64) {
    let request = AcceptRequest::of_account(channels::ACCOUNT, Vec::new());
    let _ = (entry.wake(), entry.is_over(now), entry.is_owned());
    entry.resolve(Some((&request).into()), now);
    entry.expire(now);
    entry.claim(ConsumerKey::from_stored("k".to_owned()), now);
    for _ in 0..64 {
        let Some((_, parked)) = entry.deliverable() else {
            break;
        };
        entry.delivered(parked.number);
    }
    let _ = (entry.wake(), entry.is_over(now));
    read_again(&entry);
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let text = json!({ "kind": "text", "text": "Hello" });
    let route = json!({ "account_id": "le1", "namespace": "sms", "channel": "sms", "address": "+15550100001", "profile": { "name": "Zoë" } });
    let dialog = json!({ "event": "dialog", "change": { "conversation_id": "c", "dialog_id": "c", "sequence": 3, "originator_id": "a", "role": "ASSIGNED_AGENT",
        "audience": "ALL", "server_timestamp": 1, "body": { "kind": "text", "text": "Hi", "extra": { "quickReplies": {} } }, "metadata": [1] } });
    let state = json!({ "event": "conversation", "change": { "conversation_id": "c", "state": "CLOSE", "stage": "OPEN", "updated_at": 5,
        "participants": [{ "id": "a", "role": "CONSUMER" }], "dialogs": [{ "id": "c", "kind": "MAIN", "state": "CLOSE" }, { "id": "s", "kind": "POST_SURVEY", "state": "OPEN" }] } });
    let message = json!({ "event": "message", "id": "m-1", "content": text, "sent_at": 1 });
    let letter = json!({ "event": "dead_letter", "id": "x", "lane": "to_consumer", "content": { "kind": "malformed", "what": "w", "raw": "r" }, "refusal": { "reason": "malformed", "what": "w" } });
    let signal =
        json!({ "event": "signal", "signal": "receipt", "remote_id": "SM1", "status": "read" });
    let request = json!({ "route": route, "events": [message, dialog, state, letter, signal] });
    let known = json!({ "id": "c", "dialogs": [], "stage_open": true, "main_open": true, "heard_at": 1, "claimed_at": 1, "main_closed_at": 2 });
    let values: Vec<Value> = vec![
        text,
        json!({ "kind": "structured", "text": "t", "content": { "type": "text", "text": "x" }, "quick_replies": { "replies": [] }, "metadata": [] }),
        json!({ "kind": "file", "file": { "at": { "at": "url", "url": "https://a.example/b" }, "name": "b", "size": 3 } }),
        json!({ "kind": "location", "location": { "latitude": 52.3702, "longitude": 4.8952 } }),
        json!({ "kind": "command", "command": { "do": "response_target", "target": "urgent", "seconds": 9 } }),
        json!({ "kind": "of_a_later_release", "x": { "y": 1 } }),
        json!({ "progress": null, "attempt": 2, "failures": 1, "source": { "dialog_id": "c", "sequence": 3 }, "published": [], "phase": "new_one",
            "echo": { "dialog_id": "c", "above": 2 }, "refusal": { "reason": "new_one" }, "file": { "at": { "at": "new_one" } } }),
        json!([{ "at": 1, "event": "accepted" }, { "at": 2, "attempt": 1, "event": "retry", "because": { "cause": "server", "status": 500 }, "until": 3 }, { "at": 4, "event": "new_one" }]),
        json!({ "account_id": "le1", "namespace": "sms", "channel": "sms", "address": "+1", "touched_at": 1, "conversations": [known] }),
        json!({ "owner": null, "claimant": "k", "claimed_at": 18_446_744_073_709_551_615_u64, "next_number": 18_446_744_073_709_551_615_u64,
            "parked": [{ "number": 0, "at": 18_446_744_073_709_551_615_u64, "request": { "route": { "account_id": "le1" }, "events": [] } }] }),
        json!({ "ask": "resolve", "park": { "route": { "account_id": "le1" }, "events": [] } }),
        json!({ "ask": "claim", "key": "k" }),
        json!({ "resolution": "owned", "key": "k" }),
        json!({ "file": "found", "url": "https://a.example", "name": "n" }),
        json!({ "domains": { "sentinel": "s", "idp": "i", "messaging": "m" }, "jwt": "a.b.c", "expires_at": 1 }),
        json!({ "jws": "a.b.c", "lp_consumer_id": "x" }),
        json!({ "accepted": 1, "duplicates": 0, "facts": 2 }),
        request,
        json!({ "operation": "trace", "message": "c:1" }),
        json!({ "operation": "resend", "select": { "keys": ["c:1"], "lane": "to_consumer", "reason": "expired", "since": 1, "until": 2 }, "dry_run": true }),
    ];
    let mut seeds: Vec<Vec<u8>> = values
        .iter()
        .map(|value| value.to_string().into_bytes())
        .collect();
    seeds.extend(corpus::fixtures("gateway/to_app"));
    seeds
}
