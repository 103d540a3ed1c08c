//! `GET {domain_api}/api/account/{accountId}/service/baseURI.json?version=1.0`
//!
//! Where the services of an account live. No authentication. Domains may move, so they are looked up, cached and looked up again.
//! <https://developers.liveperson.com/domain-api.html>

use serde_json::Value;

use super::Domains;
use super::answers::destination_cause;
use super::json;
use crate::http::web_address::is_host;
use crate::http::{HttpAnswer, HttpRequest, Method};
use crate::outcome::Cause;

/// Asks for all services of an account at once. (The call for one service answers in two shapes, depending on the host.)
pub fn request(domain_api: &str, account_id: &str) -> HttpRequest {
    let url = format!("{domain_api}/api/account/{account_id}/service/baseURI.json?version=1.0");
    HttpRequest::new(Method::Get, url).header("accept", "application/json")
}

/// LivePerson's domains.
const SERVICES: &[&str] = &[".liveperson.net", ".liveperson.com"];

/// Those, and where LivePerson publishes what anybody may read. Nothing secret goes there.
const PUBLIC: &[&str] = &[".liveperson.net", ".liveperson.com", ".lpsnmedia.net"];

/// The domains in an answer.
///
/// A connector cannot work without the services of tokens and messages. It can without the others: where one is not named, or
/// is not LivePerson's, what it is for is not done.
///
/// Secrets go to these hosts, so only LivePerson's are taken, over https; or, where `domain_api` was pointed elsewhere, that very
/// host with that scheme. Anything else is a mistake in `domain_api`. An account that nobody knows is a mistake in `id`.
pub fn parse(answer: &HttpAnswer, domain_api: &str) -> Result<Domains, Cause> {
    if let Some(cause) = destination_cause(answer) {
        return Err(cause);
    }
    let response = answer.as_ref().map_err(|_| Cause::NoAnswer)?;
    let status = response.status;
    match status {
        200 => {}
        400..=499 => return Err(configuration("account.id")),
        _ => return Err(Cause::Unexpected { status }),
    }
    let body: Value = response.json().ok_or(Cause::Unexpected { status })?;
    let entries = entries(&body);
    if entries.is_empty() {
        return Err(configuration("account.id"));
    }
    let host = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.get("service").and_then(Value::as_str) == Some(name))
            .and_then(|entry| entry.get("baseURI").and_then(Value::as_str))
    };
    let optional = |name| trusted(host(name)?, domain_api, SERVICES);
    let service = |name| optional(name).ok_or_else(|| configuration("account.domain_api"));
    Ok(Domains {
        sentinel: service("sentinel")?,
        idp: service("idp")?,
        messaging: service("asyncMessagingEnt")?,
        files: optional("swift"),
        monitoring: optional("smt"),
        agent_profiles: host("acCdnDomain").and_then(|host| trusted(host, domain_api, PUBLIC)),
    })
}

/// Both documented shapes: a list under `baseURIs`, or one flat entry.
fn entries(body: &Value) -> &[Value] {
    match body.get("baseURIs") {
        Some(list) => json::many(Some(list)),
        None if body.get("service").is_some() || body.is_array() => json::many(Some(body)),
        None => &[],
    }
}

/// The base URL for a host, if it is within one of `domains` or is the stand-in's.
fn trusted(host: &str, domain_api: &str, domains: &[&str]) -> Option<String> {
    let (scheme, api) = domain_api.split_once("://")?;
    let api_name = name(api.split('/').next()?);
    let host_name = name(host);
    let liveperson = scheme.eq_ignore_ascii_case("https")
        && domains.iter().any(|domain| host_name.ends_with(domain));
    let same = !host_name.is_empty() && host_name == api_name;
    (is_host(host) && (liveperson || same)).then(|| format!("{scheme}://{host}"))
}

