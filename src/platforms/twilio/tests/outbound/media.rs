use super::*;
use crate::message::{Agent, File, FilePlace, Location};

const LINK: &str = "https://connector.example.com/files/k.1.2.s";
const PERSON: &str = "+15550100001";
const ON_WHATSAPP: &str = "whatsapp:+15550100001";

pub(super) fn sender(more: Value) -> Box<dyn Adapter> {
    let mut settings = json!({ "account_sid": ACCOUNT, "from": "+15550100002" });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    adapter_with(settings)
}

pub(super) fn mms() -> Box<dyn Adapter> {
    sender(json!({ "mms": true }))
}

pub(super) fn whatsapp() -> Box<dyn Adapter> {
    sender(json!({ "whatsapp": true }))
}

fn file(media_type: &str, size: Option<u64>, caption: Option<&str>) -> Content {
    Content::File {
        file: File {
            at: FilePlace::Liveengage {
                relative_path: "/a/b".to_owned(),
            },
            name: Some("box".to_owned()),
            media_type: Some(media_type.to_owned()),
            size,
            caption: caption.map(str::to_owned),
            link: None,
        },
    }
}

/// What of a request says something: body, file, place.
type Said = (Option<String>, Option<String>, Option<String>);

fn said(request: &HttpRequest) -> Said {
    (
        field(request, "Body"),
        field(request, "MediaUrl"),
        field(request, "PersistentAction"),
    )
}

fn words(body: &str) -> Said {
    (Some(body.to_owned()), None, None)
}

pub(super) fn with(url: &str, body: Option<&str>) -> Said {
    (body.map(str::to_owned), Some(url.to_owned()), None)
}

/// All requests of a message, each of which is taken; across restarts.
pub(super) fn requests(
    adapter: &dyn Adapter,
    consumer: &str,
    content: &Content,
    agent: Option<&str>,
) -> Vec<Said> {
    let agent = agent.map(|name| Agent {
        name: Some(name.to_owned()),
        ..Agent::default()
    });
    let mut progress = Progress::default();
    let mut all = Vec::new();
    for _ in 0..50 {
        let message = |progress| Outgoing {
            agent: agent.as_ref(),
            file_url: Some(LINK),
            ..Outgoing::new("l:d:1", consumer, content, progress)
        };
        let (request, asked) = match adapter.next(&message(&progress), None) {
            Next::Request { request, progress } => (request, stored(&progress)),
            Next::Done { outcome, .. } => {
                assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
                return all;
            }
        };
        all.push(said(&request));
        let taken = sent(&format!("SM{}", all.len()));
        progress = match adapter.next(&message(&asked), Some(&taken)) {
            Next::Request { progress, .. } | Next::Done { progress, .. } => stored(&progress),
        };
    }
    panic!("no end");
}

#[test]
fn a_file_goes_as_what_it_is_where_its_carrier_takes_it() {
    let pdf = "application/pdf";
    let link = || vec![words(&format!("box: {LINK}"))];
    let media = || vec![with(LINK, None)];
    let cases: [(_, _, _, _, Vec<Said>); 16] = [
        (whatsapp(), ON_WHATSAPP, "image/jpeg", None, media()),
        (
            whatsapp(),
            ON_WHATSAPP,
            "image/png",
            Some(5_000_000),
            media(),
        ),
        (
            whatsapp(),
            ON_WHATSAPP,
            "image/png",
            Some(5_000_001),
            link(),
        ),
        (whatsapp(), ON_WHATSAPP, "image/gif", None, link()),
        (whatsapp(), ON_WHATSAPP, "image/webp", None, link()),
        (whatsapp(), ON_WHATSAPP, pdf, Some(16_000_000), media()),
        (whatsapp(), ON_WHATSAPP, pdf, Some(16_000_001), link()),
        (whatsapp(), ON_WHATSAPP, "video/mp4", None, media()),
        (whatsapp(), ON_WHATSAPP, "text/html", None, link()),
        (whatsapp(), PERSON, "image/jpeg", None, link()),
        (mms(), PERSON, "image/jpeg", None, media()),
        (mms(), PERSON, "image/gif", Some(5_000_000), media()),
        (mms(), PERSON, "image/gif", Some(5_000_001), link()),
        (mms(), PERSON, pdf, None, link()),
        (mms(), ON_WHATSAPP, "image/jpeg", None, link()),
        (adapter(), PERSON, "image/jpeg", None, link()),
    ];
    for (adapter, consumer, media_type, size, expected) in cases {
        let content = file(media_type, size, Some("box"));
        let found = requests(&*adapter, consumer, &content, None);
        assert_eq!(found, expected, "{consumer} {media_type} {size:?}");
    }
    let mut untyped = file("image/jpeg", None, None);
    if let Content::File { file } = &mut untyped {
        file.media_type = None;
    }
    assert_eq!(requests(&*whatsapp(), ON_WHATSAPP, &untyped, None), link());
}

