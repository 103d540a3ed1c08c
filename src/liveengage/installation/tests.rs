use serde_json::{Value, json};

use super::*;

const URL: &str = "https://connector.example.com";
/// Stands wherever a secret may stand.
const MARK: &str = "hunter2";

const DEPLOYMENT: Deployment<'static> = Deployment {
    public_url: Some(URL),
    client_id: Some("app-1"),
};

fn good() -> Value {
    let (manifest, findings) = Manifest::build(URL, &ManifestOptions::default()).unwrap();
    assert_eq!(findings, []);
    serde_json::to_value(manifest).unwrap()
}

/// The good manifest with one value set, or taken out by `null`. Keys of events have dots, so steps are parted by slashes.
fn with(path: &str, value: Value) -> Value {
    let mut manifest = good();
    let (parent, key) = path.rsplit_once('/').unwrap();
    let parent = manifest.pointer_mut(parent).unwrap();
    match value {
        Value::Null => drop(parent.as_object_mut().unwrap().remove(key)),
        value => parent[key] = value,
    }
    manifest
}

fn found(manifest: &Value) -> Vec<(Severity, String)> {
    let findings = examine(manifest, &DEPLOYMENT);
    for finding in &findings {
        assert!(!finding.problem.is_empty() && !finding.cure.is_empty());
        assert!(!format!("{finding:?}").contains(MARK), "{finding:?}");
    }
    let pairs = findings.into_iter();
    pairs
        .map(|finding| (finding.severity, finding.path))
        .collect()
}

#[test]
fn the_manifest_has_the_documented_shape() {
    let options = ManifestOptions {
        client_name: "Acme SMS".to_owned(),
        headers: vec![Header {
            name: "X-Route".to_owned(),
            value: "blue".to_owned(),
        }],
        retention: 86_400,
        ..ManifestOptions::default()
    };
    let (manifest, findings) = Manifest::build(URL, &options).unwrap();
    assert_eq!(findings, []);
    let text = serde_json::to_string_pretty(&manifest).unwrap();
    assert_eq!(
        text,
        include_str!("../../../tests/fixtures/installation/manifest.json").trim_end()
    );
}

#[test]
fn the_usual_manifest_keeps_events_for_three_days_and_has_no_headers() {
    let manifest = good();
    let webhooks = &manifest["capabilities"]["webhooks"];
    assert_eq!(webhooks["retry"]["retention_time"], 259_200);
    for kind in EventType::ALL {
        let webhook = &webhooks[kind.key()];
        assert_eq!(webhook["endpoint"], webhook_url(URL));
        assert_eq!(webhook.get("headers"), None);
        let retries = kind.is_signal().then(|| json!(0));
        assert_eq!(webhook.get("max_retries"), retries.as_ref());
    }
}

#[test]
fn no_manifest_is_made_that_liveperson_would_refuse() {
    for url in [
        "http://localhost:8787",
        "https://localhost",
        "http://127.0.0.1:8787",
        "https://[::1]:8787",
        "http://connector.example.com",
        "https://",
        "",
    ] {
        let findings = Manifest::build(url, &ManifestOptions::default()).unwrap_err();
        assert_eq!(findings.len(), 1, "{url}");
        assert_eq!(findings[0].path, "PUBLIC_URL", "{url}");
    }
    let options = |change: fn(&mut ManifestOptions)| {
        let mut options = ManifestOptions::default();
        change(&mut options);
        let findings = Manifest::build(URL, &options).unwrap_err();
        findings[0].path.clone()
    };
    assert_eq!(options(|o| o.client_name = " ".into()), "/client_name");
    assert_eq!(options(|o| o.client_name = "x".repeat(129)), "/client_name");
    assert_eq!(options(|o| o.description = "x".repeat(257)), "/description");
    assert_eq!(
        options(|o| o.retention = 259_201),
        "/capabilities/webhooks/retry/retention_time"
    );
    let short = ManifestOptions {
        retention: 60,
        ..ManifestOptions::default()
    };
    let (_, findings) = Manifest::build(URL, &short).unwrap();
    assert_eq!(findings[0].severity, Severity::Unwise);
}

