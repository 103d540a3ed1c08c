//! What messages carry.

use liveengage_connector::message::{
    Command, Content, DialogPlace, File, FilePlace, Location, News, ResponseTarget,
};
use serde_json::json;

use super::{pinned, place, reads, some, text};

#[test]
fn texts_and_what_nobody_can_read() {
    pinned(&text("Grüße"), r#"{"kind":"text","text":"Grüße"}"#);
    let unsupported = Content::Unsupported {
        name: "hosted/file".to_owned(),
        raw: json!({ "a": 1 }),
    };
    pinned(
        &unsupported,
        r#"{"kind":"unsupported","name":"hosted/file","raw":{"a":1}}"#,
    );
    let aside = Content::Aside {
        text: "[reacted]".to_owned(),
    };
    pinned(&aside, r#"{"kind":"aside","text":"[reacted]"}"#);
    let malformed = Content::Malformed {
        what: "w".to_owned(),
        raw: "r".to_owned(),
    };
    pinned(&malformed, r#"{"kind":"malformed","what":"w","raw":"r"}"#);
}

#[test]
fn structured_content_and_choices() {
    let structured = Content::Structured {
        text: some("t"),
        content: Some(json!({ "a": 1 })),
        quick_replies: Some(json!({ "b": 2 })),
        metadata: Some(json!([{ "c": 3 }])),
    };
    pinned(
        &structured,
        r#"{"kind":"structured","text":"t","content":{"a":1},"quick_replies":{"b":2},"metadata":[{"c":3}]}"#,
    );
    let least = Content::Structured {
        text: None,
        content: None,
        quick_replies: None,
        metadata: None,
    };
    reads(r#"{"kind":"structured"}"#, &least);
    let choice = Content::Choice {
        text: "yes".to_owned(),
        reference: some("0a1b2c3d.0"),
        metadata: vec![json!({ "id": 1 })],
        offered_in: Some(place(4)),
    };
    pinned(
        &choice,
        concat!(
            r#"{"kind":"choice","text":"yes","reference":"0a1b2c3d.0","metadata":[{"id":1}],"#,
            r#""offered_in":{"dialog_id":"d","sequence":4}}"#
        ),
    );
    let least = Content::Choice {
        text: "yes".to_owned(),
        reference: None,
        metadata: Vec::new(),
        offered_in: None,
    };
    reads(r#"{"kind":"choice","text":"yes"}"#, &least);
}

#[test]
fn files_wherever_they_lie() {
    let file = File {
        at: FilePlace::Platform {
            reference: "media-1".to_owned(),
        },
        name: some("a.jpg"),
        media_type: some("image/jpeg"),
        size: Some(1234),
        caption: some("A"),
        link: some("https://f.example/a"),
    };
    let text = concat!(
        r#"{"at":{"at":"platform","reference":"media-1"},"name":"a.jpg","media_type":"image/jpeg","size":1234,"#,
        r#""caption":"A","link":"https://f.example/a"}"#
    );
    pinned(&file, text);
    let content = Content::File { file: file.clone() };
    pinned(&content, &format!(r#"{{"kind":"file","file":{text}}}"#));
    let bare = |at| File {
        at,
        name: None,
        media_type: None,
        size: None,
        caption: None,
        link: None,
    };
    let url = bare(FilePlace::Url {
        url: "https://f.example/a".to_owned(),
    });
    reads(r#"{"at":{"at":"url","url":"https://f.example/a"}}"#, &url);
    pinned(&url, r#"{"at":{"at":"url","url":"https://f.example/a"}}"#);
    let hosted = bare(FilePlace::Liveengage {
        relative_path: "/v1/a".to_owned(),
    });
    pinned(
        &hosted,
        r#"{"at":{"at":"liveengage","relative_path":"/v1/a"}}"#,
    );
}

#[test]
fn places_and_forms() {
    let location = Location {
        latitude: 48.5,
        longitude: -9.25,
        name: some("n"),
        address: some("a"),
    };
    let text = r#"{"latitude":48.5,"longitude":-9.25,"name":"n","address":"a"}"#;
    pinned(&location, text);
    let content = Content::Location { location };
    pinned(
        &content,
        &format!(r#"{{"kind":"location","location":{text}}}"#),
    );
    let least = Location {
        latitude: 1.0,
        longitude: 2.0,
        ..Location::default()
    };
    reads(r#"{"latitude":1,"longitude":2}"#, &least);
    let form = Content::SecureForm {
        title: some("t"),
        form: json!({ "formId": "1" }),
    };
    pinned(
        &form,
        r#"{"kind":"secure_form","title":"t","form":{"formId":"1"}}"#,
    );
    let least = Content::SecureForm {
        title: None,
        form: json!({}),
    };
    reads(r#"{"kind":"secure_form","form":{}}"#, &least);
}

#[test]
fn commands() {
    let target = |target, seconds| Command::ResponseTarget { target, seconds };
    for (command, text) in [
        (
            Command::Close { survey: true },
            r#"{"do":"close","survey":true}"#,
        ),
        (Command::StopSurvey, r#"{"do":"stop_survey"}"#),
        (
            target(ResponseTarget::Urgent, Some(60)),
            r#"{"do":"response_target","target":"urgent","seconds":60}"#,
        ),
        (
            target(ResponseTarget::Prioritized, None),
            r#"{"do":"response_target","target":"prioritized"}"#,
        ),
        (
            target(ResponseTarget::Normal, None),
            r#"{"do":"response_target","target":"normal"}"#,
        ),
        (Command::UpdateProfile, r#"{"do":"update_profile"}"#),
    ] {
        pinned(&command, text);
        reads(text, &command);
        let content = Content::Command { command };
        pinned(
            &content,
            &format!(r#"{{"kind":"command","command":{text}}}"#),
        );
    }
}

#[test]
fn what_did_not_arrive() {
    let told = Content::NotDelivered {
        place: place(4),
        line: some("Not delivered: x"),
    };
    pinned(
        &told,
        r#"{"kind":"not_delivered","place":{"dialog_id":"d","sequence":4},"line":"Not delivered: x"}"#,
    );
    let least = Content::NotDelivered {
        place: DialogPlace {
            dialog_id: "d".to_owned(),
            sequence: 4,
        },
        line: None,
    };
    reads(
        r#"{"kind":"not_delivered","place":{"dialog_id":"d","sequence":4}}"#,
        &least,
    );
}

#[test]
fn news() {
    let agent_id = "a".to_owned();
    for (news, text) in [
        (News::Opened, r#"{"news":"opened"}"#),
        (
            News::AgentJoined { agent_id },
            r#"{"news":"agent_joined","agent_id":"a"}"#,
        ),
        (News::Transferred, r#"{"news":"transferred"}"#),
        (
            News::OffHours { until: Some(9) },
            r#"{"news":"off_hours","until":9}"#,
        ),
        (News::OffHours { until: None }, r#"{"news":"off_hours"}"#),
        (News::SurveyStarted, r#"{"news":"survey_started"}"#),
        (
            News::Closed { by: some("AGENT") },
            r#"{"news":"closed","by":"AGENT"}"#,
        ),
        (News::Closed { by: None }, r#"{"news":"closed"}"#),
    ] {
        pinned(&news, text);
        reads(text, &news);
        let conversation_id = "c".to_owned();
        let content = Content::News {
            conversation_id,
            news,
        };
        pinned(
            &content,
            &format!(r#"{{"kind":"news","conversation_id":"c","news":{text}}}"#),
        );
    }
}
