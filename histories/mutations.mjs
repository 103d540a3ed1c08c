// Deliberate mistakes, each of which the histories must find. `npm run mutations` makes them in a copy of the tree.
//
// An edit replaces a text that stands in its file exactly once. Where the code is guarded twice, a mistake takes two edits.

const edit = (file, find, replace) => ({ file, find, replace });

export const MUTATIONS = [
  {
    name: "no-deduplication",
    why: "A message whose key is known is stored again under another key.",
    edits: [
      edit(
        "src/conversation/accept.rs",
        "let new = self.store.insert(&row)?;",
        `let mut row = row;
        let mut new = self.store.insert(&row)?;
        if !new {
            row.key.push_str(":again");
            new = self.store.insert(&row)?;
        }`,
      ),
    ],
  },
  {
    name: "keys-without-sequence",
    why: "The deduplication key of LiveEngage's messages names the dialog only.",
    edits: [
      edit(
        "src/conversation/from_agent.rs",
        'format!("l:{}:{}", place.dialog_id, place.sequence)',
        'format!("l:{}", place.dialog_id)',
      ),
    ],
  },
  {
    name: "high-water-mark",
    why: "A sequence below the highest known one counts as a duplicate.",
    edits: [
      edit(
        "src/conversation/from_agent.rs",
        "        self.memory.signals.agent_said();\n",
        `        let highest = place.and_then(|place| self.memory.seen.highest(&place.dialog_id));
        if place.is_some_and(|place| highest.is_some_and(|highest| place.sequence <= highest)) {
            return Ok(false);
        }
        self.memory.signals.agent_said();
`,
      ),
    ],
  },
  {
    name: "keys-forgotten-early",
    why: "The key of a delivered message is deleted after an hour.",
    edits: [
      edit(
        "src/config/channel.rs",
        'reader.number("keep_traces_days", days.clone(), 14) * DAY',
        'reader.number("keep_traces_days", days.clone(), 14) * (DAY / 336)',
      ),
    ],
  },
  {
    name: "no-alarm-at-accept",
    why: "What is accepted is not backed by an alarm while its drain runs.",
    edits: [
      edit(
        "src/objects/conversation.rs",
        "let armed = self.arm().await;",
        "let armed: Result<(), Failed> = Ok(());",
      ),
    ],
  },
  {
    name: "alarm-not-set-again",
    why: "Neither the alarm nor the end of a drain sets the next alarm.",
    edits: [
      edit(
        "src/objects/conversation.rs",
        "        inner.go_on().await\n",
        `        for (lane, number) in inner.leases.begin_all(now) {
            let inner = Rc::clone(inner);
            let drain = async move { inner.drain(lane, number).await };
            self.0.runtime.wait_until(drain);
        }
        Ok(())
`,
      ),
      edit("src/objects/conversation/drain.rs", "Ok(()) => self.arm().await,", "Ok(()) => Ok(()),"),
    ],
  },
  {
    name: "two-drains",
    why: "A second drain of a lane starts beside the first, and takes its attempt for an interrupted one.",
    edits: [
      edit(
        "src/objects/conversation/lease.rs",
        "if lease.active_at.is_some_and(|at| now < at + LEASE) {",
        "if lease.active_at.is_some_and(|at| now < at) {",
      ),
      edit(
        "src/conversation/drain.rs",
        "if self.memory.has_in_flight(&row) && row.due_at > context.now {",
        "if self.memory.has_in_flight(&row) && row.due_at > context.now + LEASE {",
      ),
    ],
  },
  {
    name: "acknowledged-though-not-stored",
    why: "A request whose rows could not be stored is answered as if they were.",
    edits: [
      edit(
        "src/objects/conversation.rs",
        "                return Ok(self.storage_failed(&error));",
        `                self.log_storage_failed(&error);
                return Ok(Reply::json(&crate::conversation::wire::AcceptResponse::default()));`,
      ),
    ],
  },
  {
    name: "private-notes-cross",
    why: "The audience of a message is not looked at.",
    edits: [
      edit(
        "src/liveengage/notification/event.rs",
        "audience.is_none_or(|audience| audience == \"ALL\")",
        "audience.is_none_or(|audience| !audience.is_empty())",
      ),
    ],
  },
  {
    name: "503-is-a-refusal",
    why: "A platform's 503 makes a dead letter.",
    edits: [
      edit(
        "src/platforms/twilio/answers.rs",
        "502 | 503 => retry(Cause::Server { status }),",
        "502 | 503 => Outcome::Refused { reason: Refusal::Rejected { code: status.to_string() } },",
      ),
    ],
  },
  {
    name: "no-answer-is-delivered",
    why: "A platform that does not answer counts as one that has taken the message.",
    edits: [
      edit(
        "src/platforms/twilio/answers.rs",
        "Err(HttpFailure::Lost) => Err(Outcome::Unknown {\n            cause: Cause::NoAnswer,\n        }),",
        "Err(HttpFailure::Lost) => Ok(None),",
      ),
    ],
  },
  {
    name: "interrupted-is-repeated",
    why: "An attempt that was interrupted is taken for one without effect, so that the channel's policy is not asked.",
    edits: [
      edit("src/conversation/ending.rs", "let may_have_arrived = row.effect_under_way();", "let may_have_arrived = row.effect_under_way() && row.key.is_empty();"),
    ],
  },
  {
    name: "parked-content-dropped",
    why: "A claim forgets what the Directory has parked.",
    edits: [
      edit("src/directory.rs", "        self.claimed_at = now;\n", "        self.claimed_at = now;\n        self.parked.clear();\n"),
    ],
  },
  {
    name: "index-decides",
    why: "A conversation that the index does not know counts as foreign.",
    edits: [
      edit("src/intake/resolve.rs", "if arrival.worth == Worth::Signal {", "if arrival.worth <= Worth::Content {"),
    ],
  },
  {
    name: "echo-of-any-sequence",
    why: "An echo settles a publish although its sequence was known when the attempt started.",
    edits: [
      edit(
        "src/conversation/echo.rs",
        "let above = echo.above.is_none_or(|above| place.sequence > above);",
        "let above = echo.above.is_none_or(|above| place.sequence <= u64::MAX - above);",
      ),
    ],
  },
  {
    name: "echo-used-twice",
    why: "An echo that has settled a publish settles the next one with the same words as well.",
    edits: [
      edit(
        "src/conversation/echo.rs",
        "if self.memory.published.contains_key(place) {",
        "if place.dialog_id.is_empty() && self.memory.published.contains_key(place) {",
      ),
      edit(
        "src/conversation/echo.rs",
        "let above = echo.above.is_none_or(|above| place.sequence > above);",
        "let above = echo.above.is_none_or(|above| place.sequence <= u64::MAX - above);",
      ),
    ],
  },
  {
    name: "consumer-token-kept",
    why: "A consumer's token that LiveEngage refuses is not renewed.",
    edits: [
      edit(
        "src/conversation/send/conclude.rs",
        "progress.renew_consumer_jws = true;",
        "progress.renew_consumer_jws = progress.renewed_consumer_jws;",
      ),
    ],
  },
  {
    name: "app-token-kept",
    why: "The app's token that LiveEngage refuses is not renewed.",
    edits: [
      edit(
        "src/objects/account.rs",
        "if refused == Some(access.fingerprint().as_str()) {",
        "if refused.is_some_and(str::is_empty) {",
      ),
    ],
  },
  {
    name: "poison-for-ever",
    why: "A message that crashes the process is never given up.",
    edits: [
      edit(
        "src/conversation/ending.rs",
        "row.detail.crashes + 1 >= CRASHES",
        "row.detail.crashes >= 1000 * CRASHES",
      ),
    ],
  },
  {
    name: "content-kept",
    why: "What a message carries stays in storage after its delivery.",
    edits: [
      edit(
        "src/conversation/row.rs",
        "        self.content = None;\n        self.settle();\n        self.detail.refusal = None;",
        "        self.settle();\n        self.detail.refusal = None;",
      ),
    ],
  },
  {
    name: "given-up-in-an-outage",
    why: "A message is given up after an hour, whatever the channel's age limit is.",
    edits: [
      edit(
        "src/conversation/drain.rs",
        "context.now.saturating_sub(row.age_from()) > channel.max_age",
        "context.now.saturating_sub(row.age_from()) > channel.max_age.min(3_600_000)",
      ),
    ],
  },
  {
    name: "waiting-is-overtaken",
    why: "A message that waits lets the next one of its lane go first.",
    edits: [
      edit(
        "src/conversation/memory.rs",
        "self.open.get(&lane)?.values().next()",
        "self.open.get(&lane)?.values().min_by_key(|open| open.due_at)",
      ),
    ],
  },
  {
    name: "crashes-add-up",
    why: "Interruptions count for ever, also those before an attempt that came to its end.",
    edits: [
      edit(
        "src/conversation/drain.rs",
        "            row.detail.interruptions = 0;\n            row.detail.crashes = 0;\n",
        "",
      ),
    ],
  },
  {
    name: "clock-behind-the-alarm",
    why: "A clock that is behind finds nothing due when the alarm rings, and sets the same alarm again.",
    edits: [
      edit(
        "src/objects/conversation.rs",
        "if at <= self.runtime.now() + BEHIND {",
        "if at <= self.runtime.now() {",
      ),
    ],
  },
  {
    name: "reply-token-not-marked",
    why: "That a reply token is used up is not stored before the reply leaves.",
    edits: [
      edit(
        "src/conversation/to_consumer.rs",
        "heard.answered = true;\n                self.save_consumer(context.now)",
        "heard.answered = true;\n                Ok(())",
      ),
    ],
  },
  {
    name: "heard-again",
    why: "A message that comes again brings its reply token back.",
    edits: [
      edit(
        "src/conversation/learning.rs",
        '|| self.store.row(&format!("c:{id}"))?.is_some()',
        '|| self.store.row(&format!("c:{id}:"))?.is_some()',
      ),
    ],
  },
  {
    name: "reports-not-heard",
    why: "A report about a send whose answer was lost settles nothing.",
    edits: [edit("src/conversation/taken.rs", "row.state != RowState::Delivered && row.is_at_step_of(attempt)", "row.state != RowState::Delivered && attempt == 0")],
  },
  {
    name: "a-report-settles-any-step",
    why: "A report about one piece settles the piece behind it.",
    edits: [
      edit(
        "src/conversation/row.rs",
        "(self.detail.step_began.max(1)..=self.detail.attempt).contains(&attempt)",
        "attempt <= self.detail.attempt",
      ),
    ],
  },
  {
    name: "a-report-settles-any-message",
    why: "A report settles the message at the head of the lane, whichever it is about.",
    edits: [edit("src/conversation/taken.rs", "head.filter(|key| Reference::message_of(key) == reference.message())", "head.filter(|key| !key.is_empty())")],
  },
  {
    name: "only-the-latest-attempt-is-known",
    why: "A report about an attempt that was given up does not keep the message from being sent again.",
    edits: [
      edit(
        "src/conversation/row.rs",
        "(self.detail.step_began.max(1)..=self.detail.attempt).contains(&attempt)",
        "self.detail.attempt == attempt",
      ),
    ],
  },
  {
    name: "retry-key-of-the-attempt",
    why: "A push that is made again has another retry key.",
    edits: [
      edit(
        "src/platforms/line/outbound.rs",
        'format!("{}\\n{}\\n{number}", message.consumer, message.id)',
        'format!("{}\\n{}\\n{number}\\n{}", message.consumer, message.id, message.now)',
      ),
    ],
  },
  {
    name: "aside-opens-a-conversation",
    why: "That somebody took a message back is reason enough for a new conversation.",
    edits: [
      edit(
        "src/conversation/send/mod.rs",
        "Piece::Aside { .. } => in_survey || dialog.is_none(),",
        "Piece::Aside { .. } => in_survey,",
      ),
    ],
  },
  {
    name: "look-up-without-end",
    why: "Who a person is, is asked again at once where the platform could not tell.",
    edits: [edit("src/conversation/looking_up.rs", "None => RETRY_PERSON,", "None => RETRY_PERSON / 3_600_000,")],
  },
];

/** A few that are found at once and touch different parts. */
export const SHORT = ["no-alarm-at-accept", "private-notes-cross", "parked-content-dropped"];
