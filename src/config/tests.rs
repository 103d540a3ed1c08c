use serde_json::json;

use super::*;
use crate::message::ResponseTarget;
use crate::secret::Secret;

/// Stands in every secret of these tests, so that a leak of any of them is seen.
const MARK: &str = "hunter2";

fn identity_key() -> String {
    format!("{MARK}-identity-key-of-32-characters-or-more")
}

/// Two accounts, two channels, all in order.
fn valid() -> Bindings {
    let table = json!({
        "PUBLIC_URL": "https://connector.example.com/",
        "IDENTITY_KEY": identity_key(),
        "ACCOUNT_DEMO": { "id": "le12345678", "client_id": "app-1" },
        "SECRET_ACCOUNT_DEMO": { "client_secret": "hunter2-demo" },
        "ACCOUNT_OTHER_BRAND": { "id": 87654321, "client_id": "app-2", "domain_api": "http://localhost:8790" },
        "SECRET_ACCOUNT_OTHER_BRAND": r#"{"client_secret": {"current": "hunter2-new", "previous": "hunter2-old"}}"#,
        "CHANNEL_SUPPORT_SMS": {
            "platform": "twilio",
            "account": "demo",
            "account_sid": "AC00000000000000000000000000000001",
            "from": "+15550100002",
            "on_unknown": "refuse",
            "max_age_hours": 24,
            "reorder_wait_ms": 500,
            "namespace": "sms",
            "ext_consumer_id": "twilio-{address}",
            "skill_id": 123,
            "campaign_id": "1",
            "engagement_id": "2",
            "language": "en-US",
            "languages": ["en-US", " de-DE ", ""],
            "response_target": "urgent",
            "monitoring_entry_points": "sec://Support",
        },
        "SECRET_CHANNEL_SUPPORT_SMS": { "auth_token": { "current": "hunter2-a", "previous": "hunter2-b" } },
        "CHANNEL_WHATSAPP": json!({
            "platform": "twilio",
            "account": "other-brand",
            "account_sid": "AC00000000000000000000000000000002",
            "messaging_service_sid": "MG00000000000000000000000000000001",
            "public_url": "https://Hooks.example.com/wa/",
        })
        .to_string(),
        "SECRET_CHANNEL_WHATSAPP": r#"{"auth_token": "hunter2-c"}"#,
        "UNRELATED": "ignored",
    });
    table.as_object().unwrap().clone().into_iter().collect()
}

/// A valid configuration with one binding replaced, or removed by `null`; `NAME.field` replaces one field.
fn with(path: &str, value: Value) -> Bindings {
    let mut bindings = valid();
    let (binding, field) = match path.split_once('.') {
        Some((binding, field)) if bindings.contains_key(binding) => (binding, Some(field)),
        _ => (path, None),
    };
    match field {
        Some(field) => {
            let table = bindings.get_mut(binding).unwrap();
            let table = table.as_object_mut().unwrap();
            match value {
                Value::Null => table.remove(field),
                value => table.insert(field.to_owned(), value),
            };
        }
        None if value.is_null() => {
            bindings.remove(binding);
        }
        None => {
            bindings.insert(binding.to_owned(), value);
        }
    }
    bindings
}

fn keys(config: &Config) -> Vec<&str> {
    config
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect()
}

fn in_service(config: &Config) -> (Vec<&str>, Vec<&str>) {
    (
        config.accounts.keys().map(String::as_str).collect(),
        config.channels.keys().map(String::as_str).collect(),
    )
}

