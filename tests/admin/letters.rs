//! Dead letters and stuck lanes: pages of the index, counting before changing.

use std::collections::BTreeMap;

use liveengage_connector::admin::Need;
use liveengage_connector::attention::{DeadLetter, Report, Stuck, bucket, object_name};
use liveengage_connector::conversation::Lane;
use liveengage_connector::conversation::operate::{Answer, Operation};
use liveengage_connector::identity::ConsumerKey;
use serde_json::{Value, json};

use crate::pretended::{NOW, World, key};

fn report(messages: usize) -> Report {
    let letter = |n: usize| DeadLetter {
        message: format!("l:d:{n}"),
        lane: Lane::ToConsumer,
        reason: "rejected".to_owned(),
        at: NOW - 3_600_000,
    };
    Report {
        channel: "sms".to_owned(),
        dead_letters: (0..messages).map(letter).collect(),
        dead_letter_count: messages,
        stuck: Vec::new(),
    }
}

/// So many consumers with a dead letter each, in the buckets that they belong to.
fn indexed(world: &mut World, count: usize) {
    for n in 0..count {
        let consumer = key(n);
        let object = object_name("le1", "sms", bucket(&consumer));
        let bucket = world.index.entry(object).or_default();
        bucket.insert(consumer, report(1));
    }
}

/// Every object has one dead letter; who has been sent again has none.
fn with_one_each() -> World {
    World::new(|_, operation| match operation {
        Operation::Resend { .. } | Operation::Discard { .. } => Answer::Selected {
            keys: vec!["l:d:0".to_owned()],
            unsendable: Vec::new(),
        },
        _ => Answer::Unknown,
    })
}

/// All pages of a list, with how many requests that took.
fn pages(world: &mut World, path: &str) -> (Vec<Value>, usize) {
    let (mut all, mut target, mut requests) = (Vec::new(), path.to_owned(), 0);
    loop {
        let before = world.asked.len();
        let reply = world.get(&target);
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(world.asked.len() - before <= 20, "too many for one request");
        requests += 1;
        all.extend(reply.body["consumers"].as_array().unwrap().clone());
        match reply.body["next"].as_str() {
            Some(next) => target = format!("{path}&after={next}"),
            None => return (all, requests),
        }
    }
}

fn keys(consumers: &[Value]) -> Vec<&str> {
    let mut keys: Vec<&str> = consumers
        .iter()
        .map(|it| it["consumer"].as_str().unwrap())
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn every_consumer_is_listed_once_whatever_the_size_of_a_page() {
    for limit in [1, 7, 50, 200] {
        for scope in ["channel=sms", "account=demo", "lane=to_consumer"] {
            let mut world = with_one_each();
            indexed(&mut world, 60);
            let path = format!("/admin/dead-letters?{scope}&limit={limit}");
            let (all, _) = pages(&mut world, &path);
            let expected: Vec<String> = (0..60).map(|n| key(n).to_string()).collect();
            assert_eq!(keys(&all), expected, "{path}");
        }
    }
}

#[test]
fn a_channel_is_sixteen_objects_and_an_account_has_those_of_nobody_too() {
    let mut world = with_one_each();
    pages(&mut world, "/admin/dead-letters?channel=sms&limit=50");
    let of = |world: &World, part: &str| {
        let asked = world.asked.iter();
        let of = asked
            .filter(|need| matches!(need, Need::Index { object, .. } if object.contains(part)));
        of.count()
    };
    assert_eq!((world.asked.len(), of(&world, ":sms:")), (16, 16));
    let mut world = with_one_each();
    pages(&mut world, "/admin/dead-letters?account=demo&limit=50");
    assert_eq!((world.asked.len(), of(&world, "attention:le1::")), (32, 16));
    let mut world = with_one_each();
    pages(&mut world, "/admin/stuck-lanes?lane=to_consumer");
    assert_eq!(world.asked.len(), 64);
}

#[test]
fn a_cursor_survives_a_channel_that_is_taken_away() {
    let mut world = with_one_each();
    indexed(&mut world, 5);
    let reply = world.get("/admin/dead-letters?lane=to_consumer&limit=2");
    let next = reply.body["next"].as_str().unwrap().to_owned();
    world.config.channels.remove("sms");
    let reply = world.get(&format!(
        "/admin/dead-letters?lane=to_consumer&after={next}"
    ));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["consumers"], json!([]));
}

#[test]
fn ages_are_spans_back_from_now() {
    let mut world = with_one_each();
    indexed(&mut world, 3);
    for (age, count) in [
        ("older_than=30m", 3),
        ("older_than=2h", 0),
        ("newer_than=2h", 3),
        ("newer_than=30m", 0),
        ("newer_than=2h&older_than=30m", 3),
        ("reason=rejected", 3),
        ("reason=expired", 0),
    ] {
        let (all, _) = pages(&mut world, &format!("/admin/dead-letters?{age}"));
        assert_eq!(all.len(), count, "{age}");
    }
}