#[test]
fn a_caption_stands_below_its_file_or_follows_it() {
    let long = "x".repeat(1025);
    let cases: [(_, &str, _, Vec<Said>); 6] = [
        (
            "image/jpeg",
            "The box",
            None,
            vec![with(LINK, Some("The box"))],
        ),
        (
            "video/mp4",
            "The box",
            None,
            vec![with(LINK, Some("The box"))],
        ),
        (
            "image/jpeg",
            "The box",
            Some("Ada"),
            vec![with(LINK, Some("Ada: The box"))],
        ),
        (
            "application/pdf",
            "The box",
            Some("Ada"),
            vec![with(LINK, None), words("Ada: The box")],
        ),
        (
            "audio/mpeg",
            "The song",
            None,
            vec![with(LINK, None), words("The song")],
        ),
        (
            "image/png",
            &long,
            None,
            vec![with(LINK, None), words(&long)],
        ),
    ];
    for (media_type, caption, agent, expected) in cases {
        let content = file(media_type, None, Some(caption));
        let found = requests(&*whatsapp(), ON_WHATSAPP, &content, agent);
        assert_eq!(found, expected, "{media_type} {caption}");
    }
}

#[test]
fn a_file_elsewhere_is_fetched_from_there() {
    let url = "https://files.example.com/song.mp3";
    let content = Content::File {
        file: File {
            at: FilePlace::Url {
                url: url.to_owned(),
            },
            name: Some("song.mp3".to_owned()),
            media_type: Some("audio/mpeg".to_owned()),
            size: None,
            caption: None,
            link: None,
        },
    };
    let found = requests(&*whatsapp(), ON_WHATSAPP, &content, None);
    assert_eq!(found, [with(url, None)]);
    let found = requests(&*mms(), PERSON, &content, None);
    assert_eq!(found, [words(&format!("song.mp3: {url}"))]);
}

#[test]
fn a_file_that_twilio_does_not_take_goes_as_text() {
    let refused = answer(400, fixture!("media_not_taken_400.json"));
    let content = file("application/pdf", None, Some("Look"));
    let adapter = whatsapp();
    let next = |progress: &Progress, answer: Option<&HttpAnswer>| {
        let message = Outgoing {
            file_url: Some(LINK),
            ..Outgoing::new("l:d:1", ON_WHATSAPP, &content, progress)
        };
        adapter.next(&message, answer)
    };
    let (first, progress) = asked(next(&Progress::default(), None));
    assert_eq!(said(&first), with(LINK, None));
    let (second, progress) = asked(next(&progress, Some(&refused)));
    assert_eq!(said(&second), words(&format!("box: {LINK}")));
    let progress = stored(&progress);
    let pinned = json!({ "next_piece": 0, "sids": [], "as_text": 0 });
    assert_eq!(serde_json::to_value(&progress).unwrap(), pinned);
    assert_eq!(
        asked(next(&progress, None)).0,
        second,
        "after a restart too"
    );
    let (outcome, _) = ended(next(&progress, Some(&answer(503, ""))));
    assert_eq!(outcome, retry(Cause::Server { status: 503 }));

    let (third, progress) = asked(next(&progress, Some(&sent("SMa"))));
    assert_eq!(said(&third), words("Look"));
    let (outcome, _) = ended(next(&progress, Some(&sent("SMb"))));
    assert_eq!(outcome, delivered(Some("SMa SMb")));

    let (outcome, _) = ended(next(&progress, Some(&refused)));
    assert_eq!(outcome, rejected("21620"), "there is no file to leave out");
    let others = answer(400, fixture!("opted_out_400.json"));
    let (outcome, _) = ended(next(&Progress::default(), Some(&others)));
    assert_eq!(outcome, rejected("21610"));
}

#[test]
fn a_place_is_a_map_on_whatsapp_and_a_link_elsewhere() {
    let place = |name: Option<&str>, address: Option<&str>| Content::Location {
        location: Location {
            latitude: 52.3702,
            longitude: -4.8952,
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
        },
    };
    let map =
        |body: &str, action: &str| vec![(Some(body.to_owned()), None, Some(action.to_owned()))];
    for (name, address, expected) in [
        (
            Some("Dam"),
            Some("Dam 1,\n Amsterdam"),
            map("Dam", "geo:52.3702,-4.8952|Dam 1, Amsterdam"),
        ),
        (Some("Dam"), None, map("Dam", "geo:52.3702,-4.8952|Dam")),
        (None, None, map("52.3702,-4.8952", "geo:52.3702,-4.8952")),
        (
            Some(" "),
            None,
            map("52.3702,-4.8952", "geo:52.3702,-4.8952"),
        ),
    ] {
        let found = requests(&*whatsapp(), ON_WHATSAPP, &place(name, address), None);
        assert_eq!(found, expected, "{name:?} {address:?}");
    }
    let link = words("Dam\nhttps://maps.google.com/?q=52.3702,-4.8952");
    for (adapter, consumer) in [
        (mms(), PERSON),
        (adapter(), ON_WHATSAPP),
        (whatsapp(), PERSON),
    ] {
        let found = requests(&*adapter, consumer, &place(Some("Dam"), None), None);
        assert_eq!(found, std::slice::from_ref(&link));
    }
}
