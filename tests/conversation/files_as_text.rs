//! Files from the consumer that LiveEngage does not take, or that are gone: told as text.

use liveengage_connector::conversation::RowState;
use liveengage_connector::message::{File, FilePlace};

use super::files_in::with_photo;
use super::support::*;
use super::talking;

const AS_LINK: &str = "cat.jpg (image/jpeg, 2 kB): https://media.example/1.jpg";
const GONE: &str = "[File: cat.jpg (image/jpeg, 2 kB)] It is no longer available.";

#[test]
fn a_file_whose_bytes_are_no_photo_or_too_many_arrives_as_a_link() {
    for (length, head) in [
        (1234, b"%PDF-1.7".as_slice()),
        (3_000_001, JPEG),
        (0, b""),
        (1234, b"<html>"),
    ] {
        let mut world = with_photo();
        world.outside.media = Some((length, head.to_vec()));
        world.receive(&sends("m1", file(photo())));
        assert_eq!(world.worked().len(), 2, "it is looked at, and told");
        assert_eq!(world.outside.transcript(), ["hello", AS_LINK]);
        assert!(world.outside.heard().is_empty());
    }
}

#[test]
fn a_file_that_liveengage_refuses_at_any_step_arrives_as_a_link() {
    for (kind, before) in [("media", 1), ("address", 2), ("upload", 3), ("publish", 4)] {
        let mut world = with_photo();
        world.outside.script(kind, [Reply::status(400)]);
        world.receive(&sends("m1", file(photo())));
        assert_eq!(world.worked().len(), before + 1, "{kind}");
        assert_eq!(world.outside.transcript(), ["hello", AS_LINK], "{kind}");
        assert_eq!(world.state("c:m1"), RowState::Delivered);
        assert!(world.alarms().is_empty());
    }
}

#[test]
fn without_a_file_service_a_photo_arrives_as_a_link() {
    let mut world = with_photo();
    world.outside.without_services = true;
    world.receive(&sends("m1", file(photo())));
    assert_eq!(world.outside.transcript(), ["hello", AS_LINK]);
    assert!(world.outside.uploads.is_empty());
}

#[test]
fn a_place_that_keeps_failing_holds_up_what_is_behind_for_minutes_only() {
    for (kind, reply) in [
        ("media", Reply::status(503)),
        ("media", Reply::LostBefore),
        ("upload", Reply::Source(0)),
    ] {
        let mut world = with_photo();
        let dead = std::iter::repeat_n(reply, 20);
        world.outside.script(kind, dead);
        world.receive(&sends("m1", file(photo())));
        world.receive(&sms("m2", "are you there?"));
        world.ring_for(5 * MINUTE);
        let expected = ["hello", AS_LINK, "are you there?"];
        assert_eq!(world.outside.transcript(), expected, "{kind}");
    }
}

#[test]
fn a_file_that_is_gone_is_told_without_its_address() {
    for (kind, reply) in [
        ("media", Reply::status(404)),
        ("upload", Reply::Source(404)),
    ] {
        let mut world = with_photo();
        world.outside.script(kind, [reply]);
        world.receive(&sends("m1", file(photo())));
        assert_eq!(world.outside.transcript(), ["hello", GONE]);
    }
}

#[test]
fn a_platform_that_lends_no_files_tells_of_them() {
    let placeless = File {
        link: None,
        caption: Some("My cat".to_owned()),
        ..photo()
    };
    let url = File {
        at: FilePlace::Url {
            url: PHOTO.to_owned(),
        },
        ..photo()
    };
    let placeholder = "[File: cat.jpg (image/jpeg, 2 kB)] It cannot be shown here.\nMy cat";
    for (sent, line) in [(photo(), AS_LINK), (url, AS_LINK), (placeless, placeholder)] {
        let mut world = talking();
        world.receive(&sends("m1", file(sent)));
        assert_eq!(world.worked().len(), 1);
        assert_eq!(world.outside.transcript(), ["hello", line]);
    }
}

#[test]
fn a_file_elsewhere_is_not_fetched() {
    let mut world = with_photo();
    let mut elsewhere = photo();
    elsewhere.at = FilePlace::Url {
        url: "https://elsewhere.example/1.jpg".to_owned(),
    };
    world.receive(&sends("m1", file(elsewhere)));
    let line = "cat.jpg (image/jpeg, 2 kB): https://elsewhere.example/1.jpg";
    assert_eq!(world.outside.transcript(), ["hello", line]);
}

#[test]
fn a_caption_that_is_too_long_for_one_text_takes_several() {
    let mut world = talking();
    let caption: String = (0..2000).map(|n| format!("word{n} ")).collect();
    let mut long = photo();
    long.caption = Some(caption.clone());
    world
        .outside
        .script("publish", [Reply::Ok, Reply::status(503)]);
    world.receive(&sends("m1", file(long)));
    world.run_for(MINUTE);
    let pieces = &world.outside.transcript()[1..];
    assert!(pieces.len() > 2, "{}", pieces.len());
    let whole: Vec<&str> = pieces
        .iter()
        .flat_map(|piece| piece.split_whitespace())
        .collect();
    let expected = format!("{AS_LINK}\n{caption}");
    let expected: Vec<&str> = expected.split_whitespace().collect();
    assert_eq!(whole, expected);
}
