//! Rows: their details and traces.

use liveengage_connector::conversation::{
    Detail, ExpectedEcho, Lane, LaterFields, Phase, Resent, RowState, Step, StepEvent,
};
use liveengage_connector::message::{Agent, File, FilePlace};
use liveengage_connector::outcome::{Cause, Refusal};
use liveengage_connector::platforms::Progress;
use serde_json::json;

use super::{keeps, pinned, place, reads, some};

#[test]
fn the_detail_of_a_row() {
    let echo = ExpectedEcho {
        dialog_id: "d".to_owned(),
        above: Some(2),
        id: None,
    };
    let detail = Detail {
        progress: Progress::of(&json!({ "pieces": 1 })),
        attempt: 2,
        failures: 3,
        source: Some(place(4)),
        published: vec![place(5)],
        remote_id: Some("SM1".to_owned()),
        echo: Some(echo.clone()),
        resent: Some(Resent {
            echo,
            text: "digest".to_owned(),
        }),
        step_began: 3,
        doubtful: vec![4, 5],
        unknown: true,
        interruptions: 6,
        crashes: 7,
        phase: Phase::OnItsWay,
        held: true,
        refusal: Some(Refusal::Expired),
        discarded: true,
        requeued_at: Some(8),
        agent: None,
        file: None,
        later: LaterFields::new(),
    };
    pinned(
        &detail,
        concat!(
            r#"{"progress":{"pieces":1},"attempt":2,"failures":3,"source":{"dialog_id":"d","sequence":4},"#,
            r#""published":[{"dialog_id":"d","sequence":5}],"remote_id":"SM1","echo":{"dialog_id":"d","above":2},"#,
            r#""resent":{"echo":{"dialog_id":"d","above":2},"text":"digest"},"step_began":3,"doubtful":[4,5],"#,
            r#""unknown":true,"interruptions":6,"#,
            r#""crashes":7,"phase":"on_its_way","held":true,"refusal":{"reason":"expired"},"#,
            r#""discarded":true,"requeued_at":8}"#
        ),
    );
    pinned(
        &Detail::default(),
        r#"{"progress":null,"attempt":0,"failures":0,"unknown":false,"interruptions":0,"crashes":0,"phase":"begun","held":false}"#,
    );
    keeps("{}", &Detail::default());
}

#[test]
fn the_names_of_lanes_states_and_phases() {
    for (lane, name) in [
        (Lane::ToLiveengage, "to_liveengage"),
        (Lane::ToConsumer, "to_consumer"),
    ] {
        assert_eq!((lane.as_str(), Lane::from_stored(name)), (name, Some(lane)));
        pinned(&lane, &format!("\"{name}\""));
    }
    for (state, name) in [
        (RowState::Waiting, "waiting"),
        (RowState::Sending, "sending"),
        (RowState::Delivered, "delivered"),
        (RowState::Refused, "refused"),
    ] {
        assert_eq!(
            (state.as_str(), RowState::from_stored(name)),
            (name, Some(state))
        );
        pinned(&state, &format!("\"{name}\""));
    }
    pinned(
        &[Phase::Begun, Phase::OnItsWay, Phase::Answered],
        r#"["begun","on_its_way","answered"]"#,
    );
    assert_eq!(
        (Lane::from_stored("other"), RowState::from_stored("other")),
        (None, None)
    );
}

