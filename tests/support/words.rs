//! Callbacks, webhooks and times, in the domain's words.

use liveengage_connector::conversation::operate::{Answer, Operation};
use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest, Route};
use liveengage_connector::http::Millis;
use liveengage_connector::liveengage::notification::{
    ConversationChange, Dialog, DialogEvent, EventBody, Participant,
};
use liveengage_connector::message::{Content, Profile};

use super::world::World;

pub(crate) const ACCOUNT: &str = "le12345678";
pub(crate) const CHANNEL: &str = "support-sms";
pub(crate) const ADDRESS: &str = "+15550100001";
/// The id that LiveEngage gives the consumer.
pub(crate) const LP_CONSUMER: &str = "lp-consumer-1";
pub(crate) const AGENT: &str = "agent-1";
/// Where the connector is reached.
pub(crate) const PUBLIC_URL: &str = "https://connector.example.com";
/// Stand in every token and secret, so that a leak of one is seen.
pub(crate) const APP_JWT_MARK: &str = "app-jwt-mark";
pub(crate) const JWS_MARK: &str = "consumer-jws-mark";
pub(crate) const SECRET_MARK: &str = "hunter2";

/// When every test begins.
pub(crate) const START: Millis = 1_700_000_000_000;
pub(crate) const SECOND: Millis = 1000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

pub(crate) fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

/// Who writes: known to the platform's side only.
pub(crate) fn consumer_route() -> Route {
    Route {
        account_id: ACCOUNT.to_owned(),
        namespace: Some(CHANNEL.to_owned()),
        channel: Some(CHANNEL.to_owned()),
        address: Some(ADDRESS.to_owned()),
        profile: Some(Profile {
            phone: Some(ADDRESS.to_owned()),
            ..Profile::default()
        }),
    }
}

/// A callback with these messages of the consumer.
pub(crate) fn sms_batch(messages: &[(&str, &str)]) -> AcceptRequest {
    let event = |(id, words): &(&str, &str)| AcceptEvent::Message {
        id: (*id).to_owned(),
        content: text(words),
        sent_at: None,
        handle: None,
    };
    AcceptRequest {
        route: consumer_route(),
        events: messages.iter().map(event).collect(),
    }
}

/// A callback with one message of the consumer.
pub(crate) fn sms(id: &str, words: &str) -> AcceptRequest {
    sms_batch(&[(id, words)])
}

/// The answer to what an operator asks.
pub(crate) fn operate(world: &mut World, operation: &Operation) -> Answer {
    world
        .with(|engine, context| engine.operate(operation, context))
        .unwrap()
}

/// A notification: LiveEngage's side knows nothing but the account.
pub(crate) fn webhook(events: Vec<AcceptEvent>) -> AcceptRequest {
    AcceptRequest {
        route: Route {
            account_id: ACCOUNT.to_owned(),
            ..Route::default()
        },
        events,
    }
}

pub(crate) fn event(change: DialogEvent) -> AcceptRequest {
    webhook(vec![AcceptEvent::Dialog { change }])
}

pub(crate) fn change(change: ConversationChange) -> AcceptRequest {
    webhook(vec![AcceptEvent::Conversation { change }])
}

fn said(conversation: &str, sequence: u64, words: &str) -> DialogEvent {
    DialogEvent {
        conversation_id: conversation.to_owned(),
        dialog_id: conversation.to_owned(),
        sequence: Some(sequence),
        originator_id: None,
        role: None,
        audience: Some("ALL".to_owned()),
        server_timestamp: None,
        body: EventBody::Text {
            text: words.to_owned(),
            extra: None,
        },
        metadata: None,
    }
}

/// What an agent writes.
pub(crate) fn agent_text(conversation: &str, sequence: u64, words: &str) -> DialogEvent {
    DialogEvent {
        originator_id: Some(AGENT.to_owned()),
        role: Some("ASSIGNED_AGENT".to_owned()),
        ..said(conversation, sequence, words)
    }
}

/// The consumer's own words, as LiveEngage sends them back.
pub(crate) fn echo(conversation: &str, sequence: u64, words: &str) -> DialogEvent {
    DialogEvent {
        originator_id: Some(LP_CONSUMER.to_owned()),
        role: Some("CONSUMER".to_owned()),
        ..said(conversation, sequence, words)
    }
}

/// A note among agents.
pub(crate) fn private_note(conversation: &str, sequence: u64, words: &str) -> DialogEvent {
    DialogEvent {
        audience: Some("AGENTS_AND_MANAGERS".to_owned()),
        ..agent_text(conversation, sequence, words)
    }
}

/// Text that nobody is named for.
pub(crate) fn unattributed(conversation: &str, sequence: u64, words: &str) -> DialogEvent {
    said(conversation, sequence, words)
}

/// The state of an open conversation.
pub(crate) fn opened(conversation: &str, updated_at: Millis) -> ConversationChange {
    ConversationChange {
        conversation_id: conversation.to_owned(),
        state: Some("OPEN".to_owned()),
        stage: Some("OPEN".to_owned()),
        updated_at: Some(updated_at),
        participants: vec![Participant {
            id: LP_CONSUMER.to_owned(),
            role: Some("CONSUMER".to_owned()),
            ..Participant::default()
        }],
        dialogs: vec![dialog(conversation, "MAIN", "OPEN")],
        ..ConversationChange::default()
    }
}

/// The main dialog has closed; the whole conversation not yet.
pub(crate) fn closing(conversation: &str, updated_at: Millis) -> ConversationChange {
    ConversationChange {
        state: Some("CLOSE".to_owned()),
        dialogs: vec![dialog(conversation, "MAIN", "CLOSE")],
        ..opened(conversation, updated_at)
    }
}

/// A survey runs after the main dialog.
pub(crate) fn surveyed(conversation: &str, survey: &str, updated_at: Millis) -> ConversationChange {
    ConversationChange {
        dialogs: vec![
            dialog(survey, "POST_SURVEY", "OPEN"),
            dialog(conversation, "MAIN", "CLOSE"),
        ],
        ..closing(conversation, updated_at)
    }
}

/// The whole conversation is over.
pub(crate) fn closed(conversation: &str, updated_at: Millis) -> ConversationChange {
    ConversationChange {
        stage: Some("CLOSE".to_owned()),
        ..closing(conversation, updated_at)
    }
}

fn dialog(id: &str, kind: &str, state: &str) -> Dialog {
    Dialog {
        id: id.to_owned(),
        kind: Some(kind.to_owned()),
        state: Some(state.to_owned()),
        updated_at: None,
        ..Dialog::default()
    }
}