const CONTENT: &str = "/capabilities/webhooks/ms.MessagingEventNotification.ContentEvent";
const RICH: &str = "/capabilities/webhooks/ms.MessagingEventNotification.RichContentEvent";
const ACCEPT: &str = "/capabilities/webhooks/ms.MessagingEventNotification.AcceptStatusEvent";
const CHAT: &str = "/capabilities/webhooks/ms.MessagingEventNotification.ChatStateEvent";
const CHANGE: &str = "/capabilities/webhooks/cqm.ExConversationChangeNotification";
const RETRY: &str = "/capabilities/webhooks/retry";

/// What is set, below which severity of finding it leads, and where that points: behind the place itself.
type Case<'a> = (String, Value, Option<(Severity, &'a str)>);

fn assert_cases(cases: Vec<Case<'_>>) {
    for (path, value, expected) in cases {
        let label = format!("{path} = {value}");
        let expected: Vec<_> = expected
            .iter()
            .map(|(severity, below)| (*severity, format!("{path}{below}")))
            .collect();
        assert_eq!(found(&with(&path, value)), expected, "{label}");
    }
}

#[test]
#[rustfmt::skip]
fn fields_at_the_top_are_examined() {
    use Severity::{Note, Unwise, Wrong};
    let case = |path: &str, value, expected| (path.to_owned(), value, expected);
    assert_cases(vec![
        case("/client_name", json!(null), Some((Wrong, ""))),
        case("/client_name", json!("  "), Some((Wrong, ""))),
        case("/client_name", json!(7), Some((Wrong, ""))),
        case("/client_name", json!("ä".repeat(128)), None),
        case("/client_name", json!("ä".repeat(129)), Some((Wrong, ""))),
        case("/client_name", json!("Acme#de"), None),
        case("/display_name", json!("x".repeat(129)), Some((Wrong, ""))),
        case("/display_name", json!(null), None),
        case("/description", json!(null), Some((Note, ""))),
        case("/description", json!("x".repeat(257)), Some((Wrong, ""))),
        case("/grant_types", json!(null), Some((Wrong, ""))),
        case("/grant_types", json!([]), Some((Wrong, ""))),
        case("/grant_types", json!(["client_credentials", "refresh_token"]), Some((Note, "/1"))),
        case("/grant_types", json!(["client_credentials", MARK]), Some((Wrong, "/1"))),
        case("/scope", json!(null), Some((Wrong, ""))),
        case("/scope", json!(["msg.consumer"]), Some((Wrong, ""))),
        case("/scope", json!("msg.consumers"), Some((Wrong, ""))),
        case("/scope", json!("msg.consumer openid"), Some((Unwise, ""))),
        case("/response_types", json!(null), None),
        case("/response_types", json!(["token", "cookie"]), Some((Wrong, "/1"))),
        case("/redirect_uris", json!(["x".repeat(129)]), Some((Wrong, "/0"))),
        case("/logo_uri", json!(""), None),
        case("/logo_uri", json!("x".repeat(1025)), Some((Wrong, ""))),
        case("/entry_uri", json!(1), Some((Wrong, ""))),
        case("/quick_launch_enabled", json!("no"), Some((Wrong, ""))),
        case("/logo", json!(MARK), Some((Note, ""))),
        case("/capabilities", json!([]), Some((Wrong, ""))),
        case("/capabilities/broadcast", json!({"enabled": false}), None),
        case("/capabilities/new", json!({}), Some((Note, ""))),
    ]);
}

#[test]
fn grants_without_the_connectors_own_are_wrong() {
    let manifest = with("/grant_types", json!(["authorization_code"]));
    assert_eq!(
        found(&manifest),
        [
            (Severity::Wrong, "/grant_types".to_owned()),
            (Severity::Note, "/grant_types/0".to_owned()),
        ]
    );
}

