//! The commands that operate a deployment, against somebody on this machine who plays its admin API.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use serde_json::{Value, json};
use support::{Call, Place, Reply, Server, assert_says};

const TOKEN: &str = "hunter2-admin-token-of-32-characters";
const KEY: &str = "OaBpB976NGRM7bh4xdqpwoyCEeNU4XJzgw3MK9OV2_I";
const AT: u64 = 1_700_000_000_000;

fn ok(body: &Value) -> Reply {
    (200, "content-type: application/json\r\n", body.to_string())
}

fn message() -> Value {
    json!({
        "key": "l:d-1:7", "lane": "to_consumer", "state": "refused", "accepted_at": AT, "due_at": AT,
        "attempts": 2, "failures": 0, "unknown": false,
        "source": { "dialog_id": "d-1", "sequence": 7 },
        "refusal": { "reason": "rejected", "code": "21610" },
        "not_delivered": "delivered",
        "trace": [
            { "at": AT, "attempt": 0, "event": "accepted" },
            { "at": AT, "attempt": 1, "event": "started" },
            { "at": AT, "attempt": 1, "event": "retry", "because": { "cause": "server", "status": 503 }, "until": AT + 60_000 },
            { "at": AT, "attempt": 2, "event": "refused", "because": { "reason": "rejected", "code": "21610" } },
        ],
    })
}

fn letters(messages: &[&str]) -> Value {
    let letter = |message: &&str| json!({ "message": message, "lane": "to_consumer", "reason": "rejected", "at": AT });
    json!({
        "consumer": KEY, "account_id": "le1", "channel": "sms", "count": messages.len(),
        "dead_letters": messages.iter().map(letter).collect::<Vec<_>>(),
    })
}

/// A deployment with three dead letters on two pages.
fn deployed(call: &Call, _: u16) -> Reply {
    if call.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return (
            401,
            "",
            json!({ "error": "unauthorized", "message": "send the token" }).to_string(),
        );
    }
    let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
    let of_consumer = |rest: &str| format!("/admin/consumers/{KEY}{rest}");
    let path = call.path.as_str();
    match (call.method.as_str(), path) {
        ("POST", "/admin/consumers/find") => ok(&json!({
            "key": KEY, "account_id": "le1", "namespace": "sms", "channel": "sms", "lp_consumer_id": "lp-1",
            "conversations": [{ "id": "c-1", "main_open": true, "stage_open": true }],
            "already_open_since": AT,
            "lanes": [
                { "lane": "to_liveengage", "waiting": 2, "head": { "key": "c:1", "state": "waiting", "due_at": AT, "trace": [
                    { "at": AT, "event": "retry", "because": { "cause": "already_open" }, "until": AT } ] } },
                { "lane": "to_consumer", "waiting": 0 },
            ],
            "dead_letters": 3, "messages": 9, "last_activity": AT,
        })),
        ("GET", path) if path == of_consumer("/messages/l%3Ad%2D1%3A7") || path == of_consumer("/messages/l%3Ad-1%3A7") => ok(&message()),
        ("GET", path) if path.starts_with(&of_consumer("/messages")) => ok(&json!({ "messages": [message()], "more": 3 })),
        ("GET", "/admin/dead-letters?channel=sms&older_than=1h") => ok(&json!({ "consumers": [letters(&["l:d:1", "l:d:2"])], "next": "page2" })),
        ("GET", "/admin/dead-letters?channel=sms&older_than=1h&after=page2") => ok(&json!({ "consumers": [letters(&["l:d:3"])] })),
        ("GET", "/admin/stuck-lanes") => ok(&json!({ "consumers": [{ "consumer": KEY, "account_id": "le1", "channel": "sms", "lanes": [
            { "lane": "to_liveengage", "message": "c:1", "cause": "credentials", "since": AT } ] }] })),
        ("POST", "/admin/dead-letters/resend") => resend(&body),
        ("POST", "/admin/import") => {
            let pairs = body["pairs"].as_array().unwrap().iter().map(|pair| {
                let fails = pair["conversation_id"] == "taken";
                let result = if fails { "impossible" } else { "imported" };
                json!({ "consumer": KEY, "result": result, "message": "it is somebody else's" })
            });
            let pairs: Vec<Value> = pairs.collect();
            ok(&json!({ "imported": pairs.len(), "pairs": pairs }))
        }
        ("PUT", "/admin/pauses/channels/sms") => ok(&json!({ "name": "sms", "paused": true, "since": AT, "effective_within_seconds": 135 })),
        ("DELETE", "/admin/pauses/accounts/demo") => ok(&json!({ "name": "demo", "paused": false, "effective_within_seconds": 135 })),
        ("GET", "/admin/pauses") => ok(&json!({ "channels": [{ "name": "sms", "paused": true, "since": AT }], "accounts": [{ "name": "demo", "paused": false }] })),
        ("POST", path) if path == of_consumer("/adopt") => ok(&json!({ "adopted": body["conversation_id"] })),
        ("POST", path) if path == of_consumer("/erase") => ok(&json!({ "dry_run": body["confirm"] != json!(true), "erased": {
            "messages": 9, "dead_letters": 3, "waiting": 2, "remembered": 9, "lp_consumer_id": "lp-1", "conversations": ["c-1"],
            "remains": [{ "place": "logs", "what": "ids of messages" }, { "place": "tombstone", "what": "hashes", "until": AT }] } })),
        _ => (404, "", json!({ "error": "consumer_unknown", "message": "nothing is stored about such a consumer" }).to_string()),
    }
}