#[test]
fn a_valid_configuration_is_read_whole() {
    let config = Config::read(&valid());
    assert_eq!(config.problems, []);
    let everything = (vec!["demo", "other-brand"], vec!["support-sms", "whatsapp"]);
    assert_eq!(in_service(&config), everything);
    assert_eq!(config.identity_key, Some(Secret::new(identity_key())));

    let demo = &config.accounts["demo"];
    assert_eq!(demo.id, "le12345678");
    assert_eq!(demo.domain_api, "https://api.liveperson.net");
    let other = config.account_by_id("87654321").unwrap();
    assert_eq!(other.name, "other-brand");
    assert_eq!(other.domain_api, "http://localhost:8790");
    assert_eq!(other.client_secret.active().count(), 2);
    assert_eq!(other.client_secret.current(), &Secret::new("hunter2-new"));

    let sms = &config.channels["support-sms"];
    assert_eq!(
        sms.callback_url,
        "https://connector.example.com/channels/support-sms"
    );
    assert_eq!(sms.account.name, "demo");
    assert_eq!(sms.platform, "twilio");
    assert_eq!(sms.namespace, "sms");
    assert_eq!(sms.on_unknown, OnUnknown::Refuse);
    assert_eq!(sms.max_age, 24 * 3_600_000);
    assert_eq!(sms.reorder_wait, 500);
    assert_eq!(sms.queue, QueueBounds::default());
    assert_eq!(sms.ext_consumer_id, "twilio-{address}");
    assert_eq!(
        sms.routing,
        Routing {
            skill_id: Some("123".to_owned()),
            campaign: Some(("1".to_owned(), "2".to_owned())),
            language: Some("en-US".to_owned()),
            languages: vec!["en-US".to_owned(), "de-DE".to_owned()],
            response_target: Some(ResponseTarget::Urgent),
            entry_points: vec!["sec://Support".to_owned()],
        }
    );

    let whatsapp = &config.channels["whatsapp"];
    assert_eq!(
        whatsapp.callback_url, "https://Hooks.example.com/wa/",
        "as the vendor has it"
    );
    assert_eq!(whatsapp.namespace, "whatsapp");
    assert_eq!(whatsapp.on_unknown, OnUnknown::Resend);
    assert_eq!(whatsapp.max_age, 72 * 3_600_000);
    assert_eq!(whatsapp.reorder_wait, 0);
    assert_eq!(whatsapp.ext_consumer_id, "{key}");
    assert_eq!(whatsapp.routing, Routing::default());

    assert_eq!(
        config.channel_of("le12345678", "sms").unwrap().name,
        "support-sms"
    );
    assert!(config.channel_of("le12345678", "whatsapp").is_none());
}

