use proptest::prelude::*;

use super::*;

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

fn asked(pairs: &[(&str, &str)]) -> HttpRequest {
    request("https://swift.example/f?sig=1".to_owned(), &headers(pairs))
}

const WHOLE: &[(&str, &str)] = &[];
const PART: &[(&str, &str)] = &[("range", "bytes=0-9")];

fn pdf(pairs: &[(&str, &str)], status: u16, answer: &[(&str, &str)]) -> Result<Relay, RelayFault> {
    let kind = Some("application/pdf");
    relay(
        &asked(pairs),
        status,
        &headers(answer),
        Some("bill.pdf"),
        kind,
    )
}

fn kind_and_place(name: Option<&str>, media_type: Option<&str>) -> (String, String) {
    let relay = relay(&asked(WHOLE), 200, &[], name, media_type).unwrap();
    let value = |name: &str| {
        let mut found = relay.headers.iter().filter(|(key, _)| *key == name);
        let value = found.next().unwrap().1.clone();
        assert_eq!(found.next(), None);
        value
    };
    (value("content-type"), value("content-disposition"))
}

#[test]
fn only_the_wish_for_a_part_goes_on_to_the_place() {
    let request = asked(&[
        ("authorization", "Basic x"),
        ("cookie", "a=b"),
        ("accept-encoding", "gzip"),
        ("if-none-match", "\"1\""),
        ("if-range", "\"1\""),
        ("range", "bytes=0-9"),
        ("user-agent", "phone"),
    ]);
    assert_eq!(request.method, Method::Get);
    assert_eq!(request.url, "https://swift.example/f?sig=1");
    let expected = [
        ("accept-encoding", "identity"),
        ("range", "bytes=0-9"),
        ("if-range", "\"1\""),
    ];
    let expected = expected.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(request.headers, expected);
}

#[test]
fn one_range_of_bytes_is_asked_for_and_nothing_else() {
    let range = |range: &str| asked(&[("range", range)]).headers.len() == 2;
    for good in ["bytes=0-0", "bytes=5-", "bytes=-5"] {
        assert!(range(good), "{good}");
    }
    let long = format!("bytes=0-{}", "9".repeat(300));
    for bad in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=0-1,3-4",
        "bytes=0-1-2",
        "items=0-1",
        "bytes=0-1\r\nx: y",
        "bytes= 0-1",
        "bytes=+0-1",
        &long,
    ] {
        assert!(!range(bad), "{bad}");
    }
}

#[test]
fn without_a_condition_that_can_be_asked_the_whole_file_comes() {
    let one = |condition: &str| asked(&[("range", "bytes=0-9"), ("if-range", condition)]);
    assert_eq!(one("Sat, 01 Aug 2026 00:00:00 GMT").headers.len(), 3);
    assert_eq!(one("\"é\"").headers.len(), 1);
    assert_eq!(one(&"x".repeat(300)).headers.len(), 1);
    assert_eq!(asked(&[("if-range", "\"1\"")]).headers.len(), 1);
}

