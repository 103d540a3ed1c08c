// The later release that this one is tested beside: this working tree with something new in everything that is stored and
// in everything that Worker and objects say to each other, each of it used by ordinary traffic.
//
// A replacement must fit exactly once; where the code has moved on, the build of the neighbour names the one that does not.
// `scripts/neighbour.mjs` builds it. What a text begins with decides what the later release makes of it:
//
//   "poll ..."   content of a new kind, from either side; also a dialog event with a new kind of body
//   "note ..."   an event of a new kind, from the consumer's side

export const replacements = [
  // Rows: a field, a step of the trace, a cause, a refusal.
  {
    file: "src/conversation/row/detail.rs",
    find: "    /// What a later release has stored beside it.\n    #[serde(flatten)]",
    put: "    /// New: how heavy it is.\n    #[serde(default)]\n    pub weight: u32,\n    /// What a later release has stored beside it.\n    #[serde(flatten)]",
  },
  {
    file: "src/conversation/row/trace.rs",
    find: "    /// There is nothing left to do: the conversation that it was about is over.\n    Moot,",
    put: "    /// New: it was weighed.\n    Weighed {\n        /// The result.\n        grams: Vec<u32>,\n    },\n    /// There is nothing left to do: the conversation that it was about is over.\n    Moot,",
  },
  {
    file: "src/conversation/row.rs",
    find: "        row.note(now, StepEvent::Accepted);",
    put: "        row.note(now, StepEvent::Accepted);\n        row.detail.weight = 7;\n        row.note(now, StepEvent::Weighed { grams: vec![7] });",
  },
  {
    file: "src/conversation/row.rs",
    find: "        self.note(now, StepEvent::Retry { because, until });",
    put: "        let because = match because {\n            Cause::Server { status } => Cause::Overloaded { by: vec![status] },\n            other => other,\n        };\n        self.note(now, StepEvent::Retry { because, until });",
  },
  {
    file: "src/conversation/row.rs",
    find: "        self.state = RowState::Refused;",
    put: "        let refusal = match refusal {\n            Refusal::Rejected { code } => Refusal::Forbidden { codes: vec![code] },\n            other => other,\n        };\n        self.state = RowState::Refused;",
  },
  {
    file: "src/outcome.rs",
    find: "    /// The destination could not be reached; nothing was sent.\n    Unreachable,",
    put: "    /// New: it has too much to do.\n    Overloaded {\n        /// By its answers.\n        by: Vec<u16>,\n    },\n    /// The destination could not be reached; nothing was sent.\n    Unreachable,",
  },
  {
    file: "src/outcome.rs",
    find: "    /// It waited longer than the channel's age limit.\n    Expired,",
    put: "    /// New: it is not allowed.\n    Forbidden {\n        /// Why.\n        codes: Vec<String>,\n    },\n    /// It waited longer than the channel's age limit.\n    Expired,",
  },
  {
    file: "src/conversation/ending.rs",
    find: "    match refusal {",
    put: "    match refusal {\n        Refusal::Forbidden { .. } => \"it is not allowed\".to_owned(),",
  },
  // The consumer: a field that changes with each message.
  {
    file: "src/conversation/consumer.rs",
    find: "    /// The last change of anything here.\n    #[serde(default)]\n    pub touched_at: Millis,",
    put: "    /// The last change of anything here.\n    #[serde(default)]\n    pub touched_at: Millis,\n    /// New: how much they talk.\n    #[serde(default)]\n    pub talks: Vec<u64>,",
  },
  {
    file: "src/conversation/learning.rs",
    find: "        consumer.account_id.clone_from(&route.account_id);",
    put: "        consumer.account_id.clone_from(&route.account_id);\n        let talks = consumer.talks.first().copied().unwrap_or_default();\n        consumer.talks = vec![talks + 1];",
  },
  // What is said: a kind of content.
  {
    file: "src/message.rs",
    find: "    /// A file, wherever it lies.\n    File {",
    put: "    /// New: a question to many.\n    Poll {\n        /// It.\n        question: String,\n    },\n    /// A file, wherever it lies.\n    File {",
  },
  {
    file: "src/conversation/send/piece.rs",
    find: "        Content::Text { text } => texts(text, &[]),",
    put: "        Content::Text { text } | Content::Poll { question: text } => texts(text, &[]),",
  },
  {
    file: "src/platforms/readable.rs",
    find: "        Content::Text { text } | Content::Choice { text, .. } | Content::Aside { text } => {",
    put: "        Content::Text { text }\n        | Content::Poll { question: text }\n        | Content::Choice { text, .. }\n        | Content::Aside { text } => {",
  },
  // What Worker and objects say: fields, an event, a signal, a body.
  {
    file: "src/conversation/wire.rs",
    find: "    /// The events.\n    pub events: Vec<AcceptEvent>,",
    put: "    /// The events.\n    pub events: Vec<AcceptEvent>,\n    /// New: who speaks.\n    #[serde(default)]\n    pub sent_by: Vec<String>,",
  },
  {
    file: "src/conversation/wire.rs",
    find: "        Self { route, events }",
    put: "        let sent_by = vec![\"a webhook\".to_owned()];\n        Self {\n            route,\n            events,\n            sent_by,\n        }",
  },
  {
    file: "src/conversation/wire.rs",
    find: "    /// Events that needed no row.\n    pub facts: u32,",
    put: "    /// Events that needed no row.\n    pub facts: u32,\n    /// New: how much there was.\n    pub weight: u32,",
  },
  {
    file: "src/conversation/wire.rs",
    find: "    /// A signal from the consumer's side.\n    Signal {",
    put: "    /// New: something that the consumer wants noted.\n    Noted {\n        /// The platform's id of it.\n        id: String,\n        /// What.\n        note: String,\n    },\n    /// A signal from the consumer's side.\n    Signal {",
  },
  {
    file: "src/message.rs",
    find: "    /// A message was delivered, read or failed.\n    Receipt {",
    put: "    /// New: what somebody thinks of it.\n    Reaction {\n        /// In a picture.\n        emoji: String,\n    },\n    /// A message was delivered, read or failed.\n    Receipt {",
  },
  {
    file: "src/conversation/signalling.rs",
    find: "            Signal::ReceiptUntil { until, status } => {",
    put: "            Signal::Reaction { .. } => Ok(()),\n            Signal::ReceiptUntil { until, status } => {",
  },
  {
    file: "src/platforms/gateway/outbound.rs",
    find: "        Signal::ReceiptUntil { .. } | Signal::Taken { .. } => return None,",
    put: "        Signal::Reaction { .. } | Signal::ReceiptUntil { .. } | Signal::Taken { .. } => return None,",
  },
  {
    file: "src/conversation/accept.rs",
    find: "                AcceptEvent::DeadLetter {\n                    id,",
    put: "                AcceptEvent::Noted { id, note } => {\n                    let text = note.clone();\n                    let row = self.new_row(\n                        format!(\"c:{id}\"),\n                        Lane::ToLiveengage,\n                        Content::Text { text },\n                        context.now,\n                    );\n                    Some(self.insert(row)?)\n                }\n                AcceptEvent::DeadLetter {\n                    id,",
  },
  {
    file: "src/conversation/learning.rs",
    find: "        if has(|event| matches!(event, AcceptEvent::Message { .. })) {",
    put: "        if has(|event| matches!(event, AcceptEvent::Message { .. } | AcceptEvent::Noted { .. })) {",
  },
  {
    file: "src/intake/callbacks.rs",
    find: "        let accepted = match event.event {",
    put: "        let accepted = match event.event {\n            EventKind::Message {\n                id,\n                content: Content::Text { text },\n                ..\n            } if text.starts_with(\"note \") => AcceptEvent::Noted { id, note: text },\n            EventKind::Message {\n                id,\n                content: Content::Text { text },\n                sent_at,\n            } if text.starts_with(\"poll \") => AcceptEvent::Message {\n                id,\n                content: Content::Poll { question: text },\n                sent_at,\n                handle: event.handle,\n            },",
  },
  {
    file: "src/intake/callbacks.rs",
    find: "use crate::message::{ConsumerEvent, EventKind};",
    put: "use crate::message::{Content, ConsumerEvent, EventKind, Signal};",
  },
  {
    file: "src/intake/callbacks.rs",
    find: "                        events: vec![accepted],",
    put: "                        events: vec![\n                            AcceptEvent::Signal {\n                                signal: Signal::Reaction {\n                                    emoji: \"+\".to_owned(),\n                                },\n                            },\n                            accepted,\n                        ],\n                        sent_by: vec![\"a callback\".to_owned()],",
  },
  {
    file: "src/liveengage/notification/event.rs",
    find: "    /// Structured content.\n    Rich {",
    put: "    /// New: a question to many.\n    Poll {\n        /// It.\n        question: String,\n    },\n    /// Structured content.\n    Rich {",
  },
  {
    file: "src/liveengage/notification/event.rs",
    find: "            EventBody::Rich { .. } => EventBody::Rich { raw },",
    put: "            EventBody::Rich { .. } | EventBody::Poll { .. } => EventBody::Rich { raw },",
  },
  {
    file: "src/liveengage/content.rs",
    find: "        EventBody::Rich { raw } => {",
    put: "        EventBody::Poll { question } => Content::Poll {\n            question: question.clone(),\n        },\n        EventBody::Rich { raw } => {",
  },
  {
    file: "src/feed.rs",
    find: "                arrival.events.push(AcceptEvent::Dialog { change });",
    put: "                let mut change = change;\n                if let EventBody::Text { text, .. } = &change.body\n                    && text.starts_with(\"poll \")\n                {\n                    change.body = EventBody::Poll {\n                        question: text.clone(),\n                    };\n                }\n                arrival.events.push(AcceptEvent::Dialog { change });",
  },
  {
    file: "src/feed.rs",
    find: "use crate::liveengage::notification::{Change, DialogEvent, Standing};",
    put: "use crate::liveengage::notification::{Change, DialogEvent, EventBody, Standing};",
  },
];
