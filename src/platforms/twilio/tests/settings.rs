use super::*;
use crate::crypto::base64;
use crate::message::Content;
use crate::platforms::Progress;

fn base(more: Value) -> Value {
    let mut settings = json!({ "account_sid": ACCOUNT, "from": "+15550100002" });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

#[test]
fn each_mistake_is_named_with_its_field() {
    let key = "SK00000000000000000000000000000001";
    let token = json!({ "auth_token": TOKEN });
    let cases = [
        (
            base(json!({ "account_sid": "AC1" })),
            token.clone(),
            "CHANNEL_SMS.account_sid",
        ),
        (
            base(json!({ "from": "whatsapp:+15550100002" })),
            token.clone(),
            "CHANNEL_SMS.from",
        ),
        (
            base(json!({ "from": null })),
            token.clone(),
            "CHANNEL_SMS.from",
        ),
        (
            base(json!({ "messaging_service_sid": "AC1" })),
            token.clone(),
            "CHANNEL_SMS.messaging_service_sid",
        ),
        (
            base(json!({ "whatsapp": "yes" })),
            token.clone(),
            "CHANNEL_SMS.whatsapp",
        ),
        (
            base(json!({ "whatsapp": true, "mms": true })),
            token.clone(),
            "CHANNEL_SMS.mms",
        ),
        (
            base(json!({ "typing": "sometimes" })),
            token.clone(),
            "CHANNEL_SMS.typing",
        ),
        (
            base(json!({ "messaging_url": "http://example.com" })),
            token.clone(),
            "CHANNEL_SMS.messaging_url",
        ),
        (
            base(json!({ "api_key_sid": ACCOUNT })),
            json!({ "auth_token": TOKEN, "api_key_secret": "s" }),
            "CHANNEL_SMS.api_key_sid",
        ),
        (
            base(json!({ "api_key_sid": key })),
            token.clone(),
            "SECRET_CHANNEL_SMS.api_key_secret",
        ),
        (
            base(json!({ "api_key_secret": "s" })),
            token,
            "CHANNEL_SMS.api_key_secret",
        ),
        (
            base(json!({ "api_key_sid": key })),
            json!({ "api_key_secret": "s" }),
            "SECRET_CHANNEL_SMS.auth_token",
        ),
    ];
    for (settings, secrets, expected) in cases {
        let (_, problems) = read(settings.clone(), secrets);
        let keys: Vec<&str> = problems.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, [expected], "{settings}");
        assert!(problems.iter().all(|it| !it.cure.is_empty()));
    }
}

#[test]
fn a_channel_is_an_offer_by_its_sender() {
    let sms = adapter_with(base(json!({ "mms": true }))).abilities();
    let whatsapp = adapter_with(base(json!({ "whatsapp": true }))).abilities();
    assert!(!sms.typing && !sms.last_heard && !sms.hears(Heard::Read));
    assert!(whatsapp.typing && whatsapp.last_heard && whatsapp.hears(Heard::Location));
    assert_eq!(adapter().abilities(), sms);
}

#[test]
fn an_api_key_makes_requests_and_the_auth_token_verifies_callbacks() {
    let secrets = json!({
        "auth_token": TOKEN,
        "api_key_secret": { "current": "key-secret", "previous": "old-key-secret" },
    });
    let key = "SK00000000000000000000000000000001";
    let (adapter, problems) = read(base(json!({ "api_key_sid": key })), secrets);
    assert_eq!(problems, []);
    let adapter = adapter.unwrap();
    let content = Content::Text {
        text: "Hi".to_owned(),
    };
    let progress = Progress::default();
    let message = Outgoing::new("l:d:1", "+15550100001", &content, &progress);
    let Next::Request { request, .. } = adapter.next(&message, None) else {
        panic!("a text is a request");
    };
    assert!(request.url.contains(ACCOUNT), "{}", request.url);
    let expected = format!("Basic {}", base64(format!("{key}:key-secret").as_bytes()));
    let (_, value) = request
        .headers
        .iter()
        .find(|(name, _)| *name == "authorization")
        .unwrap();
    assert_eq!(*value, expected);

    let pairs = [("Body", "Hi")];
    let verify = |token: &str| {
        let call = Call::form(encode(&pairs)).signed(token, &pairs);
        adapter.verify(&call.callback())
    };
    assert_eq!(verify(TOKEN), Ok(()));
    assert_eq!(verify("key-secret"), MISMATCH);
}