/// The first page has two, the second one.
fn resend(body: &Value) -> Reply {
    let (count, next) = if body["after"] == "page2" {
        (1, None)
    } else {
        (2, Some("page2"))
    };
    match body.get("confirm") {
        Some(confirm) if *confirm != json!(count) => (
            409,
            "",
            json!({ "error": "count_changed", "message": "there are others now", "count": count })
                .to_string(),
        ),
        confirm => {
            let messages: Vec<String> = (0..count).map(|n| format!("l:d:{n}")).collect();
            let mut answer = json!({ "dry_run": confirm.is_none(), "count": count, "consumers": [{ "consumer": KEY, "messages": messages, "unsendable": [] }] });
            if let Some(next) = next {
                answer["next"] = json!(next);
            }
            ok(&answer)
        }
    }
}

/// Runs a command against a deployment; exit status, what was said, and the calls.
fn run(name: &str, args: &[&str], input: &str) -> (i32, String, Vec<Call>) {
    let server = Server::start(deployed);
    let url = format!("http://127.0.0.1:{}", server.port);
    let files = [
        (
            "people.csv",
            "address,conversation_id\n+15550100001,c-1\n+15550100002,taken\n",
        ),
        (
            "people.json",
            r#"[{"address": "+15550100001", "conversation_id": "c-1", "profile": {"name": "A"}}]"#,
        ),
    ];
    let place = Place::new(&format!("admin-{name}"), &files);
    let variables = [
        ("CONNECTOR_ADMIN_TOKEN", TOKEN),
        ("CONNECTOR_URL", url.as_str()),
    ];
    let (status, out, aside) = place.run_as(&variables, args, input);
    (status, out + &aside, server.calls())
}

#[test]
fn a_consumer_is_found_without_its_address_in_a_url() {
    let args = ["consumers", "find", "--channel", "sms", "--address", "-"];
    let (status, said, calls) = run("find", &args, "+15550100001\n");
    assert_says(
        &said,
        &[
            &format!("Consumer {KEY}\n"),
            "channel sms, account le1",
            "to_liveengage: 2 messages waiting\n    next c:1, waiting, due 2023-11-14 22:13:20 UTC, because of already_open\n",
            "to_consumer: nothing waits",
            "9 messages remembered, 3 dead letters",
            "-> look up its id there, then `connector adopt`",
            "    c-1 open\n",
        ],
    );
    assert_eq!(status, 0);
    assert!(!calls[0].path.contains("555"));
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(body, json!({ "channel": "sms", "address": "+15550100001" }));
}

#[test]
fn a_trace_tells_times_attempts_and_outcomes() {
    let (status, said, calls) = run("trace", &["trace", KEY, "l:d-1:7"], "");
    assert_says(
        &said,
        &[
            "Message l:d-1:7\n  to_consumer, refused, 2 attempts\n  refused: rejected (code 21610)\n",
            "came from LiveEngage as dialog d-1 sequence 7",
            "the news for LiveEngage that it did not arrive: delivered",
            "2023-11-14 22:13:20 UTC  1    retry     server (status 503), until 2023-11-14 22:14:20 UTC\n",
            "2023-11-14 22:13:20 UTC  2    refused   rejected (code 21610)\n",
        ],
    );
    assert_eq!(status, 0);
    assert_eq!(
        calls[0].path,
        format!("/admin/consumers/{KEY}/messages/l%3Ad-1%3A7")
    );
    let (_, said, calls) = run(
        "messages",
        &["messages", KEY, "--state", "refused", "--limit", "1"],
        "",
    );
    assert_says(
        &said,
        &[
            "ACCEPTED",
            "rejected (code 21610)",
            "l:d-1:7",
            "and 3 messages before these",
        ],
    );
    assert!(calls[0].path.ends_with("/messages?state=refused&limit=1"));
}

