//! `connector check --live` against somebody on this machine who plays LivePerson and the deployed connector.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use liveengage_connector::liveengage::signature;
use serde_json::json;
use support::deployed::{
    CHANNEL, DOMAINS, SECRETS, TOKEN, WEBHOOKS, config, good, ok, refuse, token,
};
use support::{Call, Place, Reply, Server, assert_says};

/// One run where one path gets another answer.
fn run(
    name: &str,
    path: &'static str,
    reply: impl Fn(&Call) -> Reply + Send + 'static,
) -> (i32, String) {
    let server = Server::start(move |call, port| {
        if call.path == path {
            reply(call)
        } else {
            good(call, port)
        }
    });
    let url = format!("http://127.0.0.1:{}", server.port);
    let place = Place::new(
        name,
        &[
            ("wrangler.toml", &config(&url, &url)),
            (".dev.vars", SECRETS),
        ],
    );
    place.run(&["check", "--live"])
}

#[test]
fn where_everything_answers_every_step_says_so() {
    let server = Server::start(good);
    let url = format!("http://127.0.0.1:{}", server.port);
    let place = Place::new(
        "live-good",
        &[
            ("wrangler.toml", &config(&url, &url)),
            (".dev.vars", SECRETS),
        ],
    );
    let (status, said) = place.run(&["check", "--live", "--account", "demo"]);
    let found = format!(
        "  ok      service addresses: found at 127.0.0.1:{}\n",
        server.port
    );
    assert_says(
        &said,
        &[
            "No problems.\n\nLive check of account demo\n",
            &found,
            "  ok      AppJWT: valid until 2100-01-01 00:00 UTC\n",
            "  ok      signed webhook: answered 200 in ",
            "  ok      unsigned webhook: refused with 401, as it must be\n",
            "  ok      channel support-sms: an unsigned callback is refused with 400, as it must be\n",
            "\nAll 5 live steps succeeded.\n",
        ],
    );
    assert_eq!(status, 0);

    let calls = server.calls();
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    assert_eq!(paths, [DOMAINS, TOKEN, WEBHOOKS, WEBHOOKS, CHANNEL]);
    let signed: Vec<bool> = calls
        .iter()
        .map(|call| call.header(signature::HEADER).is_some())
        .collect();
    assert_eq!(signed, [false, false, true, false, false]);
    assert!(!calls.iter().any(|call| call.path.contains("hunter2")));
}

