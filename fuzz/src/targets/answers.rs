//! Answers of LiveEngage's services. Input: the status, `Retry-After`, the body.

use std::fmt::Debug;

use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpResponse};
use liveengage_connector::liveengage::answers::{
    Answer, CreateAnswer, SendAnswer, create_answer, pause, send_answer,
};
use liveengage_connector::liveengage::consumer_jws::TokenAnswer;
use liveengage_connector::liveengage::{
    Domains, agent_profile, app_jwt, consumer_jws, domains, engagement, files, publish,
    update_conversation, user_profile,
};
use liveengage_connector::outcome::Cause;
use serde_json::{Value, json};
use url::Url;

use crate::channels::{SECRET_MARK, is_marked};
use crate::corpus;
use crate::independent::base64_url;
use crate::input::{joined, number, parts, text};

const NOW: u64 = 1_700_000_000_000;
const DOMAIN_API: &str = "https://api.liveperson.net";
/// LivePerson's domains.
const LIVEPERSON: [&str; 3] = [".liveperson.net", ".liveperson.com", ".lpsnmedia.net"];

pub(super) fn run(data: &[u8]) {
    if is_marked(data, &[SECRET_MARK]) {
        return;
    }
    let [status, retry_after, body] = parts(data);
    let status = u16::try_from(number(status) % 600).unwrap();
    let response = HttpResponse {
        status,
        headers: vec![("retry-after".to_owned(), text(retry_after))],
        body: body.to_vec(),
        length: None,
    };
    look(&Ok(response));
    for failure in [
        HttpFailure::NotSent,
        HttpFailure::Lost,
        HttpFailure::Source { status },
    ] {
        look(&Err(failure));
    }
}