#[test]
fn all_pages_of_a_list_are_one_table() {
    let args = [
        "dead-letters",
        "list",
        "--channel",
        "sms",
        "--older-than",
        "1h",
    ];
    let (status, said, calls) = run("list", &args, "");
    assert_says(
        &said,
        &[
            "REFUSED",
            "l:d:1\n",
            "l:d:2\n",
            "l:d:3\n",
            "3 dead letters\n",
        ],
    );
    assert_eq!((status, calls.len()), (0, 2));
    let (_, said, _) = run("list-json", &[&args[..], &["--json"]].concat(), "");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["consumers"].as_array().unwrap().len(), 2);
    let (_, said, _) = run("stuck", &["stuck"], "");
    assert_says(&said, &["credentials", "1 stuck lane\n"]);
}

#[test]
fn nothing_is_sent_again_without_yes_and_then_page_by_page_what_was_counted() {
    let args = ["dead-letters", "resend", "--channel", "sms"];
    let (status, said, calls) = run("count", &args, "");
    assert_says(
        &said,
        &["3 dead letters. Nothing was done: add --yes to resend.\n"],
    );
    assert_eq!((status, calls.len()), (0, 2));
    assert!(!calls.iter().any(|call| call.body.contains("confirm")));
    let (status, said, calls) = run("resend", &[&args[..], &["--yes"]].concat(), "");
    assert_says(&said, &["3 dead letters sent again.\n"]);
    assert_eq!((status, calls.len()), (0, 4));
    let confirmed: Vec<Value> = calls[2..]
        .iter()
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap()["confirm"].clone())
        .collect();
    assert_eq!(confirmed, [json!(2), json!(1)]);
}

