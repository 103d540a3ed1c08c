//! Files on their way to a consumer, and how long they are. Input: status, the consumer's headers, the place's headers, the file's name,
//! its media type, and bytes of it.

use liveengage_connector::files;
use liveengage_connector::http::FILE_HEAD;
use liveengage_connector::http::body::{Sample, announced, is_whole};

use crate::input::{headers, joined, number, parts, text};

/// The headers that a consumer may see.
const SHOWN: [&str; 11] = [
    "accept-ranges",
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "content-type",
    "content-disposition",
    "content-length",
    "etag",
    "last-modified",
    "content-range",
];

pub(super) fn run(data: &[u8]) {
    let [status, asked, place, name, media_type, body] = parts(data);
    let status = u16::try_from(number(status) % 600).unwrap();
    let (asked, place) = (headers(asked), headers(place));
    let (name, media_type) = (text(name), text(media_type));

    let request = files::request("https://files.example/a".to_owned(), &asked);
    for (name, value) in &request.headers {
        assert!(
            ["accept-encoding", "range", "if-range"].contains(name),
            "{name} is passed on"
        );
        assert!(value.len() <= 256 && value.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        if *name == "range" {
            let (from, to) = value
                .strip_prefix("bytes=")
                .and_then(|range| range.split_once('-'))
                .expect("one range");
            assert!(
                [from, to]
                    .iter()
                    .all(|end| end.bytes().all(|byte| byte.is_ascii_digit()))
            );
        }
    }
    if let Ok(relay) = files::relay(&request, status, &place, Some(&name), Some(&media_type)) {
        assert!([200, 206, 416].contains(&relay.status));
        let ranged = request.headers.iter().any(|(name, _)| *name == "range");
        assert!(
            relay.status == 200 || ranged,
            "a part that nobody asked for"
        );
        let mut seen: Vec<&str> = relay.headers.iter().map(|(name, _)| *name).collect();
        seen.sort_unstable();
        let before = seen.len();
        seen.dedup();
        assert_eq!(before, seen.len(), "a header stands twice");
        for (name, value) in &relay.headers {
            assert!(SHOWN.contains(name), "{name} is shown");
            assert!(!value.chars().any(char::is_control), "a header breaks");
            match *name {
                "content-type" => assert!(
                    !["html", "svg", "xml", "javascript"]
                        .iter()
                        .any(|bad| value.contains(bad)
                            && !value.starts_with("application/vnd.openxmlformats"))
                ),
                "content-disposition" => {
                    let (kind, file) = value
                        .split_once("; filename*=UTF-8''")
                        .expect("a file name");
                    assert!(["inline", "attachment"].contains(&kind));
                    assert!(
                        file.bytes()
                            .all(|byte| byte.is_ascii_alphanumeric()
                                || b"%!#$&+-.^_`|~".contains(&byte)),
                        "{file}"
                    );
                    assert!(!file.is_empty() && !file.contains("%2F") && !file.contains("%5C"));
                }
                "content-length" => assert!(value.parse::<u64>().is_ok()),
                _ => {}
            }
        }
    }
    measured(&place, body, status);
}

/// The head and the length of a body, however it is cut into chunks.
fn measured(place: &[(String, String)], body: &[u8], status: u16) {
    let limit = 128;
    let step = 1 + usize::from(status) % 97;
    let mut sample = Sample::new(place, limit);
    let mut read = 0;
    for chunk in body.chunks(step) {
        read += chunk.len();
        if !sample.take(chunk) {
            break;
        }
    }
    let (head, length) = sample.finish();
    assert!(head.len() <= FILE_HEAD && body.starts_with(&head));
    let announced = announced(place);
    match announced {
        Some(announced) => assert_eq!(length, Some(announced).filter(|length| *length <= limit)),
        None => assert_eq!(
            length,
            Some(body.len() as u64).filter(|length| *length <= limit)
        ),
    }
    assert!(
        read as u64 <= limit + step as u64 + FILE_HEAD as u64 || announced.is_some(),
        "more is read than needed"
    );
    let lies = announced.is_some_and(|announced| announced != body.len() as u64);
    assert!(!lies || !is_whole(200, place, body.len() as u64));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (status, asked, place) in [
        (
            "200",
            "",
            "content-length: 12\ncontent-type: text/html\netag: \"x\"",
        ),
        (
            "206",
            "range: bytes=0-3\nif-range: \"x\"",
            "content-range: bytes 0-3/12\ncontent-length: 4\nlast-modified: Mon, 01 Jan 2024 00:00:00 GMT",
        ),
        ("416", "range: bytes=99-", "content-range: bytes */12"),
        (
            "200",
            "range: bytes=0-1,2-3\ncookie: a=b\nauthorization: x",
            "content-encoding: gzip\ncontent-length: 5",
        ),
        ("503", "", "retry-after: 17"),
        ("404", "range: bytes=-5", ""),
    ] {
        for (name, media_type) in [
            ("Rechnung März.pdf", "application/pdf"),
            ("..\\a/b\u{202e}fdp.exe", "text/html"),
            ("", "image/svg+xml; x"),
        ] {
            let body = "GIF89a bytes of a file ".repeat(9);
            seeds.push(joined(&[
                status.as_bytes(),
                asked.as_bytes(),
                place.as_bytes(),
                name.as_bytes(),
                media_type.as_bytes(),
                body.as_bytes(),
            ]));
        }
    }
    seeds
}
