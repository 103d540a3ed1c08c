// Surveys after the conversation, answered by SMS and in the app; and what consumers may write to have something done.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { act, agentCloses, conversationOf, conversations, desk, does, eventually, phone, says, sendFromPhone, settings, startWorld, talking, textsOnPhone } from "./support/harness.mjs";

const COMMANDS = { bye: "close", "bye now": "close_without_survey", "no survey": "stop_survey", urgent: "urgent" };

let world;
before(async () => {
  world = await startWorld({ app: true, record: true, vars: { CHANNEL_SUPPORT_SMS: { commands: COMMANDS } } });
  await settings(world, { survey: true, survey_questions: true });
});
after(() => world?.stop());

const RATE = "How satisfied were you with this conversation, from 1 to 5?";
const SOLVED = "Was your question answered?\n1. Yes\n2. No";

const surveyOf = (id) =>
  eventually(async () => (await desk(world, id)).dialogs.find(({ type }) => type === "POST_SURVEY"), { label: "a survey", world });

const over = (id) => eventually(async () => (await desk(world, id)).state === "CLOSE", { label: "the end", world });

/** What the consumer has said in a dialog. */
async function saidIn(id, dialogId) {
  const { messages } = await desk(world, id);
  return messages.filter((known) => known.role === "CONSUMER" && known.text && known.dialogId === dialogId);
}

async function lastText(number, text) {
  await eventually(async () => (await textsOnPhone(world, number)).at(-1) === text, { label: text, world });
}

async function opened(number) {
  await sendFromPhone(world, number, "Hello");
  return (await talking(world, number)).id;
}

test("a survey by SMS: questions, answers in its dialog, a quick reply by its number, its end, and a new conversation", async () => {
  const number = phone(world, 1);
  const id = await opened(number);
  await agentCloses(world, id);
  const survey = await surveyOf(id);
  await lastText(number, RATE);
  await sendFromPhone(world, number, "4");
  await lastText(number, SOLVED);
  await sendFromPhone(world, number, "1");
  await over(id);
  const answers = await saidIn(id, survey.dialogId);
  assert.deepEqual(answers.map(({ text, metadata }) => [text, metadata?.map(({ id }) => id) ?? []]), [["4", []], ["Yes", ["survey-Yes"]]]);
  const known = await desk(world, id);
  assert.deepEqual([known.dialogs[1].closedCause, known.closedBy], ["Completed", "AGENT"]);
  const actions = world.recorder.events("AcceptStatusEvent", id).filter(({ body }) => body.event.status === "ACTION");
  assert.deepEqual(actions.map(({ body }) => body.dialogId), [survey.dialogId]);
  await sendFromPhone(world, number, "One more thing");
  const next = await eventually(async () => {
    const newest = await conversationOf(world, number);
    return newest.id !== id && newest.messages.some(({ text }) => text) && newest;
  }, { label: "a new conversation", world });
  assert.deepEqual(next.messages.filter(({ text }) => text).map(({ text }) => text), ["One more thing"]);
});

test("a survey in the app: choices with references, answered by a tap", async () => {
  await says(world, "surveyed", "Hello");
  const { id } = await talking(world, "surveyed");
  await does(world, "surveyed", { type: "close" });
  const survey = await surveyOf(id);
  await eventually(() => world.app.texts("surveyed").includes(RATE), { label: RATE, world });
  await says(world, "surveyed", "5");
  const question = await eventually(() => world.app.messages("surveyed").find(({ choices }) => choices), { label: SOLVED, world });
  assert.equal(question.place.dialog_id, survey.dialogId);
  const { reference, text } = question.choices[1];
  await does(world, "surveyed", { type: "message", content: { type: "choice", reference, text } });
  await over(id);
  assert.deepEqual((await saidIn(id, survey.dialogId)).map((said) => said.text), ["5", "No"]);
  await eventually(() => world.app.news("surveyed").at(-1).news === "closed", { label: "news of the end", world });
});

