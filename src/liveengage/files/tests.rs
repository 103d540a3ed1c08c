use super::super::answers::TokenFault;
use super::super::call::tests::{call, sent};
use super::*;
use crate::http::{HttpFailure, HttpResponse};
use proptest::prelude::*;
use serde_json::Value;

const PATH: &str = "/v1/AUTH_async-images/12345678/c0ffee_uuid_04-06-2024_04-10-59-845.JPEG";

fn answer(status: u16, body: &Value) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: vec![],
        body: body.to_string().into_bytes(),
        length: None,
    })
}

fn signed(path: &str, query: &Value) -> Value {
    json!({ "code": "OK", "reqId": "r-40", "body": { "relativePath": path, "queryParams": query } })
}

fn query() -> Value {
    json!({ "temp_url_sig": "5f1d", "temp_url_expires": "1717474259" })
}

#[test]
fn asks_where_to_put_a_file() {
    let request = upload_url_request(&call(), "r-40", 48213, HostedFileType::Jpeg);
    assert_eq!(
        sent(&request),
        json!({
            "kind": "req", "id": "r-40", "type": "ms.GenerateURLForUploadFile",
            "body": { "fileSize": "48213", "fileType": "JPEG" }
        })
    );
}

#[test]
fn asks_where_to_get_a_file() {
    let request = download_url_request(&call(), "r-42", &RelativePath::parse(PATH).unwrap());
    assert_eq!(
        sent(&request),
        json!({
            "kind": "req", "id": "r-42", "type": "ms.GenerateURLForDownloadFile",
            "body": { "relativePath": PATH }
        })
    );
}

#[test]
fn a_signed_url_is_on_the_file_service_and_does_not_print() {
    let Answer::Done(signed) = url_answer(&answer(200, &signed(PATH, &query()))) else {
        panic!("no URL");
    };
    assert_eq!(
        signed.url(call().domains).unwrap(),
        format!(
            "https://va.objectstorage.liveperson.net{PATH}?temp_url_sig=5f1d&temp_url_expires=1717474259"
        )
    );
    assert!(!format!("{signed:?}").contains("5f1d"));
    assert_eq!(signed.url(&Domains::default()), None);
}

#[test]
fn the_query_is_encoded_and_keeps_what_else_was_signed() {
    let query = json!({
        "temp_url_sig": "a+b/c=&x", "temp_url_expires": 1717474259, "filename": "ä", "null": null
    });
    let Answer::Done(signed) = url_answer(&answer(200, &signed("/v1/a b?#%20ü%", &query))) else {
        panic!("no URL");
    };
    assert_eq!(
        signed.url(call().domains).unwrap(),
        concat!(
            "https://va.objectstorage.liveperson.net/v1/a%20b%3F%23%20%C3%BC%25",
            "?temp_url_sig=a%2Bb%2Fc%3D%26x&temp_url_expires=1717474259&filename=%C3%A4"
        )
    );
}

#[test]
fn paths_that_lead_elsewhere_are_none() {
    for path in [
        "",
        "/",
        "v1/a",
        "//evil.example/a",
        "/v1//a",
        "/v1/",
        "/v1/../a",
        "/v1/..",
        "/./a",
        "/v1/%2e%2E/a",
        "/v1/.%2e/a",
        "/v1/%2fa",
        "/\\evil.example/a",
        "/v1/a\nb",
        "/v1/a\tb",
        "/v1/a\0b",
        "@evil.example/a",
        ".evil.example/a",
        ":80/a",
        "https://evil.example/a",
    ] {
        assert_eq!(RelativePath::parse(path), None, "{path:?}");
        let unreadable = Answer::Destination {
            cause: Cause::Unexpected { status: 200 },
            after: None,
        };
        assert_eq!(
            url_answer(&answer(200, &signed(path, &query()))),
            unreadable,
            "{path:?}"
        );
    }
    assert_eq!(RelativePath::parse(&format!("/{}", "a".repeat(1024))), None);
    for path in [PATH, "/a..b/.c", "/v1/@evil.example"] {
        assert_eq!(RelativePath::parse(path).unwrap().as_str(), path);
    }
}