#[test]
fn the_trace() {
    let step = |event| Step {
        at: 1,
        attempt: 2,
        event,
    };
    let cause = || Cause::Server { status: 503 };
    for (event, text) in [
        (StepEvent::Accepted, r#""event":"accepted""#),
        (StepEvent::Started, r#""event":"started""#),
        (StepEvent::Advanced, r#""event":"advanced""#),
        (StepEvent::Requeued, r#""event":"requeued""#),
        (StepEvent::Discarded, r#""event":"discarded""#),
        (
            StepEvent::Retry {
                because: cause(),
                until: 9,
            },
            r#""event":"retry","because":{"cause":"server","status":503},"until":9"#,
        ),
        (
            StepEvent::Unknown {
                because: Cause::NoAnswer,
                until: 9,
            },
            r#""event":"unknown","because":{"cause":"no_answer"},"until":9"#,
        ),
        (
            StepEvent::Delivered { by_echo: true },
            r#""event":"delivered","by_echo":true"#,
        ),
        (
            StepEvent::Refused {
                because: Refusal::Crashed,
            },
            r#""event":"refused","because":{"reason":"crashed"}"#,
        ),
        (StepEvent::Moot, r#""event":"moot""#),
        (
            StepEvent::Doubled { sequence: Some(3) },
            r#""event":"doubled","sequence":3"#,
        ),
    ] {
        pinned(&step(event), &format!(r#"{{"at":1,"attempt":2,{text}}}"#));
    }
    let old = Step {
        at: 1,
        attempt: 0,
        event: StepEvent::Delivered { by_echo: false },
    };
    reads(r#"{"at":1,"event":"delivered"}"#, &old);
}

#[test]
fn causes_and_refusals() {
    let causes = [
        (Cause::RateLimited, r#"{"cause":"rate_limited"}"#),
        (
            Cause::Server { status: 500 },
            r#"{"cause":"server","status":500}"#,
        ),
        (Cause::Unreachable, r#"{"cause":"unreachable"}"#),
        (Cause::NoAnswer, r#"{"cause":"no_answer"}"#),
        (Cause::Interrupted, r#"{"cause":"interrupted"}"#),
        (
            Cause::Credentials { code: None },
            r#"{"cause":"credentials","code":null}"#,
        ),
        (
            Cause::Configuration {
                key: "k".to_owned(),
            },
            r#"{"cause":"configuration","key":"k"}"#,
        ),
        (
            Cause::Unexpected { status: 302 },
            r#"{"cause":"unexpected","status":302}"#,
        ),
        (Cause::AlreadyOpen, r#"{"cause":"already_open"}"#),
        (Cause::Closing, r#"{"cause":"closing"}"#),
        (Cause::Internal, r#"{"cause":"internal"}"#),
        (Cause::Held, r#"{"cause":"held"}"#),
    ];
    for (cause, text) in causes {
        pinned(&cause, text);
    }
    let s = str::to_owned;
    let refusals = [
        (
            Refusal::Rejected { code: s("21610") },
            r#"{"reason":"rejected","code":"21610"}"#,
        ),
        (
            Refusal::Unsupported { kind: s("k") },
            r#"{"reason":"unsupported","kind":"k"}"#,
        ),
        (
            Refusal::Malformed { what: s("w") },
            r#"{"reason":"malformed","what":"w"}"#,
        ),
        (Refusal::NoAddress, r#"{"reason":"no_address"}"#),
        (Refusal::Expired, r#"{"reason":"expired"}"#),
        (Refusal::OutcomeUnknown, r#"{"reason":"outcome_unknown"}"#),
        (Refusal::Crashed, r#"{"reason":"crashed"}"#),
        (Refusal::QueueFull, r#"{"reason":"queue_full"}"#),
    ];
    for (refusal, text) in refusals {
        pinned(&refusal, text);
    }
}

#[test]
fn a_row_of_an_agents_file_and_an_echo_that_is_known_by_its_id() {
    let detail = Detail {
        echo: Some(ExpectedEcho {
            dialog_id: "d".to_owned(),
            above: None,
            id: some("digest-1"),
        }),
        agent: Some(Agent {
            id: "a".to_owned(),
            role: some("ASSIGNED_AGENT"),
            ..Agent::default()
        }),
        file: Some(File {
            at: FilePlace::Liveengage {
                relative_path: "/v1/a".to_owned(),
            },
            name: some("a.pdf"),
            media_type: None,
            size: None,
            caption: None,
            link: None,
        }),
        ..Detail::default()
    };
    pinned(
        &detail,
        concat!(
            r#"{"progress":null,"attempt":0,"failures":0,"echo":{"dialog_id":"d","id":"digest-1"},"unknown":false,"#,
            r#""interruptions":0,"crashes":0,"phase":"begun","held":false,"agent":{"id":"a","role":"ASSIGNED_AGENT"},"#,
            r#""file":{"at":{"at":"liveengage","relative_path":"/v1/a"},"name":"a.pdf"}}"#
        ),
    );
    let old = ExpectedEcho {
        dialog_id: "d".to_owned(),
        above: Some(2),
        id: None,
    };
    reads(r#"{"dialog_id":"d","above":2}"#, &old);
}