test("while a survey runs no second conversation is opened, and a numbering from 0 loses nothing", async () => {
  const number = phone(world, 2);
  const id = await opened(number);
  await sendFromPhone(world, number, "That is all");
  await talking(world, number, 2);
  await agentCloses(world, id);
  await lastText(number, RATE);
  await sendFromPhone(world, number, "3");
  await lastText(number, SOLVED);
  const theirs = (await conversations(world)).filter(({ consumer }) => consumer.number === number);
  assert.equal(theirs.length, 1);
  await act(world, id, "close", { by: "SYSTEM", survey: false });
  await over(id);
});

test("with numbers that go on from the main dialog a survey works as well", async () => {
  await settings(world, { survey_restarts_sequence: false });
  const number = phone(world, 3);
  const id = await opened(number);
  await agentCloses(world, id);
  await lastText(number, RATE);
  await sendFromPhone(world, number, "2");
  await lastText(number, SOLVED);
  await sendFromPhone(world, number, "no");
  await over(id);
  assert.deepEqual((await saidIn(id, (await desk(world, id)).dialogs[1].dialogId)).map(({ text }) => text), ["2", "No"]);
  await settings(world, { survey_restarts_sequence: true });
});

test("a survey of structured content is answered by the number of its button", async () => {
  const button = (title) => ({ type: "button", title, click: { actions: [{ type: "publishText", text: `I choose ${title}` }], metadata: [{ type: "ExternalId", id: title }] } });
  const content = { type: "vertical", elements: [{ type: "text", text: "Which one?" }, button("Red"), button("Blue")] };
  await settings(world, { survey_questions: [{ content }] });
  const number = phone(world, 4);
  const id = await opened(number);
  await agentCloses(world, id);
  await eventually(async () => /Which one\?[^]*1\. Red[^]*2\. Blue/.test((await textsOnPhone(world, number)).at(-1)), { label: "the question", world });
  await sendFromPhone(world, number, "2");
  await over(id);
  assert.deepEqual((await saidIn(id, (await desk(world, id)).dialogs[1].dialogId)).map(({ text }) => text), ["I choose Blue"]);
  await settings(world, { survey_questions: true });
});

test("command words close with a survey, end a survey, and close without one; none of them is said", async () => {
  const number = phone(world, 5);
  const first = await opened(number);
  await sendFromPhone(world, number, " Bye ");
  await surveyOf(first);
  await lastText(number, RATE);
  await sendFromPhone(world, number, "No  Survey");
  await over(first);
  const updates = (id) => world.recorder.sends("cm.UpdateConversationField", id).map(({ body }) => body.conversationField.field);
  assert.deepEqual(updates(first), ["DialogChange", "Stage"]);

  await sendFromPhone(world, number, "Hello again");
  const second = await eventually(async () => {
    const known = await conversationOf(world, number);
    return known.id !== first && known.messages.some(({ text }) => text) && known.id;
  }, { label: "a second conversation", world });
  await sendFromPhone(world, number, "URGENT");
  await eventually(async () => (await desk(world, second)).ttr.ttrType === "URGENT", { label: "the response target", world });
  await sendFromPhone(world, number, "bye now");
  await over(second);
  assert.deepEqual(updates(second), ["TTRField", "ConversationStateField"]);
  assert.equal((await desk(world, second)).dialogs.length, 1);
  const said = (await conversations(world)).flatMap(({ messages }) => messages).filter(({ role, text }) => role === "CONSUMER" && text);
  assert.ok(!said.some(({ text }) => /bye|survey|urgent/i.test(text)), "a command was said to the agent");
  // Where no conversation is open there is nothing to close, and none is opened for it.
  await sendFromPhone(world, number, "bye");
  await sendFromPhone(world, number, "Last question");
  await eventually(async () => (await conversationOf(world, number)).messages.some(({ text }) => text === "Last question"), { label: "the last text", world });
  assert.equal((await conversations(world)).filter(({ consumer }) => consumer.number === number).length, 3);
});