#[test]
#[rustfmt::skip]
fn what_liveperson_returns_is_compared_with_the_settings() {
    use Severity::{Note, Unwise, Wrong};
    let case = |path: &str, value, expected| (path.to_owned(), value, expected);
    assert_cases(vec![
        case("/client_id", json!("app-1"), None),
        case("/client_id", json!(MARK), Some((Wrong, ""))),
        case("/id", json!("app-2"), Some((Wrong, ""))),
        case("/client_secret", json!(MARK), Some((Unwise, ""))),
        case("/client_secret_expires_at", json!(0), None),
        case("/client_secret_expires_at", json!(1_900_000_000), Some((Note, ""))),
        case("/client_id_issued_at", json!(1_700_000_000), None),
        case("/enabled", json!(true), None),
        case("/enabled", json!(false), Some((Wrong, ""))),
        case("/deleted", json!(true), Some((Wrong, ""))),
    ]);
    let unknown = Deployment { client_id: None, ..DEPLOYMENT };
    assert_eq!(examine(&with("/client_id", json!("app-2")), &unknown), []);
}

#[test]
#[rustfmt::skip]
fn webhooks_are_examined() {
    use Severity::{Note, Unwise, Wrong};
    let case = |path: &str, below: &str, value, expected| (format!("{path}{below}"), value, expected);
    let header = |name: &str, value: &str| json!([{ "header_name": name, "header_value": value }]);
    assert_cases(vec![
        case("/capabilities/webhooks", "", json!(null), Some((Wrong, ""))),
        case("/capabilities/webhooks", "", json!([]), Some((Wrong, ""))),
        case(CONTENT, "", json!(null), Some((Wrong, ""))),
        case(RICH, "", json!(null), Some((Wrong, ""))),
        case(CHANGE, "", json!(null), Some((Wrong, ""))),
        case(ACCEPT, "", json!(null), Some((Unwise, ""))),
        case(CHAT, "", json!(null), Some((Unwise, ""))),
        case(CONTENT, "", json!("https://connector.example.com/liveengage/webhooks"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!(null), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!(""), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!({}), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("http://connector.example.com/liveengage/webhooks"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("HTTPS://connector.example.com/liveengage/webhooks"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("https://localhost/liveengage/webhooks"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("https://hunter2.example.com/liveengage/webhooks"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("https://connector.example.com/liveengage/webhooks/"), Some((Wrong, ""))),
        case(CONTENT, "/endpoint", json!("https://Connector.example.com:443/liveengage/webhooks?k=hunter2"), None),
        case(CONTENT, "/max_retries", json!(0), Some((Unwise, ""))),
        case(CONTENT, "/max_retries", json!(5), Some((Unwise, ""))),
        case(CONTENT, "/max_retries", json!(6), Some((Wrong, ""))),
        case(CONTENT, "/max_retries", json!(-1), Some((Wrong, ""))),
        case(CHAT, "/max_retries", json!(null), Some((Unwise, ""))),
        case(ACCEPT, "/max_retries", json!(1), Some((Unwise, ""))),
        case(ACCEPT, "/max_retries", json!("0"), Some((Wrong, ""))),
        case(CHANGE, "/timeout", json!(1), Some((Note, ""))),
        case(CONTENT, "/headers", header("X-Route", "blue green"), None),
        case(CONTENT, "/headers", json!({}), Some((Wrong, ""))),
        case(CONTENT, "/headers", json!(["X-Route: hunter2"]), Some((Wrong, "/0"))),
        case(CONTENT, "/headers", header("X Route", MARK), Some((Wrong, "/0/header_name"))),
        case(CONTENT, "/headers", header("X-Route", "hunter2\n"), Some((Wrong, "/0/header_value"))),
        case(CONTENT, "/headers", json!([{"header_name": "X-Route"}]), Some((Wrong, "/0/header_value"))),
        case(CONTENT, "/headers", header("X-Liveperson-Signature", MARK), Some((Unwise, "/0/header_name"))),
        case(RETRY, "", json!(null), Some((Unwise, ""))),
        case(RETRY, "", json!(3600), Some((Wrong, ""))),
        case(RETRY, "/retention_time", json!(null), Some((Unwise, ""))),
        case(RETRY, "/retention_time", json!(0), Some((Wrong, ""))),
        case(RETRY, "/retention_time", json!(1), Some((Wrong, ""))),
        case(RETRY, "/retention_time", json!(2), Some((Unwise, ""))),
        case(RETRY, "/retention_time", json!(3599), Some((Unwise, ""))),
        case(RETRY, "/retention_time", json!(3600), None),
        case(RETRY, "/retention_time", json!(259_200), None),
        case(RETRY, "/retention_time", json!(259_201), Some((Wrong, ""))),
        case(RETRY, "/retention_time", json!("3600"), Some((Wrong, ""))),
        case("/capabilities/webhooks", "/ms.Presence", json!({}), Some((Note, ""))),
    ]);
}

#[test]
fn a_misprinted_event_is_named_once() {
    let mut manifest = with(CHANGE, json!(null));
    let webhooks = manifest.pointer_mut("/capabilities/webhooks").unwrap();
    webhooks["ms.ExConversationChangeNotification"] = json!({ "endpoint": webhook_url(URL) });
    let findings = examine(&manifest, &DEPLOYMENT);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].severity, Severity::Wrong);
    assert_eq!(
        findings[0].cure,
        "write cqm.ExConversationChangeNotification"
    );
}

#[test]
#[rustfmt::skip]
fn the_engagement_section_is_examined() {
    use Severity::{Note, Unwise, Wrong};
    const SECTION: &str = "/capabilities/engagement";
    let case = |below: &str, value, expected| (format!("{SECTION}{below}"), value, expected);
    let many: Vec<String> = (0..11).map(|number| format!("section{number}")).collect();
    assert_cases(vec![
        case("", json!(null), Some((Unwise, ""))),
        case("", json!("none"), Some((Wrong, ""))),
        case("/design_window", json!(true), Some((Note, ""))),
        case("/design_window", json!("false"), Some((Wrong, ""))),
        case("/language_selection", json!(true), None),
        case("/entry_point", json!(["section", "url"]), None),
        case("/entry_point", json!(null), Some((Wrong, ""))),
        case("/entry_point", json!([]), Some((Wrong, ""))),
        case("/entry_point", json!(["url", "url"]), Some((Wrong, "/1"))),
        case("/goal", json!([]), None),
        case("/goal", json!(null), None),
        case("/goal", json!("url"), Some((Wrong, ""))),
        case("/goal", json!(["url", MARK]), Some((Wrong, "/1"))),
        case("/consumer_identity", json!(["unauth"]), Some((Wrong, "/0"))),
        case("/consumer_identity", json!(null), Some((Wrong, ""))),
        case("/window", json!(1), Some((Note, ""))),
    ]);
    let manifest = with(&format!("{SECTION}/entry_point"), json!(many));
    let last = found(&manifest).pop().unwrap();
    assert_eq!((found(&manifest).len(), last.1), (12, format!("{SECTION}/entry_point")));
}

#[test]
fn anything_that_is_no_object_is_wrong() {
    for value in [json!(null), json!("x"), json!(7), json!([good()])] {
        assert_eq!(found(&value), [(Severity::Wrong, String::new())]);
    }
    let paths: Vec<_> = found(&json!({}))
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "/client_name",
            "/grant_types",
            "/scope",
            "/capabilities/webhooks",
            "/capabilities/engagement",
            "/description",
        ]
    );
}

#[test]
fn a_local_deployment_compares_no_endpoints() {
    let deployment = Deployment {
        public_url: Some("http://localhost:8787"),
        client_id: None,
    };
    let findings = examine(&good(), &deployment);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].severity, findings[0].path.as_str()),
        (Severity::Note, "PUBLIC_URL")
    );
}
