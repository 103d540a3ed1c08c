//! What is refused: unknown paths, methods, parameters and fields, each by its name.

use liveengage_connector::conversation::operate::Answer;
use serde_json::{Value, json};

use crate::pretended::{KEY, World};

fn world() -> World {
    World::new(|_, _| panic!("nobody is to be asked"))
}

#[test]
fn unknown_paths_are_not_found() {
    for path in [
        "/admin",
        "/admin/",
        "/admin/consumers",
        "/admin/consumers/",
        "/admin/dead-letters/",
        "/admin/consumers/a/b/c/d",
        "/admin/pauses/planets/mars",
        "/admin/consumers/short",
        &format!("/admin/consumers/{KEY}x"),
        "/admin/consumers/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f",
        "/admin/consumers/%ff",
    ] {
        let method = if path.contains("planets") {
            "PUT"
        } else {
            "GET"
        };
        let reply = world().request(method, path, None);
        assert_eq!(reply.status, 404, "{path}");
    }
}

#[test]
fn other_methods_are_told_the_right_ones() {
    for (method, path, allow) in [
        ("POST", "/admin/pauses", "GET"),
        ("OPTIONS", "/admin/dead-letters/resend", "POST"),
        ("PATCH", "/admin/pauses/channels/sms", "PUT, DELETE"),
        ("HEAD", "/admin/stuck-lanes", "GET"),
        ("GET", "/admin/consumers/find", "POST"),
    ] {
        let reply = world().request(method, path, None);
        assert_eq!(reply.status, 405, "{method} {path}");
        assert!(reply.headers.contains(&("allow", allow.to_owned())));
    }
}

fn field(reply: &liveengage_connector::admin::Reply) -> &str {
    assert_eq!(reply.status, 400, "{}", reply.body);
    reply.body["field"].as_str().unwrap_or_default()
}

#[test]
fn a_misspelt_filter_selects_nothing() {
    for (path, name) in [
        ("/admin/dead-letters?chanel=sms", "chanel"),
        ("/admin/dead-letters?channel=sms&channel=sms", "channel"),
        ("/admin/dead-letters?channel=nobody", "channel"),
        ("/admin/dead-letters?account=nobody", "account"),
        ("/admin/dead-letters?channel=sms&account=demo", "account"),
        ("/admin/dead-letters?channel=", "channel"),
        ("/admin/dead-letters?lane=up", "lane"),
        ("/admin/dead-letters?older_than=1", "older_than"),
        ("/admin/dead-letters?limit=0", "limit"),
        ("/admin/dead-letters?limit=201", "limit"),
        ("/admin/dead-letters?after=x", "after"),
        ("/admin/dead-letters?cause=server", "cause"),
        ("/admin/stuck-lanes?reason=expired", "reason"),
        ("/admin/pauses?x=1", "x"),
        (&format!("/admin/consumers/{KEY}?x=1"), "x"),
        (
            &format!("/admin/consumers/{KEY}/messages?state=lost"),
            "state",
        ),
        (
            &format!("/admin/consumers/{KEY}/messages/c%3A1?limit=1"),
            "limit",
        ),
    ] {
        assert_eq!(field(&world().get(path)), name, "{path}");
    }
}

#[test]
fn a_misspelt_field_changes_nothing() {
    let resend = "/admin/dead-letters/resend";
    let cases: Vec<(&str, Value, &str)> = vec![
        (resend, json!({}), ""),
        (resend, json!({ "all": false }), ""),
        (resend, json!({ "chanel": "sms", "all": true }), "chanel"),
        (
            resend,
            json!({ "consumer": KEY, "channel": "sms" }),
            "channel",
        ),
        (resend, json!({ "consumer": KEY, "after": "x" }), "after"),
        (
            resend,
            json!({ "consumer": KEY, "messages": [] }),
            "messages",
        ),
        (
            resend,
            json!({ "consumer": KEY, "messages": "c:1" }),
            "messages",
        ),
        (
            resend,
            json!({ "messages": ["c:1"], "all": true }),
            "messages",
        ),
        (resend, json!({ "consumer": "x" }), "consumer"),
        (resend, json!({ "all": "yes" }), "all"),
        (resend, json!({ "all": true, "confirm": "3" }), "confirm"),
        (resend, json!({ "all": true, "confirm": -1 }), "confirm"),
        (resend, json!({ "all": true, "dry_run": false }), "dry_run"),
        ("/admin/consumers/find", json!({}), ""),
        ("/admin/consumers/find", json!({ "channel": "sms" }), ""),
        (
            "/admin/consumers/find",
            json!({ "channel": "x", "address": "+1" }),
            "channel",
        ),
        (
            "/admin/consumers/find",
            json!({ "account": "demo", "conversation_id": "1", "lp_consumer_id": "2" }),
            "",
        ),
        (
            "/admin/consumers/find",
            json!({ "account": "demo", "conversation": "1" }),
            "conversation",
        ),
        ("/admin/import", json!({ "channel": "sms" }), "pairs"),
        (
            "/admin/import",
            json!({ "channel": "sms", "pairs": [] }),
            "pairs",
        ),
        (
            "/admin/import",
            json!({ "channel": "sms", "pairs": vec![json!({ "address": "1", "conversation_id": "2" }); 26] }),
            "pairs",
        ),
        (
            "/admin/import",
            json!({ "channel": "sms", "pairs": [{ "address": "1" }] }),
            "pairs[0].conversation_id",
        ),
        (
            "/admin/import",
            json!({ "channel": "sms", "pairs": [{ "address": "1", "conversation_id": "2", "profil": {} }] }),
            "pairs[0].profil",
        ),
        (
            "/admin/import",
            json!({ "channel": "sms", "pairs": [7] }),
            "pairs[0]",
        ),
    ];
    for (path, body, name) in cases {
        assert_eq!(field(&world().post(path, &body)), name, "{path} {body}");
    }
    let of_consumer = |what: &str| format!("/admin/consumers/{KEY}/{what}");
    for (what, body, name) in [
        ("adopt", json!({}), "conversation_id"),
        ("adopt", json!({ "conversation_id": 7 }), "conversation_id"),
        (
            "adopt",
            json!({ "conversation_id": "1", "force": true }),
            "force",
        ),
        ("erase", json!({ "confirm": 1 }), "confirm"),
        ("erase", json!({ "confirmed": true }), "confirmed"),
    ] {
        let reply = world().post(&of_consumer(what), &body);
        assert_eq!(field(&reply), name, "{what} {body}");
    }
}

#[test]
fn a_body_is_json_by_type_and_by_form() {
    let mut world = World::new(|_, _| Answer::Unknown);
    let path = format!("/admin/consumers/{KEY}/erase");
    for body in ["", "{", "[]", "null", "\"x\""] {
        let reply = world.request("POST", &path, Some(body));
        assert_eq!(reply.status, 400, "{body}");
    }
    let without_type = world.request("POST", &path, None);
    assert_eq!(without_type.status, 415);
    let with_body = world.request("GET", &format!("/admin/consumers/{KEY}"), Some("{}"));
    assert_eq!(with_body.status, 400);
    assert_eq!(world.asked, []);
}