/// One mistake in the first account, the first channel or a secret of theirs: what is put, the keys of the problems in
/// their order, and a word of the first cure.
#[test]
fn every_mistake_is_named_with_its_key_and_a_cure() {
    #[rustfmt::skip]
    let cases = [
        ("ACCOUNT_DEMO.id", json!(null), &["ACCOUNT_DEMO.id", "CHANNEL_SUPPORT_SMS.account"][..], "copy the account id"),
        ("ACCOUNT_DEMO.id", json!("  "), &["ACCOUNT_DEMO.id", "CHANNEL_SUPPORT_SMS.account"], "copy the account id"),
        ("ACCOUNT_DEMO.id", json!("../x"), &["ACCOUNT_DEMO.id", "CHANNEL_SUPPORT_SMS.account"], "letters and digits"),
        ("ACCOUNT_DEMO.id", json!(["a"]), &["ACCOUNT_DEMO.id", "CHANNEL_SUPPORT_SMS.account"], "in quotes"),
        ("ACCOUNT_DEMO.client_id", json!(null), &["ACCOUNT_DEMO.client_id", "CHANNEL_SUPPORT_SMS.account"], "app installation"),
        ("ACCOUNT_DEMO.clientid", json!("x"), &["ACCOUNT_DEMO.clientid", "CHANNEL_SUPPORT_SMS.account"], "client_id"),
        ("ACCOUNT_DEMO.domain_api", json!("api.liveperson.net"), &["ACCOUNT_DEMO.domain_api", "CHANNEL_SUPPORT_SMS.account"], "https://"),
        ("ACCOUNT_DEMO.domain_api", json!("http://example.com"), &["ACCOUNT_DEMO.domain_api", "CHANNEL_SUPPORT_SMS.account"], "localhost only"),
        ("ACCOUNT_DEMO.client_secret", json!("hunter2"), &["ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "change the credential"),
        ("ACCOUNT_DEMO", json!("no table"), &["ACCOUNT_DEMO", "CHANNEL_SUPPORT_SMS.account"], "[vars.ACCOUNT_DEMO]"),
        ("ACCOUNT_DEMO", json!(7), &["ACCOUNT_DEMO", "CHANNEL_SUPPORT_SMS.account"], "[vars.ACCOUNT_DEMO]"),
        ("ACCOUNT_DEMO", json!(null), &["CHANNEL_SUPPORT_SMS.account", "SECRET_ACCOUNT_DEMO"], "other-brand"),
        ("SECRET_ACCOUNT_DEMO", json!(null), &["SECRET_ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "wrangler secret put SECRET_ACCOUNT_DEMO"),
        ("SECRET_ACCOUNT_DEMO", json!("hunter2"), &["SECRET_ACCOUNT_DEMO", "CHANNEL_SUPPORT_SMS.account"], "{\"field\": \"value\"}"),
        ("SECRET_ACCOUNT_DEMO", json!("{\"client_secret\": hunter2}"), &["SECRET_ACCOUNT_DEMO", "CHANNEL_SUPPORT_SMS.account"], "{\"field\": \"value\"}"),
        ("SECRET_ACCOUNT_DEMO.client_secret", json!(" "), &["SECRET_ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "client secret"),
        ("SECRET_ACCOUNT_DEMO.client_secret", json!(7), &["SECRET_ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "client secret"),
        ("SECRET_ACCOUNT_DEMO.client_secret", json!({"previous": "hunter2"}), &["SECRET_ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "client secret"),
        ("SECRET_ACCOUNT_DEMO.client_secret", json!({"current": "hunter2", "prevoius": "hunter2"}), &["SECRET_ACCOUNT_DEMO.client_secret", "CHANNEL_SUPPORT_SMS.account"], "client secret"),
        ("CHANNEL_SUPPORT_SMS.platform", json!(null), &["CHANNEL_SUPPORT_SMS.platform"], "twilio"),
        ("CHANNEL_SUPPORT_SMS.platform", json!("twillio"), &["CHANNEL_SUPPORT_SMS.platform"], "twilio"),
        ("CHANNEL_SUPPORT_SMS.account", json!(null), &["CHANNEL_SUPPORT_SMS.account"], "demo, other-brand"),
        ("CHANNEL_SUPPORT_SMS.account", json!("nobody"), &["CHANNEL_SUPPORT_SMS.account"], "demo, other-brand"),
        ("CHANNEL_SUPPORT_SMS.max_age_hour", json!(1), &["CHANNEL_SUPPORT_SMS.max_age_hour"], "max_age_hours"),
        ("CHANNEL_SUPPORT_SMS.max_age_hours", json!("24"), &["CHANNEL_SUPPORT_SMS.max_age_hours"], "without quotes"),
        ("CHANNEL_SUPPORT_SMS.max_age_hours", json!(0), &["CHANNEL_SUPPORT_SMS.max_age_hours"], "for 72"),
        ("CHANNEL_SUPPORT_SMS.max_age_hours", json!(-1), &["CHANNEL_SUPPORT_SMS.max_age_hours"], "for 72"),
        ("CHANNEL_SUPPORT_SMS.reorder_wait_ms", json!(1001), &["CHANNEL_SUPPORT_SMS.reorder_wait_ms"], "for 0"),
        ("CHANNEL_SUPPORT_SMS.reorder_wait_ms", json!(1.5), &["CHANNEL_SUPPORT_SMS.reorder_wait_ms"], "for 0"),
        ("CHANNEL_SUPPORT_SMS.queue_messages", json!(9), &["CHANNEL_SUPPORT_SMS.queue_messages"], "for 500"),
        ("CHANNEL_SUPPORT_SMS.queue_bytes", json!(1000), &["CHANNEL_SUPPORT_SMS.queue_bytes"], "for 4194304"),
        ("CHANNEL_SUPPORT_SMS.languages", json!(["de-DE", {}]), &["CHANNEL_SUPPORT_SMS.languages"], "[\"one\", \"two\"]"),
        ("CHANNEL_SUPPORT_SMS.languages", json!(true), &["CHANNEL_SUPPORT_SMS.languages"], "[\"one\", \"two\"]"),
        ("CHANNEL_SUPPORT_SMS.response_target", json!("soon"), &["CHANNEL_SUPPORT_SMS.response_target"], "prioritized"),
        ("CHANNEL_SUPPORT_SMS.monitoring_entry_points", json!({"a": 1}), &["CHANNEL_SUPPORT_SMS.monitoring_entry_points"], "[\"one\", \"two\"]"),
        ("CHANNEL_SUPPORT_SMS.on_unknown", json!("ignore"), &["CHANNEL_SUPPORT_SMS.on_unknown"], "resend, refuse"),
        ("CHANNEL_SUPPORT_SMS.on_unknown", json!(true), &["CHANNEL_SUPPORT_SMS.on_unknown"], "in quotes"),
        ("CHANNEL_SUPPORT_SMS.ext_consumer_id", json!("consumer"), &["CHANNEL_SUPPORT_SMS.ext_consumer_id"], "{key}"),
        ("CHANNEL_SUPPORT_SMS.ext_consumer_id", json!("{key}{platform}"), &["CHANNEL_SUPPORT_SMS.ext_consumer_id"], "{address}"),
        ("CHANNEL_SUPPORT_SMS.public_url", json!("http://sms.example.com"), &["CHANNEL_SUPPORT_SMS.public_url"], "localhost only"),
        ("CHANNEL_SUPPORT_SMS.public_url", json!("https://sms.example.com/x?y=1"), &["CHANNEL_SUPPORT_SMS.public_url"], "without the query"),
        ("CHANNEL_SUPPORT_SMS.campaign_id", json!(null), &["CHANNEL_SUPPORT_SMS.campaign_id"], "together, or neither"),
        ("CHANNEL_SUPPORT_SMS.engagement_id", json!(""), &["CHANNEL_SUPPORT_SMS.engagement_id"], "together, or neither"),
        ("CHANNEL_SUPPORT_SMS.namespace", json!({}), &["CHANNEL_SUPPORT_SMS.namespace"], "in quotes"),
        ("CHANNEL_SUPPORT_SMS.auth_token", json!("hunter2"), &["CHANNEL_SUPPORT_SMS.auth_token"], "change the credential"),
        ("CHANNEL_SUPPORT_SMS", json!("{\"platform\""), &["CHANNEL_SUPPORT_SMS"], "one setting per line"),
        ("CHANNEL_SUPPORT_SMS", json!([]), &["CHANNEL_SUPPORT_SMS"], "one setting per line"),
        ("CHANNEL_SUPPORT_SMS", json!(null), &["SECRET_CHANNEL_SUPPORT_SMS"], "wrangler secret delete"),
        ("SECRET_CHANNEL_SUPPORT_SMS", json!(null), &["SECRET_CHANNEL_SUPPORT_SMS.auth_token"], "Auth Token"),
        ("SECRET_CHANNEL_SUPPORT_SMS", json!([]), &["SECRET_CHANNEL_SUPPORT_SMS"], "{\"field\": \"value\"}"),
        ("SECRET_CHANNEL_SUPPORT_SMS.auth_token", json!([]), &["SECRET_CHANNEL_SUPPORT_SMS.auth_token"], "`auth_token`"),
        ("CHANNEL_support", json!({}), &["CHANNEL_support"], "CHANNEL_MAIN"),
        ("CHANNEL_", json!({}), &["CHANNEL_"], "CHANNEL_MAIN"),
        ("CHANNEL__X", json!({}), &["CHANNEL__X"], "CHANNEL_MAIN"),
        ("CHANNEL_../../X", json!({}), &["CHANNEL_../../X"], "CHANNEL_MAIN"),
        ("ACCOUNT_É", json!({}), &["ACCOUNT_É"], "ACCOUNT_MAIN"),
        ("SECRET_CHANNEL_GONE", json!("{}"), &["SECRET_CHANNEL_GONE"], "wrangler secret delete SECRET_CHANNEL_GONE"),
    ];
    for (path, value, expected, cure) in cases {
        let label = format!("{path} = {value}");
        let config = Config::read(&with(path, value));
        assert_eq!(keys(&config), expected, "{label}");
        let first = &config.problems[0];
        assert!(first.cure.contains(cure), "{label}: {}", first.cure);
        for problem in &config.problems {
            assert!(
                !problem.problem.is_empty() && !problem.cure.is_empty(),
                "{label}"
            );
            assert!(!format!("{problem:?}").contains(MARK), "{label} leaks");
        }
        // Whatever is wrong there, what does not hang on it stays in service.
        let (accounts, channels) = in_service(&config);
        assert!(accounts.contains(&"other-brand"), "{label}");
        assert!(channels.contains(&"whatsapp"), "{label}");
        let root = expected[0]
            .trim_start_matches("SECRET_")
            .split('.')
            .next()
            .unwrap();
        let broken = root.to_lowercase().replace('_', "-");
        for name in accounts.iter().chain(&channels) {
            assert!(
                !broken.ends_with(&format!("-{name}")),
                "{label}: {name} is in service"
            );
        }
    }
}

#[test]
fn a_broken_account_names_itself_as_the_cause_of_its_channels() {
    let config = Config::read(&with("SECRET_ACCOUNT_DEMO", json!(null)));
    assert_eq!(in_service(&config), (vec!["other-brand"], vec!["whatsapp"]));
    let problem = config.problems_of_channel("support-sms")[0];
    assert_eq!(
        problem.problem,
        "names the account `demo`, which is out of service"
    );
    assert_eq!(
        problem.cure,
        "correct the problems of ACCOUNT_DEMO and its secret"
    );
    assert!(config.problems_of_channel("whatsapp").is_empty());
    assert!(config.problems_of_channel("../x").is_empty());
}

#[test]
fn the_identity_key_and_the_public_url_are_needed() {
    for short in [
        json!(null),
        json!("hunter2"),
        json!("x".repeat(31)),
        json!(7),
    ] {
        let config = Config::read(&with("IDENTITY_KEY", short));
        assert_eq!(keys(&config), ["IDENTITY_KEY"]);
        assert_eq!(config.identity_key, None);
        assert!(config.problems[0].cure.contains("never changed"));
        assert!(!format!("{:?}", config.problems).contains(MARK));
    }
    for url in [
        json!(null),
        json!("connector.example.com"),
        json!("http://example.com"),
        json!({}),
    ] {
        let config = Config::read(&with("PUBLIC_URL", url));
        assert_eq!(
            keys(&config),
            ["PUBLIC_URL", "CHANNEL_SUPPORT_SMS.public_url"]
        );
        assert_eq!(config.public_url, None);
        let (_, channels) = in_service(&config);
        assert_eq!(channels, ["whatsapp"], "it has an address of its own");
    }
    let public_url = Config::read(&valid()).public_url;
    assert_eq!(
        public_url.as_deref(),
        Some("https://connector.example.com"),
        "without the slash at its end"
    );
    let empty = Config::read(&Bindings::new());
    assert_eq!(keys(&empty), ["PUBLIC_URL", "IDENTITY_KEY"]);
}

#[test]
fn twins_are_named() {
    let mut bindings = valid();
    bindings.insert("ACCOUNT_TWIN".to_owned(), bindings["ACCOUNT_DEMO"].clone());
    bindings.insert(
        "SECRET_ACCOUNT_TWIN".to_owned(),
        bindings["SECRET_ACCOUNT_DEMO"].clone(),
    );
    bindings.insert(
        "CHANNEL_TWIN".to_owned(),
        bindings["CHANNEL_SUPPORT_SMS"].clone(),
    );
    bindings.insert(
        "SECRET_CHANNEL_TWIN".to_owned(),
        bindings["SECRET_CHANNEL_SUPPORT_SMS"].clone(),
    );
    let config = Config::read(&bindings);
    assert_eq!(keys(&config), ["ACCOUNT_TWIN.id", "CHANNEL_TWIN.namespace"]);
    assert!(config.problems[0].problem.contains("`demo`"));
    assert!(config.problems[1].problem.contains("`support-sms`"));
    assert_eq!(in_service(&config), in_service(&Config::read(&valid())));

    // Two channels must not make one LiveEngage consumer of a person.
    let mut bindings = valid();
    bindings.get_mut("CHANNEL_SUPPORT_SMS").unwrap()["ext_consumer_id"] = json!("sms-{address}");
    let mut other = bindings["CHANNEL_SUPPORT_SMS"].clone();
    other["namespace"] = json!("another");
    bindings.insert("CHANNEL_TWIN".to_owned(), other);
    bindings.insert(
        "SECRET_CHANNEL_TWIN".to_owned(),
        bindings["SECRET_CHANNEL_SUPPORT_SMS"].clone(),
    );
    assert_eq!(
        keys(&Config::read(&bindings)),
        ["CHANNEL_TWIN.ext_consumer_id"]
    );

    // The same namespace in another account is another one.
    let mut bindings = valid();
    let mut other = bindings["CHANNEL_SUPPORT_SMS"].clone();
    other["account"] = json!("other-brand");
    bindings.insert("CHANNEL_TWIN".to_owned(), other);
    bindings.insert(
        "SECRET_CHANNEL_TWIN".to_owned(),
        bindings["SECRET_CHANNEL_SUPPORT_SMS"].clone(),
    );
    assert_eq!(Config::read(&bindings).problems, []);
}

#[test]
fn twilio_settings_are_checked() {
    let service = "MG00000000000000000000000000000001";
    let cases = [
        ("account_sid", json!(null), Some("account_sid")),
        ("account_sid", json!(service), Some("account_sid")),
        ("account_sid", json!("AC1"), Some("account_sid")),
        (
            "account_sid",
            json!("AC0000000000000000000000000000000/"),
            Some("account_sid"),
        ),
        ("from", json!(null), Some("from")),
        ("from", json!("whatsapp:+15550100002"), Some("from")),
        ("from", json!("+1 555 010 0002"), Some("from")),
        ("from", json!("+05550100002"), Some("from")),
        // A number without quotes loses its plus sign.
        ("from", json!(15_550_100_002_u64), Some("from")),
        ("from", json!(12345), None),
        (
            "messaging_service_sid",
            json!("AC00000000000000000000000000000001"),
            Some("messaging_service_sid"),
        ),
        ("messaging_service_sid", json!(service), None),
        ("api_url", json!("api.twilio.com"), Some("api_url")),
        ("api_url", json!("http://127.0.0.1:8790"), None),
    ];
    for (field, value, expected) in cases {
        let label = format!("{field} = {value}");
        let config = Config::read(&with(&format!("CHANNEL_SUPPORT_SMS.{field}"), value));
        let expected: Vec<String> = expected
            .iter()
            .map(|field| format!("CHANNEL_SUPPORT_SMS.{field}"))
            .collect();
        assert_eq!(keys(&config), expected, "{label}");
    }
}