/// The host without its port, in lower case.
fn name(host: &str) -> String {
    let name = match host.split_once(']') {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.to_ascii_lowercase()
}

fn configuration(key: &str) -> Cause {
    Cause::Configuration {
        key: key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpFailure, HttpResponse};
    use serde_json::json;

    const LP: &str = "https://api.liveperson.net";

    fn ok(body: &Value) -> HttpAnswer {
        Ok(HttpResponse {
            status: 200,
            headers: vec![],
            body: body.to_string().into_bytes(),
            length: None,
        })
    }

    fn list(messaging: &str) -> Value {
        json!({ "baseURIs": [
            { "service": "sentinel", "account": "12345678", "baseURI": "va.sentinel.liveperson.net" },
            { "service": "swift", "account": 12345678, "baseURI": "files.example.com" },
            { "service": "idp", "account": "12345678", "baseURI": "va.idp.liveperson.com", "new": {} },
            { "service": "asyncMessagingEnt", "account": "12345678", "baseURI": messaging },
        ]})
    }

    #[test]
    fn what_is_no_host_is_not_called_whatever_it_ends_with() {
        for host in [
            "a.liveperson.net]evil.example",
            "[::1].liveperson.net",
            "a.liveperson.net:443:80",
            "a.liveperson.net:x",
            "evil.example:1.liveperson.net",
        ] {
            assert_eq!(
                parse(&ok(&list(host)), LP),
                Err(configuration("account.domain_api")),
                "{host}"
            );
        }
    }

    #[test]
    fn asks_for_all_services() {
        let request = request(LP, "12345678");
        assert_eq!(
            request.url,
            "https://api.liveperson.net/api/account/12345678/service/baseURI.json?version=1.0"
        );
        assert_eq!((request.method, request.body.len()), (Method::Get, 0));
    }

    #[test]
    fn finds_the_services_by_name() {
        let expected = Domains {
            sentinel: "https://va.sentinel.liveperson.net".to_owned(),
            idp: "https://va.idp.liveperson.com".to_owned(),
            messaging: "https://va.msg.liveperson.net".to_owned(),
            ..Domains::default()
        };
        let body = list("va.msg.liveperson.net");
        assert_eq!(parse(&ok(&body), LP), Ok(expected.clone()));
        assert_eq!(parse(&ok(&body["baseURIs"]), LP), Ok(expected));
    }

    #[test]
    fn services_that_a_connector_can_do_without_are_optional() {
        let with = |name: &str, host: &str| {
            let mut body = list("va.msg.liveperson.net");
            let entry = json!({ "service": name, "baseURI": host });
            let known = body["baseURIs"].as_array_mut().unwrap();
            known.retain(|entry| entry["service"] != name);
            known.push(entry);
            parse(&ok(&body), LP).unwrap()
        };
        let url = |host: &str| Some(format!("https://{host}"));
        let host = "va.objectstorage.liveperson.net";
        assert_eq!(with("swift", host).files, url(host));
        assert_eq!(with("swift", "accdn.lpsnmedia.net").files, None);
        let host = "va.v.liveperson.net";
        assert_eq!(with("smt", host).monitoring, url(host));
        assert_eq!(with("smt", "accdn.lpsnmedia.net").monitoring, None);
        let host = "accdn.lpsnmedia.net";
        assert_eq!(with("acCdnDomain", host).agent_profiles, url(host));
        assert_eq!(with("acCdnDomain", "evil.example").agent_profiles, None);
    }

    #[test]
    fn services_of_a_stand_in_share_its_host_and_scheme() {
        let entry = |service| json!({ "service": service, "baseURI": "localhost:8788" });
        let body =
            json!({ "baseURIs": [entry("sentinel"), entry("idp"), entry("asyncMessagingEnt")] });
        let domains = parse(&ok(&body), "http://localhost:8787/liveengage").unwrap();
        assert_eq!(domains.messaging, "http://localhost:8788");
        assert_eq!(
            trusted("[::1]:1", "http://[::1]:2", SERVICES).as_deref(),
            Some("http://[::1]:1")
        );
        assert_eq!(trusted("[::2]:1", "http://[::1]:2", SERVICES), None);
        assert_eq!(
            trusted("va.msg.liveperson.net", "http://localhost:8787", SERVICES),
            None
        );
    }

    #[test]
    fn secrets_go_to_liveperson_only() {
        for host in [
            "evil.example",
            "liveperson.net.evil.example",
            "evilliveperson.net",
            "evil.example/.liveperson.net",
            "evil.example#.liveperson.net",
            "user@va.msg.liveperson.net",
            "evil.example\\.liveperson.net",
            "",
        ] {
            assert_eq!(
                parse(&ok(&list(host)), LP),
                Err(configuration("account.domain_api")),
                "{host}"
            );
        }
    }

    #[test]
    fn says_whose_failure_it_is() {
        let answer = |status| {
            Ok(HttpResponse {
                status,
                headers: vec![],
                body: vec![],
                length: None,
            })
        };
        let one = json!({ "service": "idp", "account": "1", "baseURI": "va.idp.liveperson.net" });
        let cases: [(HttpAnswer, Cause); 9] = [
            (Err(HttpFailure::NotSent), Cause::Unreachable),
            (Err(HttpFailure::Lost), Cause::NoAnswer),
            (answer(429), Cause::RateLimited),
            (answer(503), Cause::Server { status: 503 }),
            (answer(404), configuration("account.id")),
            (answer(200), Cause::Unexpected { status: 200 }),
            (answer(302), Cause::Unexpected { status: 302 }),
            (ok(&json!({ "baseURIs": [] })), configuration("account.id")),
            (ok(&one), configuration("account.domain_api")),
        ];
        for (answer, cause) in cases {
            assert_eq!(parse(&answer, LP), Err(cause));
        }
    }
}