#[test]
fn a_whole_file_is_passed_on_with_these_headers_and_no_others() {
    let place = [
        ("content-length", "12"),
        ("content-type", "text/html"),
        ("content-disposition", "inline; filename=\"x.html\""),
        ("etag", "\"1\""),
        ("last-modified", "Sat, 01 Aug 2026 00:00:00 GMT"),
        ("set-cookie", "a=b"),
        ("x-trans-id", "tx"),
        ("content-range", "bytes 0-11/12"),
    ];
    let mut relay = pdf(WHOLE, 200, &place).unwrap();
    relay.headers.sort_unstable();
    let expected = [
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-store"),
        ("content-disposition", "inline; filename*=UTF-8''bill.pdf"),
        ("content-length", "12"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-type", "application/pdf"),
        ("etag", "\"1\""),
        ("last-modified", "Sat, 01 Aug 2026 00:00:00 GMT"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ];
    let expected = expected.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(relay.headers, expected);
    assert_eq!((relay.status, relay.with_body), (200, true));
}

#[test]
fn a_part_is_passed_on_where_a_part_was_asked_for() {
    let range = ("content-range", "bytes 0-9/12");
    let relay = pdf(PART, 206, &[range, ("content-length", "10")]).unwrap();
    assert_eq!((relay.status, relay.with_body), (206, true));
    let value = |name: &str| relay.headers.iter().find(|(key, _)| *key == name).unwrap();
    assert_eq!(value("content-range").1, "bytes 0-9/12");
    assert_eq!(value("content-length").1, "10");

    // A place that knows no ranges sends the whole.
    assert_eq!(pdf(PART, 200, &[]).unwrap().status, 200);
    let unavailable = Err(RelayFault::Unavailable { retry_after: None });
    assert_eq!(pdf(WHOLE, 206, &[range]), unavailable);
    assert_eq!(pdf(PART, 206, &[]), unavailable);
    let gzip = ("content-encoding", "gzip");
    assert_eq!(pdf(PART, 206, &[range, gzip]), unavailable);
}

#[test]
fn a_part_that_is_not_there_is_answered_without_a_body() {
    let place = [
        ("content-range", "bytes */12"),
        ("content-length", "80"),
        ("content-type", "text/html"),
    ];
    let relay = pdf(PART, 416, &place).unwrap();
    assert_eq!((relay.status, relay.with_body), (416, false));
    let range = ("content-range", "bytes */12".to_owned());
    assert!(relay.headers.contains(&range));
    let said = |name: &str| relay.headers.iter().any(|(key, _)| *key == name);
    assert!(!said("content-length") && !said("content-type"));
    assert!(pdf(WHOLE, 416, &place).is_err());
}

#[test]
fn a_compressed_file_has_no_length_that_could_be_told() {
    let place = [("content-length", "12"), ("content-encoding", "gzip")];
    let relay = pdf(WHOLE, 200, &place).unwrap();
    let said = |name: &str| relay.headers.iter().any(|(key, _)| *key == name);
    assert!(!said("content-length") && !said("content-encoding"));
}

#[test]
fn a_refusal_means_gone_and_everything_else_means_later() {
    for status in [401, 403, 404, 410] {
        assert_eq!(pdf(WHOLE, status, &[]), Err(RelayFault::Gone), "{status}");
    }
    let wait = |status, seconds| pdf(WHOLE, status, &[("retry-after", seconds)]).unwrap_err();
    for status in [204, 301, 302, 304, 400, 408, 429, 498, 500, 503, 599] {
        let later = RelayFault::Unavailable {
            retry_after: Some(7000),
        };
        assert_eq!(wait(status, "7"), later, "{status}");
    }
    for (seconds, retry_after) in [
        ("Sat, 01 Aug 2026 00:00:00 GMT", None),
        ("-1", None),
        ("18446744073709551615", Some(300_000)),
    ] {
        assert_eq!(wait(503, seconds), RelayFault::Unavailable { retry_after });
    }
}

#[test]
fn pictures_and_pdf_are_shown_and_documents_are_saved() {
    for (given, kind, place) in [
        ("image/jpeg", "image/jpeg", "inline"),
        ("IMAGE/JPG; charset=x", "image/jpeg", "inline"),
        (" image/png ", "image/png", "inline"),
        ("application/pdf", "application/pdf", "inline"),
        ("text/plain; charset=utf-8", "text/plain", "attachment"),
        ("application/msword", "application/msword", "attachment"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
        ),
    ] {
        let (said, disposition) = kind_and_place(Some("a"), Some(given));
        assert_eq!(said, kind, "{given}");
        assert_eq!(
            disposition,
            format!("{place}; filename*=UTF-8''a"),
            "{given}"
        );
    }
}

#[test]
fn nothing_is_called_what_a_browser_would_execute() {
    for given in [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "application/javascript",
        "text/css",
        "image/png\r\nx: y",
        "image/png,text/html",
        "video/mp4",
        "",
    ] {
        let (said, disposition) = kind_and_place(Some("a"), Some(given));
        assert_eq!(said, "application/octet-stream", "{given}");
        assert!(disposition.starts_with("attachment;"), "{given}");
    }
    let (said, _) = kind_and_place(Some("a.png"), None);
    assert_eq!(said, "application/octet-stream");
}

#[test]
fn a_name_is_one_plain_file_name() {
    for (given, name) in [
        (Some("Rechnung März.pdf"), "Rechnung%20M%C3%A4rz.pdf"),
        (Some("../../etc/passwd"), "passwd"),
        (Some("C:\\temp\\a.png"), "a.png"),
        (
            Some("a\"b;c='d\r\nX: y.png"),
            "a%22b%3Bc%3D%27dX%3A%20y.png",
        ),
        (Some("exe.\u{202e}fdp"), "exe.fdp"),
        (Some("\u{feff}a\u{200b}.png"), "a.png"),
        (Some(" .. "), "file"),
        (Some("a/"), "file"),
        (Some(".htaccess"), "htaccess"),
        (Some("100%.png"), "100%25.png"),
        (None, "file"),
    ] {
        let (_, disposition) = kind_and_place(given, Some("image/png"));
        assert_eq!(disposition, format!("inline; filename*=UTF-8''{name}"));
    }
}

#[test]
fn a_long_name_keeps_its_extension() {
    let name = file_name(&format!("{}.docx", "é".repeat(500)));
    assert_eq!(name, format!("{}.docx", "é".repeat(95)));
    let name = file_name(&format!("a.{}", "b".repeat(500)));
    assert_eq!(name.chars().count(), 100);
}

proptest! {
    #[test]
    fn every_name_makes_a_value_that_can_stand_in_a_header(name in "\\PC{0,300}|.{0,300}") {
        let (_, disposition) = kind_and_place(Some(&name), None);
        let value = disposition.strip_prefix("attachment; filename*=UTF-8''").unwrap();
        prop_assert!(!value.is_empty());
        prop_assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&b)));
        prop_assert!(value.len() <= 100 * 12);
    }
}