#[test]
#[rustfmt::skip]
fn each_failure_is_said_with_what_to_do() {
    type Answer = fn(&Call) -> Reply;
    let cases: [(&'static str, Answer, &[&str]); 21] = [
        (DOMAINS, |_| (400, "", String::new()), &["FAILED  service addresses: 127.0.0.1", "knows no such account", "ACCOUNT_DEMO.id", "AppJWT: left out"]),
        (DOMAINS, |_| ok(json!({"baseURIs": [{"service": "sentinel", "baseURI": "evil.example"}]})), &["names no services that credentials may be sent to", "ACCOUNT_DEMO.domain_api"]),
        (DOMAINS, |_| (503, "", String::new()), &["has a failure of its own (503)", "try again later"]),
        (DOMAINS, |_| (302, "location: /elsewhere\r\n", String::new()), &["answered 302 with something that is not documented"]),
        (DOMAINS, |_| (0, "", String::new()), &["the connection to 127.0.0.1", "broke off"]),
        (TOKEN, |_| refuse(401, "invalid_client"), &["FAILED  AppJWT: 127.0.0.1", "refuses the client id or its secret (invalid_client)", "SECRET_ACCOUNT_DEMO"]),
        (TOKEN, |_| token(1_700_000_000, "msg.consumer"), &["valid until 2023-11-14 22:13 UTC, which is past", "clock"]),
        (TOKEN, |_| token(4_102_444_800, "faas"), &["scope of the token is not msg.consumer"]),
        (TOKEN, |_| ok(json!({})), &["answered 200 with something that is not documented"]),
        (WEBHOOKS, |_| refuse(401, "account_unknown"), &["FAILED  signed webhook: answered 401", "does not know this account", "ok      unsigned webhook", "1 of 5 live steps failed."]),
        (WEBHOOKS, |_| refuse(401, "signature_mismatch"), &["has another client secret", "npx wrangler secret put SECRET_ACCOUNT_DEMO"]),
        (WEBHOOKS, |_| (404, "", String::new()), &["answered 404: is this the deployed Worker's address?", "correct PUBLIC_URL, or deploy"]),
        (WEBHOOKS, |_| (301, "location: https://elsewhere.example\r\n", String::new()), &["answered 301, a redirect"]),
        (WEBHOOKS, |_| (403, "", "<html>".to_owned()), &["answered 403, and not by the connector", "firewall"]),
        (WEBHOOKS, |_| (500, "", String::new()), &["answered 500, and not by the connector"]),
        (WEBHOOKS, |_| refuse(503, "unavailable"), &["its storage does not answer"]),
        (WEBHOOKS, |_| (200, "", String::new()), &["ok      signed webhook", "FAILED  unsigned webhook: answered 200", "something else is at this address"]),
        (WEBHOOKS, |_| (204, "", String::new()), &["FAILED  signed webhook: answered 204"]),
        (CHANNEL, |_| refuse(404, "not_found"), &["FAILED  channel support-sms: answered 404", "does not know this channel"]),
        (CHANNEL, |_| (503, "", json!({"error": "configuration", "problems": [{"key": "CHANNEL_SUPPORT_SMS.from", "problem": "p", "cure": "c"}]}).to_string()), &["has mistakes in its settings: CHANNEL_SUPPORT_SMS.from"]),
        (CHANNEL, |_| ok(json!({})), &["FAILED  channel support-sms: answered 200"]),
    ];
    for (number, (path, reply, expected)) in cases.into_iter().enumerate() {
        let (status, said) = run(&format!("live-failure-{number}"), path, reply);
        assert_says(&said, expected);
        assert_says(&said, &["          -> "]);
        assert_eq!(status, 1, "{said}");
    }
}

#[test]
fn a_slow_endpoint_is_remarked() {
    let (status, said) = run("live-slow", WEBHOOKS, |call| {
        if call.header(signature::HEADER).is_some() {
            std::thread::sleep(std::time::Duration::from_millis(2_600));
        }
        good(call, 0)
    });
    assert_says(&said, &["that is slow: LivePerson may disable an app"]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn nothing_is_waited_for_longer_than_ten_seconds() {
    let (status, said) = run("live-hanging", DOMAINS, |_| {
        std::thread::sleep(std::time::Duration::from_millis(10_500));
        (0, "", String::new())
    });
    assert_says(
        &said,
        &[
            "FAILED  service addresses: no answer from 127.0.0.1:",
            "within 10 seconds",
            "1 of 4 live steps failed.",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn a_connector_that_cannot_be_reached_is_told_apart() {
    let liveperson = Server::start(good);
    let api = format!("http://127.0.0.1:{}", liveperson.port);
    // Nobody listens on a port that was just given back.
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let plain = liveperson.port;
    let cases = [
        (
            format!("http://127.0.0.1:{closed}"),
            "could not connect to 127.0.0.1:",
        ),
        (
            "https://connector.invalid".to_owned(),
            "could not resolve host connector.invalid",
        ),
        (
            format!("https://127.0.0.1:{plain}"),
            "no secure connection (TLS) to 127.0.0.1:",
        ),
    ];
    for (number, (public_url, expected)) in cases.iter().enumerate() {
        let place = Place::new(
            &format!("live-unreachable-{number}"),
            &[
                ("wrangler.toml", &config(public_url, &api)),
                (".dev.vars", SECRETS),
            ],
        );
        let (status, said) = place.run(&["check", "--live"]);
        assert_says(
            &said,
            &[
                "ok      AppJWT",
                &format!("FAILED  signed webhook: {expected}"),
                "3 of 5 live steps failed.",
            ],
        );
        assert_eq!(status, 1);
    }
}

#[test]
fn secrets_that_are_missing_are_named() {
    let server = Server::start(good);
    let url = format!("http://127.0.0.1:{}", server.port);
    let place = Place::new("live-no-secrets", &[("wrangler.toml", &config(&url, &url))]);
    let (status, said) = place.run(&["check", "--live"]);
    assert_says(
        &said,
        &[
            "No problems.",
            "Missing for the live check\n  SECRET_ACCOUNT_DEMO.client_secret\n",
            "--secrets FILE",
            "Nothing could be called",
        ],
    );
    assert_eq!((status, server.calls().len()), (1, 0));
}

#[test]
fn another_account_is_left_alone() {
    let server = Server::start(good);
    let url = format!("http://127.0.0.1:{}", server.port);
    let mut settings = config(&url, &url);
    settings += "[vars.ACCOUNT_OTHER]\nid = \"7\"\nclient_id = \"x\"\n";
    let place = Place::new(
        "live-other",
        &[("wrangler.toml", &settings), (".dev.vars", SECRETS)],
    );
    let (status, said) = place.run(&["check", "--live", "--account", "demo"]);
    assert_says(
        &said,
        &[
            "1 problem\n  SECRET_ACCOUNT_OTHER.client_secret is missing",
            "All 5 live steps succeeded.",
        ],
    );
    assert!(!said.contains("Missing for the live check"), "{said}");
    // The settings as a whole are not in order.
    assert_eq!(status, 1);
}
