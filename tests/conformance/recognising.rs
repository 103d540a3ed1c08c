//! Sends whose answer is lost: what a request carries, and the report that repeats it.

use liveengage_connector::http::HttpRequest;
use liveengage_connector::message::{ConsumerEvent, Content, EventKind, Reference, Signal};
use liveengage_connector::outcome::Outcome;
use liveengage_connector::platforms::{Next, Outgoing, Progress};

use super::exhibits;
use super::kit::{Exhibit, PUBLIC_URL};

/// Of the shape that the engine gives references.
const FIRST: &str = "1-0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const SECOND: &str = "2-0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn outgoing<'a>(
    exhibit: &'a Exhibit,
    reference: &'a str,
    content: &'a Content,
    progress: &'a Progress,
) -> Outgoing<'a> {
    Outgoing {
        reference,
        callback_url: PUBLIC_URL,
        ..Outgoing::new("l:d:7", exhibit.consumer, content, progress)
    }
}

/// A text of several pieces on every platform.
fn long() -> Content {
    Content::Text {
        text: "many words ".repeat(2_000),
    }
}

fn request(exhibit: &Exhibit, message: &Outgoing<'_>) -> HttpRequest {
    match exhibit.adapter().next(message, None) {
        Next::Request { request, .. } => request,
        Next::Done { outcome, .. } => panic!("{}: {outcome:?}", exhibit.platform),
    }
}

fn carries(request: &HttpRequest, reference: &str) -> bool {
    String::from_utf8_lossy(&request.body).contains(reference)
}

#[test]
fn who_recognises_brings_a_report_and_nobody_else() {
    for exhibit in exhibits() {
        let recognises = exhibit.abilities().recognises;
        assert_eq!(
            recognises,
            exhibit.recognised.is_some(),
            "{}",
            exhibit.offer
        );
        let (content, start) = (long(), Progress::default());
        let message = outgoing(&exhibit, FIRST, &content, &start);
        let taken = exhibit.adapter().taken(&message, "id");
        assert_eq!(taken.is_some(), recognises, "{}", exhibit.offer);
        assert_eq!(
            carries(&request(&exhibit, &message), FIRST),
            recognises,
            "{}",
            exhibit.offer
        );
        let other = request(&exhibit, &outgoing(&exhibit, SECOND, &content, &start));
        assert_eq!(carries(&other, SECOND), recognises, "{}", exhibit.offer);
        assert!(!carries(&other, FIRST), "{}", exhibit.offer);
    }
}

#[test]
fn a_report_names_the_request_and_the_message() {
    for exhibit in exhibits() {
        let Some(recognised) = &exhibit.recognised else {
            continue;
        };
        let report = recognised.report(&exhibit, FIRST);
        let adapter = exhibit.adapter();
        assert_eq!(
            adapter.verify(&report.callback()),
            Ok(()),
            "{}",
            exhibit.offer
        );
        let parsed = adapter.parse(&report.callback()).unwrap();
        let taken = Signal::Taken {
            reference: Reference::parse(FIRST).unwrap(),
            remote_id: recognised.remote_id.to_owned(),
        };
        let event = ConsumerEvent::new(exhibit.consumer, EventKind::Signal(taken));
        assert_eq!(parsed.events.first(), Some(&event), "{}", exhibit.offer);
    }
}

#[test]
fn a_reference_cannot_be_forged() {
    for exhibit in exhibits() {
        let Some(recognised) = &exhibit.recognised else {
            continue;
        };
        let mut report = recognised.report(&exhibit, FIRST);
        let forged = |text: &str| text.replace(FIRST, SECOND);
        report.query = report.query.as_deref().map(forged);
        report.body = forged(&String::from_utf8(report.body).unwrap()).into_bytes();
        assert!(exhibit.verify(&report).is_err(), "{}", exhibit.offer);
    }
}

/// Some platforms sign the address, and what follows, with nothing between them.
#[test]
fn the_ends_of_a_reference_cannot_be_moved() {
    for exhibit in exhibits() {
        let Some(recognised) = &exhibit.recognised else {
            continue;
        };
        let longer = format!("{FIRST}2");
        let mut moved = recognised.report(&exhibit, &longer);
        let query = moved.query.take();
        moved.query = query.map(|query| query.replace(&longer, FIRST));
        let body = String::from_utf8(moved.body).unwrap();
        let mut pairs: Vec<&str> = body.split('&').collect();
        pairs.sort_unstable();
        moved.body = format!("2{}", pairs.join("&")).into_bytes();
        let signed = exhibit.verify(&moved).is_ok();
        assert!(!signed || moved.query.is_some(), "{}", exhibit.offer);
        let honest = recognised.report(&exhibit, &longer);
        let parsed = exhibit.adapter().parse(&honest.callback()).unwrap();
        assert_eq!(
            parsed.events,
            [],
            "{}: what was signed is no reference",
            exhibit.offer
        );
    }
}

/// Piece by piece, a report leads to where the answer would have led.
#[test]
fn a_report_is_as_good_as_the_answer() {
    for exhibit in exhibits() {
        let Some(recognised) = &exhibit.recognised else {
            continue;
        };
        let adapter = exhibit.adapter();
        let (content, mut progress) = (long(), Progress::default());
        let mut pieces = 0;
        loop {
            pieces += 1;
            let message = outgoing(&exhibit, FIRST, &content, &progress);
            let answer = (exhibit.sent)(pieces - 1);
            let answered = adapter.next(&message, Some(&answer));
            let reported = adapter.taken(&message, recognised.remote_id).unwrap();
            match (answered, reported) {
                (
                    Next::Request { .. },
                    Next::Request {
                        progress: behind, ..
                    },
                ) => {
                    progress = behind;
                }
                (
                    Next::Done {
                        outcome: Outcome::Delivered { .. },
                        ..
                    },
                    Next::Done {
                        outcome: Outcome::Delivered { remote_id },
                        ..
                    },
                ) => {
                    let ids = vec![recognised.remote_id; pieces].join(" ");
                    assert_eq!(remote_id, Some(ids), "{}", exhibit.offer);
                    break;
                }
                other => panic!("{}: {other:?}", exhibit.offer),
            }
        }
        assert!(pieces > 2, "{}", exhibit.offer);
    }
}
