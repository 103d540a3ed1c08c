use super::*;

#[test]
fn mistakes_in_the_settings_are_named() {
    let good = || json!({ "page_id": PAGE });
    let cases = [
        (json!({}), secrets(), "CHANNEL_FB.page_id"),
        (
            json!({ "page_id": "my-page" }),
            secrets(),
            "CHANNEL_FB.page_id",
        ),
        (
            json!({ "page_id": "1234" }),
            secrets(),
            "CHANNEL_FB.page_id",
        ),
        (
            json!({ "page_id": PAGE, "app_id": "x" }),
            secrets(),
            "CHANNEL_FB.app_id",
        ),
        (
            json!({ "page_id": PAGE, "human_agent": "yes" }),
            secrets(),
            "CHANNEL_FB.human_agent",
        ),
        (
            json!({ "page_id": PAGE, "graph_version": "26" }),
            secrets(),
            "CHANNEL_FB.graph_version",
        ),
        (
            json!({ "page_id": PAGE, "graph_version": "v26.0/me" }),
            secrets(),
            "CHANNEL_FB.graph_version",
        ),
        (
            json!({ "page_id": PAGE, "api_url": "http://graph.facebook.com" }),
            secrets(),
            "CHANNEL_FB.api_url",
        ),
        (
            json!({ "page_id": PAGE, "app_secret": "hunter2" }),
            secrets(),
            "CHANNEL_FB.app_secret",
        ),
        (
            good(),
            json!({ "verify_token": "v", "access_token": "a" }),
            "SECRET_CHANNEL_FB.app_secret",
        ),
        (
            good(),
            json!({ "app_secret": "s", "access_token": "a" }),
            "SECRET_CHANNEL_FB.verify_token",
        ),
        (
            good(),
            json!({ "app_secret": "s", "verify_token": "v" }),
            "SECRET_CHANNEL_FB.access_token",
        ),
        (
            good(),
            json!({ "app_secret": "s", "verify_token": "v", "access_token": "Bearer hunter2" }),
            "SECRET_CHANNEL_FB.access_token",
        ),
        (
            good(),
            json!({ "app_secret": "s", "verify_token": "v", "access_token": "hunter2\na" }),
            "SECRET_CHANNEL_FB.access_token",
        ),
    ];
    for (settings, secrets, key) in cases {
        let (_, problems) = read(settings.clone(), secrets);
        let keys: Vec<&str> = problems
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        assert_eq!(keys, [key], "{settings}");
        assert!(!format!("{problems:?}").contains("hunter2"));
    }
    for settings in [
        good(),
        json!({ "page_id": 100_000_000_000_001_u64 }),
        json!({ "page_id": PAGE, "app_id": 500_000_000_000_001_u64, "human_agent": true }),
        json!({ "page_id": PAGE, "graph_version": "v25.0", "api_url": "http://127.0.0.1:8790/graph" }),
    ] {
        adapter_with(settings);
    }
}

#[test]
fn a_callback_is_a_signed_post_and_the_handshake_is_not_signed() {
    let adapter = adapter();
    assert_eq!(adapter.methods(), [Method::Post, Method::Get]);
    assert_eq!(adapter.media_types(), ["application/json"]);
    assert!(adapter.body_limit() > 3_000_000);
    let body = fixture!("callbacks/text").as_bytes();
    for secret in ["app secret", "old app secret"] {
        let headers = signed(secret, body);
        assert_eq!(adapter.verify(&callback(&headers, body)), Ok(()));
    }
    let headers = signed("page-token", body);
    let mismatch = Err(Forgery::Mismatch { status: 401 });
    assert_eq!(adapter.verify(&callback(&headers, body)), mismatch);
    let query = "hub.mode=subscribe&hub.challenge=17&hub.verify_token=verify+token";
    let request = Callback {
        method: Method::Get,
        query: Some(query),
        ..callback(&[], b"")
    };
    assert_eq!(adapter.handshake(&request).unwrap().unwrap().body, "17");
    assert_eq!(adapter.handshake(&callback(&headers, body)), None);
    assert_eq!(adapter.acknowledgement().status, 200);
    assert_eq!(adapter.later().status, 503);
}