#[test]
fn stuck_lanes_are_listed_with_their_cause() {
    let mut world = with_one_each();
    let stuck = Report {
        channel: "sms".to_owned(),
        stuck: vec![Stuck {
            lane: Lane::ToLiveengage,
            message: "c:1".to_owned(),
            cause: "credentials".to_owned(),
            since: NOW - 700_000,
        }],
        ..Report::default()
    };
    let object = object_name("le1", "sms", bucket(&key(1)));
    world
        .index
        .insert(object, BTreeMap::from([(key(1), stuck)]));
    let reply = world.get("/admin/stuck-lanes?channel=sms&cause=credentials&older_than=10m");
    assert_eq!(reply.body["consumers"][0]["lanes"][0]["message"], "c:1");
    let reply = world.get("/admin/stuck-lanes?channel=sms&cause=server");
    assert_eq!(reply.body, json!({ "consumers": [] }));
}

/// How often an operation was done, not only counted.
fn done(world: &World) -> Vec<ConsumerKey> {
    let operations = world.operations().into_iter();
    let done = operations.filter(|(_, operation)| {
        matches!(
            operation,
            Operation::Resend { dry_run: false, .. } | Operation::Discard { dry_run: false, .. }
        )
    });
    done.map(|(consumer, _)| consumer).collect()
}

#[test]
fn nothing_is_changed_before_its_count_is_confirmed() {
    for what in ["resend", "discard"] {
        let path = format!("/admin/dead-letters/{what}");
        let mut world = with_one_each();
        indexed(&mut world, 4);
        let counted = world.post(&path, &json!({ "channel": "sms" }));
        assert_eq!(
            (&counted.body["count"], &counted.body["dry_run"]),
            (&json!(4), &json!(true))
        );
        assert_eq!(done(&world), []);
        for wrong in [0, 3, 5] {
            let reply = world.post(&path, &json!({ "channel": "sms", "confirm": wrong }));
            assert_eq!((reply.status, &reply.body["count"]), (409, &json!(4)));
        }
        assert_eq!(done(&world), []);
        let reply = world.post(&path, &json!({ "channel": "sms", "confirm": 4 }));
        assert_eq!((reply.status, &reply.body["count"]), (200, &json!(4)));
        assert_eq!(reply.body["dry_run"], json!(false));
        let mut changed = done(&world);
        changed.sort();
        assert_eq!(changed, (0..4).map(key).collect::<Vec<_>>());
    }
}

#[test]
fn a_large_set_is_done_page_by_page_within_the_limits_of_a_request() {
    let mut world = with_one_each();
    indexed(&mut world, 35);
    let mut counted: Vec<(Value, Value)> = Vec::new();
    let mut body = json!({ "account": "demo" });
    loop {
        let reply = world.post("/admin/dead-letters/resend", &body);
        counted.push((body.clone(), reply.body["count"].clone()));
        match reply.body.get("next") {
            Some(next) => body["after"] = next.clone(),
            None => break,
        }
    }
    let total: u64 = counted
        .iter()
        .map(|(_, count)| count.as_u64().unwrap())
        .sum();
    assert_eq!(total, 35);
    for (mut body, count) in counted {
        body["confirm"] = count.clone();
        let before = world.asked.len();
        let reply = world.post("/admin/dead-letters/resend", &body);
        assert_eq!(reply.body["count"], count);
        assert!(world.asked.len() - before <= 40, "too many for one request");
    }
    assert_eq!(done(&world).len(), 35);
}

#[test]
fn one_consumers_letters_are_chosen_by_key_and_filter() {
    let mut world = with_one_each();
    let body = json!({
        "consumer": key(7),
        "messages": ["l:d:0"],
        "lane": "to_consumer",
        "reason": "rejected",
        "older_than": "1h",
        "newer_than": "7d",
        "confirm": 1,
    });
    let reply = world.post("/admin/dead-letters/resend", &body);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let operations = world.operations();
    assert_eq!(operations.len(), 2);
    let Operation::Resend { select, dry_run } = &operations[1].1 else {
        panic!("{operations:?}");
    };
    assert!(!dry_run);
    assert_eq!(select.keys.as_deref(), Some(&["l:d:0".to_owned()][..]));
    assert_eq!(
        (select.since, select.until),
        (Some(NOW - 604_800_000), Some(NOW - 3_600_000))
    );
    assert_eq!(
        (select.lane, select.reason.as_deref()),
        (Some(Lane::ToConsumer), Some("rejected"))
    );
}

#[test]
fn what_cannot_be_sent_again_is_named_and_not_counted() {
    let mut world = World::new(|_, _| Answer::Selected {
        keys: Vec::new(),
        unsendable: vec!["x:1".to_owned()],
    });
    let reply = world.post(
        "/admin/dead-letters/resend",
        &json!({ "consumer": key(1), "confirm": 0 }),
    );
    assert_eq!((reply.status, &reply.body["count"]), (200, &json!(0)));
    assert_eq!(reply.body["consumers"][0]["unsendable"], json!(["x:1"]));
    assert_eq!(done(&world), []);
}

#[test]
fn who_was_forgotten_meanwhile_is_passed_over() {
    let mut world = World::new(|_, _| Answer::Unknown);
    indexed(&mut world, 3);
    let reply = world.post("/admin/dead-letters/resend", &json!({ "channel": "sms" }));
    assert_eq!(
        (&reply.body["count"], &reply.body["consumers"]),
        (&json!(0), &json!([]))
    );
    let alone = world.post("/admin/dead-letters/resend", &json!({ "consumer": key(1) }));
    assert_eq!(
        (alone.status, &alone.body["error"]),
        (404, &json!("consumer_unknown"))
    );
}
