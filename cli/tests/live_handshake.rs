//! `connector check --live` asks as Meta does when a callback address is entered there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use support::deployed::{SECRETS, config, good, refuse};
use support::{Place, Reply, Server, assert_says};

const SOCIAL: &str = r#"
[vars.CHANNEL_SOCIAL]
platform = "messenger"
account = "demo"
page_id = "100000000000001"
"#;
const SOCIAL_SECRET: &str = r#"
SECRET_CHANNEL_SOCIAL='{"app_secret": "hunter2-app", "verify_token": "hunter2 & more", "access_token": "hunter2-page"}'
"#;

/// A run with a channel whose platform asks first; `reply` answers that, given the challenge.
fn run_with_handshake(name: &str, reply: impl Fn(&str) -> Reply + Send + 'static) -> (i32, String) {
    let server = Server::start(move |call, port| {
        let Some(query) = call.path.strip_prefix("/channels/social") else {
            return good(call, port);
        };
        if call.method == "POST" {
            return refuse(401, "signature_missing");
        }
        let challenge = query
            .strip_prefix("?hub.mode=subscribe&hub.challenge=")
            .and_then(|rest| rest.strip_suffix("&hub.verify_token=hunter2+%26+more"));
        challenge.map_or_else(|| refuse(404, "not_found"), &reply)
    });
    let url = format!("http://127.0.0.1:{}", server.port);
    let settings = config(&url, &url) + SOCIAL;
    let secrets = SECRETS.to_owned() + SOCIAL_SECRET;
    let place = Place::new(
        name,
        &[("wrangler.toml", &settings), (".dev.vars", &secrets)],
    );
    place.run(&["check", "--live"])
}

#[test]
fn a_platform_that_asks_first_is_played() {
    let (status, said) = run_with_handshake("live-handshake", |challenge| {
        (200, "", challenge.to_owned())
    });
    assert_says(
        &said,
        &[
            "  ok      channel social: an unsigned callback is refused with 401, as it must be\n",
            "  ok      handshake of social: answered, so that the address can be entered at the platform\n",
            "\nAll 7 live steps succeeded.\n",
        ],
    );
    assert!(!said.contains("handshake of support-sms"), "{said}");
    assert_eq!(status, 0);
}

#[test]
fn a_handshake_that_fails_says_what_to_do() {
    type Answer = fn(&str) -> Reply;
    let cases: [(Answer, &[&str]); 3] = [
        (
            |_| refuse(403, "signature_mismatch"),
            &[
                "FAILED  handshake of social: answered 403: what is deployed has another verify_token",
                "-> store the same SECRET_CHANNEL_SOCIAL by `npx wrangler secret put SECRET_CHANNEL_SOCIAL`",
            ],
        ),
        (
            |challenge| (200, "", format!("{challenge}0")),
            &["FAILED  handshake of social: answered 200"],
        ),
        (
            |_| (403, "", "<html>".to_owned()),
            &["FAILED  handshake of social: answered 403, and not by the connector"],
        ),
    ];
    for (number, (reply, expected)) in cases.into_iter().enumerate() {
        let (status, said) = run_with_handshake(&format!("live-handshake-{number}"), reply);
        assert_says(&said, expected);
        assert_says(&said, &["1 of 7 live steps failed."]);
        assert_eq!(status, 1, "{said}");
    }
}