#[test]
fn a_set_that_changes_meanwhile_is_left_alone() {
    let server = Server::start(|call, port| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        if body.get("confirm").is_some() && body["after"] == "page2" {
            return resend(&json!({ "after": "page2", "confirm": 7 }));
        }
        deployed(call, port)
    });
    let url = format!("http://127.0.0.1:{}", server.port);
    let place = Place::new("admin-changed", &[]);
    let args = [
        "dead-letters",
        "resend",
        "--channel",
        "sms",
        "--yes",
        "--url",
        &url,
    ];
    let (status, said, _) = place.run_as(&[("CONNECTOR_ADMIN_TOKEN", TOKEN)], &args, "");
    assert_says(
        &said,
        &[
            "2 dead letters sent again.\n",
            "there are others now\n  (409 count_changed)\n",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn one_consumers_letters_are_named_by_key() {
    let args = [
        "dead-letters",
        "resend",
        "--consumer",
        KEY,
        "--message",
        "l:d:1",
        "--message",
        "l:d:2",
        "--lane",
        "to_consumer",
    ];
    let (_, _, calls) = run("keys", &args, "");
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(
        body,
        json!({ "consumer": KEY, "messages": ["l:d:1", "l:d:2"], "lane": "to_consumer" })
    );
}

#[test]
fn pauses_are_set_lifted_and_listed() {
    let (status, said, _) = run("pause", &["pause", "channel", "sms"], "");
    assert_says(&said, &["sms is paused everywhere within 135 seconds."]);
    assert_eq!(status, 0, "{said}");
    let (status, said, _) = run("resume", &["resume", "account", "demo"], "");
    assert_says(&said, &["demo goes on everywhere within 135 seconds."]);
    assert_eq!(status, 0, "{said}");
    let (_, said, _) = run("pauses", &["pauses"], "");
    assert_says(
        &said,
        &[
            "channel  sms   paused since 2023-11-14 22:13:20 UTC\n",
            "account  demo  running\n",
        ],
    );
}

#[test]
fn files_of_either_kind_are_imported_and_failures_are_named_by_number() {
    let (status, said, calls) = run(
        "import-csv",
        &["import", "people.csv", "--channel", "sms"],
        "",
    );
    assert_says(
        &said,
        &["1 of 2 consumers imported.\n  entry 2: it is somebody else's\n"],
    );
    assert_eq!(status, 1);
    assert!(!said.contains("555"));
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(
        body["pairs"][1],
        json!({ "address": "+15550100002", "conversation_id": "taken" })
    );
    let (status, _, calls) = run(
        "import-json",
        &["import", "people.json", "--channel", "sms"],
        "",
    );
    assert_eq!(status, 0);
    assert!(calls[0].body.contains("profile"));
}

#[test]
fn erasing_takes_yes_and_says_what_remains() {
    let (status, said, calls) = run("erase-dry", &["erase", KEY], "");
    assert_says(
        &said,
        &[
            "Would be erased\n  9 messages\n  among them 3 dead letters\n  among them 2 messages that still wait\n",
            "consumer lp-1\n  conversation c-1\n",
            "tombstone: hashes\n    until 2023-11-14 22:13:20 UTC\n",
            "logs: ids of messages\n    with no end known here\n",
            "Nothing was done: add --yes to do it.",
        ],
    );
    assert_eq!(
        (status, calls[0].body.as_str()),
        (0, r#"{"confirm":false}"#)
    );
    let (_, said, calls) = run("erase", &["erase", KEY, "--yes"], "");
    assert_says(&said, &["Erased\n"]);
    assert_eq!(calls[0].body, r#"{"confirm":true}"#);
    let (_, said, _) = run("adopt", &["adopt", KEY, "c-9"], "");
    assert_says(
        &said,
        &["Conversation c-9 is the consumer's open one now.\n"],
    );
}

#[test]
fn refusals_are_said_with_what_to_do() {
    let (status, said, _) = run("unknown", &["consumers", "show", "x"], "");
    assert_says(
        &said,
        &["nothing is stored about such a consumer\n  (404 consumer_unknown)\n"],
    );
    assert_eq!(status, 1);
    let server = Server::start(deployed);
    let url = format!("http://127.0.0.1:{}", server.port);
    let place = Place::new("admin-wrong", &[]);
    let wrong = [("CONNECTOR_ADMIN_TOKEN", "hunter2-another")];
    let (status, said, _) = place.run_as(&wrong, &["stuck", "--url", &url], "");
    assert_says(
        &said,
        &["(401 unauthorized)", "-> compare CONNECTOR_ADMIN_TOKEN"],
    );
    assert_eq!(status, 1);
}

#[test]
fn a_local_connector_is_found_by_its_settings() {
    let server = Server::start(deployed);
    let config = format!(
        "[vars]\nPUBLIC_URL = \"http://127.0.0.1:{}\"\n",
        server.port
    );
    let secrets = format!(
        "ADMIN_TOKEN='{}'\n",
        json!({ "current": TOKEN, "previous": "hunter2-old" })
    );
    let place = Place::new(
        "admin-local",
        &[("wrangler.toml", &config), (".dev.vars", &secrets)],
    );
    let (status, said, _) = place.run_with(&["pauses"], "");
    assert_eq!(status, 0, "{said}");
    // Elsewhere the local token has no business.
    let elsewhere = place.run(&["pauses", "--url", "https://connector.example.com"]);
    assert_says(
        &elsewhere.1,
        &["the admin token is missing: set CONNECTOR_ADMIN_TOKEN"],
    );
    assert_eq!(elsewhere.0, 2);
}

#[test]
fn a_command_that_cannot_run_says_why() {
    let place = Place::new("admin-usage", &[]);
    for (args, why) in [
        (&["stuck"][..], "name the connector by --url"),
        (
            &["stuck", "--url", "http://connector.example.com"],
            "--url is not an https URL",
        ),
        (&["consumers"], "consumers takes find or show"),
        (
            &["consumers", "find", "--channel", "sms"],
            "takes --channel with --address",
        ),
        (
            &[
                "consumers",
                "find",
                "--account",
                "a",
                "--conversation",
                "1",
                "--lp-consumer",
                "2",
            ],
            "takes --channel with --address",
        ),
        (
            &["dead-letters"],
            "dead-letters takes list, resend or discard",
        ),
        (
            &["dead-letters", "resend"],
            "resend needs a filter, --consumer or --all",
        ),
        (
            &["dead-letters", "resend", "--message", "x", "--all"],
            "--message goes with --consumer",
        ),
        (
            &["dead-letters", "list", "--yes"],
            "this command takes no --yes",
        ),
        (
            &["dead-letters", "list", "--cause", "x"],
            "this command takes no --cause",
        ),
        (
            &["dead-letters", "list", "--lane", "a", "--lane", "b"],
            "--lane is given twice",
        ),
        (
            &["stuck", "--reason", "x"],
            "this command takes no --reason",
        ),
        (&["stuck", "--chanel", "x"], "--chanel"),
        (&["pause", "planet", "mars"], "a channel or an account"),
        (&["pause", "channel"], "the name is missing"),
        (&["erase"], "the consumer's key is missing"),
        (&["erase", "a", "b"], "takes no further operand `b`"),
        (&["import", "x.csv"], "import needs --channel"),
    ] {
        let (status, said) = place.run(args);
        assert_says(&said, &[why]);
        assert_eq!(status, 2, "{args:?}: {said}");
    }
    let (status, said) = place.run(&["dead-letters", "--help"]);
    assert_says(&said, &["Usage: connector consumers find"]);
    assert_eq!(status, 0);
}