#[test]
fn answers_to_a_question_for_a_url() {
    let retry = |cause| Answer::Destination { cause, after: None };
    let unexpected = |status| retry(Cause::Unexpected { status });
    let refused = |code: &str| Answer::Refused {
        code: code.to_owned(),
    };
    let fault = json!({ "code": 401, "body": { "errorCode": 40102 } });
    let slow = Answer::Destination {
        cause: Cause::RateLimited,
        after: Some(1000),
    };
    let too_large = json!({ "code": "BAD_REQUEST", "body": { "msg": "Bad Request" } });
    let closed =
        json!({ "code": "BAD_REQUEST", "body": { "msg": "Bad Request, Conversation is close" } });
    let half = json!({ "temp_url_sig": "5f1d" });
    let cases: Vec<(HttpAnswer, Answer<SignedUrl>)> = vec![
        (Err(HttpFailure::NotSent), retry(Cause::Unreachable)),
        (Err(HttpFailure::Lost), retry(Cause::NoAnswer)),
        (
            answer(401, &fault),
            Answer::Unauthorized(TokenFault::AppJwt),
        ),
        (
            answer(401, &Value::Null),
            Answer::Unauthorized(TokenFault::Other),
        ),
        (answer(429, &Value::Null), slow),
        (
            answer(503, &Value::Null),
            retry(Cause::Server { status: 503 }),
        ),
        (answer(400, &too_large), refused("BAD_REQUEST")),
        (answer(200, &too_large), refused("BAD_REQUEST")),
        (answer(413, &Value::Null), refused("413")),
        (answer(400, &closed), Answer::ConversationClosed),
        (answer(200, &signed(PATH, &half)), unexpected(200)),
        (
            answer(200, &json!({ "code": "OK", "body": {} })),
            unexpected(200),
        ),
        (answer(200, &Value::Null), unexpected(200)),
        (answer(404, &Value::Null), unexpected(404)),
    ];
    for (answer, expected) in cases {
        assert_eq!(url_answer(&answer), expected, "{answer:?}");
    }
    let nameless = json!({ "body": { "relativePath": PATH, "queryParams": query() } });
    assert!(matches!(
        url_answer(&answer(200, &nameless)),
        Answer::Done(_)
    ));
}

#[test]
fn files_travel_without_tokens() {
    let signed = SignedUrl {
        path: RelativePath::parse("/v1/a").unwrap(),
        query: Secret::new("temp_url_sig=5f1d"),
    };
    let domains = call().domains;
    let from = HttpRequest::new(Method::Get, "https://media.example.com/1".to_owned());
    let put = put_request(domains, &signed, HostedFileType::Png, from.clone(), 2).unwrap();
    let url = "https://va.objectstorage.liveperson.net/v1/a?temp_url_sig=5f1d";
    assert_eq!((put.method, put.url.as_str()), (Method::Put, url));
    assert_eq!(put.headers, [("content-type", "image/png".to_owned())]);
    let upload = Upload {
        from: from.clone(),
        length: 2,
    };
    assert_eq!(put.upload, Some(Box::new(upload)));
    let nowhere = Domains::default();
    assert_eq!(
        put_request(&nowhere, &signed, HostedFileType::Png, from, 2),
        None
    );
}

#[test]
fn answers_of_the_storage() {
    use TransferAnswer::{Done, Expired};
    let retry = |cause, after| TransferAnswer::Destination { cause, after };
    let refused = |code: &str| TransferAnswer::Refused {
        code: code.to_owned(),
    };
    let server = |status| retry(Cause::Server { status }, None);
    let answer = |status| answer(status, &Value::Null);
    for (status, put) in [
        (200, Done),
        (201, Done),
        (401, Expired),
        (403, Expired),
        (404, Expired),
        (400, refused("400")),
        (503, server(503)),
    ] {
        assert_eq!(put_answer(&answer(status)), put, "{status}");
    }
    assert_eq!(put_answer(&answer(413)), refused("413"));
    assert_eq!(
        put_answer(&answer(429)),
        retry(Cause::RateLimited, Some(1000))
    );
    assert_eq!(
        put_answer(&answer(302)),
        retry(Cause::Unexpected { status: 302 }, None)
    );
    assert_eq!(
        put_answer(&Err(HttpFailure::Lost)),
        retry(Cause::NoAnswer, None)
    );
    assert_eq!(
        put_answer(&Err(HttpFailure::NotSent)),
        retry(Cause::Unreachable, None)
    );
}

proptest! {
    #[test]
    fn whatever_the_path_the_host_stays_the_file_services(
        path in "(/|/?[a-z.%2e5cf\\\\@:?#/ ü]{0,12})",
    ) {
        let answered = answer(200, &signed(&path, &query()));
        if let Answer::Done(signed) = url_answer(&answered) {
            let url = signed.url(call().domains).unwrap();
            let rest = url.strip_prefix("https://va.objectstorage.liveperson.net/").unwrap();
            let (path, query) = rest.split_once('?').unwrap();
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(!path.starts_with('/') && !path.contains(['\\', '#']));
            prop_assert!(path.split('/').all(|name| !name.is_empty() && name != ".."));
            prop_assert_eq!(query, "temp_url_sig=5f1d&temp_url_expires=1717474259");
        }
    }
}