fn look(answer: &HttpAnswer) {
    assert!(answer.is_ok() || pause(answer).is_none());
    tokens(answer);
    for domain_api in [DOMAIN_API, "http://127.0.0.1:8080"] {
        if let Ok(found) = domains::parse(answer, domain_api) {
            trusted(&found, domain_api);
        }
    }
    match create_answer(answer, "r-1") {
        CreateAnswer::Created { conversation_id } => assert!(!conversation_id.trim().is_empty()),
        CreateAnswer::Refused { code } => plain(&code),
        CreateAnswer::Destination { cause, .. } => plain_cause(&cause),
        _ => {}
    }
    match send_answer(answer) {
        SendAnswer::Refused { code } => plain(&code),
        SendAnswer::Destination { cause, .. } => plain_cause(&cause),
        _ => {}
    }
    repeatable(&publish::receipt_answer(answer));
    repeatable(&update_conversation::answer(answer));
    repeatable(&user_profile::answer(answer));
    repeatable(&files::url_answer(answer));
    if let Answer::Done(signed) = files::url_answer(answer) {
        let domains = Domains {
            files: Some("https://swift.example:8443".to_owned()),
            ..Domains::default()
        };
        let url = signed.url(&domains).unwrap();
        let parsed = Url::parse(&url).expect("a signed address that the runtime can read");
        assert_eq!(
            (parsed.host_str(), parsed.port()),
            (Some("swift.example"), Some(8443)),
            "{url}"
        );
        assert!(
            parsed.username().is_empty() && parsed.fragment().is_none(),
            "{url}"
        );
        let path = url
            .strip_prefix("https://swift.example:8443")
            .unwrap()
            .split('?')
            .next()
            .unwrap();
        assert_eq!(parsed.path(), path, "the runtime reads another path");
        assert!(
            !format!("{signed:?}").contains("temp_url_sig"),
            "a signature prints"
        );
    }
    match engagement::parse(answer) {
        engagement::EngagementAnswer::Exposed(visit)
        | engagement::EngagementAnswer::NotEligible(visit)
        | engagement::EngagementAnswer::InConversation { visit, .. } => {
            for id in [&visit.visitor_id, &visit.session_id] {
                assert!(id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
        engagement::EngagementAnswer::Destination { cause, .. } => plain_cause(&cause),
        engagement::EngagementAnswer::Refused { code } => plain(&code),
    }
    if let agent_profile::AgentProfileAnswer::Known(profile) = agent_profile::parse(answer) {
        let name = profile.nickname.unwrap_or_default();
        assert!(name.chars().count() <= 128 && !name.chars().any(char::is_control));
        if let Some(picture) = profile.picture_url {
            let url = Url::parse(&picture);
            assert!(
                url.is_ok_and(|url| url.scheme() == "https" && url.username().is_empty())
                    || Url::parse(&picture).is_err()
            );
        }
    }
    let _ = files::put_answer(answer);
}

/// Tokens can stand in a header, and print nowhere.
fn tokens(answer: &HttpAnswer) {
    let secret = |token: &str, printed: String| {
        assert!(token.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(
            token.len() < 16 || !printed.contains(token),
            "a token prints"
        );
    };
    match app_jwt::parse(answer, NOW) {
        Ok(token) => secret(token.jwt.expose(), format!("{token:?}")),
        Err(cause) => plain_cause(&cause),
    }
    match consumer_jws::parse(answer) {
        TokenAnswer::Issued(token) => {
            secret(token.jws.expose(), format!("{:?}", token.jws));
            assert!(!token.lp_consumer_id.trim().is_empty());
        }
        TokenAnswer::AppJwtRejected { code } => plain(&code.unwrap_or_default()),
        TokenAnswer::Destination { cause, .. } => plain_cause(&cause),
    }
}

fn repeatable<T: Debug>(answer: &Answer<T>) {
    match answer {
        Answer::Refused { code } => plain(code),
        Answer::Destination { cause, .. } => plain_cause(cause),
        _ => {}
    }
}

fn plain_cause(cause: &Cause) {
    if let Cause::Credentials { code: Some(code) } = cause {
        plain(code);
    }
    assert!(!format!("{cause:?}").contains(SECRET_MARK));
}

/// Codes go into traces and logs.
fn plain(code: &str) {
    assert!(
        code.len() <= 64
            && code
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' '),
        "{code:?}"
    );
}

/// Secrets go there, as the runtime reads the address.
fn trusted(domains: &Domains, domain_api: &str) {
    let api = Url::parse(domain_api).unwrap();
    let optional = [&domains.files, &domains.monitoring, &domains.agent_profiles]
        .into_iter()
        .flatten();
    for url in [&domains.sentinel, &domains.idp, &domains.messaging]
        .into_iter()
        .chain(optional)
    {
        let parsed =
            Url::parse(&format!("{url}/api")).unwrap_or_else(|_| panic!("{url} is no address"));
        let host = parsed.host_str().unwrap_or_default();
        let fine = LIVEPERSON.iter().any(|domain| host.ends_with(domain))
            || host == api.host_str().unwrap();
        assert!(
            fine && parsed.scheme() == api.scheme() && parsed.username().is_empty(),
            "{url} would be called"
        );
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let jwt = |claims: Value| format!("h.{}.s", base64_url(claims.to_string().as_bytes()));
    let service = |name: &str| json!({ "account": "1", "service": name, "baseURI": format!("z1.{name}.liveperson.net") });
    let names = [
        "sentinel",
        "idp",
        "asyncMessagingEnt",
        "swift",
        "smt",
        "acCdnDomain",
    ];
    let services: Vec<Value> = names.into_iter().map(service).collect();
    let bodies = [
        json!({ "access_token": jwt(json!({ "exp": 1_700_003_600 })), "expires_in": 3600 }),
        json!({ "error": "unauthorized_client", "error_description": "x" }),
        json!({ "token": jwt(json!({ "lp_consumer_id": "abc" })) }),
        json!({ "baseURIs": services }),
        json!([{ "reqId": "r-1-1", "code": "OK", "body": {} }, { "reqId": "r-1-2", "code": "OK", "body": { "conversationId": "c-1" } }]),
        json!([{ "reqId": "r-1-2", "code": "BAD_REQUEST", "body": { "msg": "Consumer already has open conversation" } }]),
        json!({ "code": "OK", "body": { "sequence": 4 } }),
        json!({ "code": "UNAUTHORIZED", "body": { "errorCode": 40102, "msg": "conversation is close" } }),
        json!({ "code": 200, "body": { "relativePath": "/v1/AUTH_async/1/a b.png", "queryParams": { "temp_url_sig": "abc", "temp_url_expires": 1 } } }),
        json!({ "visitorId": "v", "sessionId": "s", "engagementDetails": [{ "conversationId": "c", "campaignId": 1, "engagementId": 2, "contextId": "x", "status": "EXPOSE" }] }),
        json!({ "nickname": " Ada\t L. ", "pictureUrl": "https://p.example/a.png" }),
        json!(null),
    ];
    let mut seeds = Vec::new();
    for body in &bodies {
        for (status, retry) in [
            ("200", ""),
            ("201", "3"),
            ("400", ""),
            ("401", ""),
            ("429", "7"),
            ("500", "99999999999999999999"),
            ("503", "-1"),
        ] {
            seeds.push(joined(&[
                status.as_bytes(),
                retry.as_bytes(),
                body.to_string().as_bytes(),
            ]));
        }
    }
    for body in corpus::fixtures("twilio") {
        seeds.push(joined(&[b"400", b"", &body]));
    }
    seeds
}
