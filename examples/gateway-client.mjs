// A chat in the terminal: the smallest app behind a gateway channel. docs/platforms/gateway.md has the contract.
//
//   node examples/gateway-client.mjs
//
// It listens where the channel's `url` points (http://127.0.0.1:8795), shows what agents say, and posts what you type.
//   PORT      where it listens (8795)
//   CHANNEL   the channel's address (http://localhost:8787/channels/app)
//   SECRET    the signing secret (that of .dev.vars.example)
//   PERSON    who you are (ada)

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const {
  PORT = "8795",
  CHANNEL = "http://localhost:8787/channels/app",
  SECRET = "whsec_bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg==",
  PERSON = "ada",
} = process.env;

const key = Buffer.from(SECRET.replace(/^whsec_/, ""), "base64");
const seconds = () => Math.floor(Date.now() / 1000);
const mac = (id, time, body) => createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest();

function signed(id, body) {
  const time = String(seconds());
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": time,
    "webhook-signature": `v1,${mac(id, time, body).toString("base64")}`,
  };
}

function isAuthentic(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !/^\d+$/.test(time ?? "") || Math.abs(seconds() - Number(time)) > 300) return false;
  const expected = mac(id, time, body);
  return signatures.split(" ").some((entry) => {
    const [version, text = ""] = entry.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** Posts an event; what was not stored is posted again with the same id, so that it arrives once. */
async function post(event) {
  const id = `evt_${randomUUID()}`;
  const body = JSON.stringify(event);
  for (let pause = 1; ; pause = Math.min(pause * 2, 60)) {
    const answer = await fetch(CHANNEL, { method: "POST", headers: signed(id, body), body }).catch(() => null);
    if (answer?.ok) return;
    const problem = answer ? `${answer.status} ${await answer.text().catch(() => "")}` : "no answer";
    const final = answer && answer.status > 400 && answer.status < 500 && answer.status !== 408;
    if (final) return console.log(`  not taken: ${problem}`);
    console.log(`  ${problem}; again in ${pause} s`);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
}

// A real app keeps the ids with the messages, in one transaction, for as long as a message may come again.
const known = new Set();
let choices = [];

function show(event) {
  const who = event.agent?.name ?? "agent";
  if (event.type === "message") {
    console.log(`${who}> ${event.text}`);
    choices = event.choices ?? [];
    choices.forEach((choice, index) => console.log(`  /${index + 1}  ${choice.title}`));
    // Last, and not waited for: a receipt is a hint.
    void post({ type: "receipt", from: event.to, message: event.id, status: "read" });
  } else if (event.type === "conversation") console.log(`  (conversation: ${event.news})`);
  else if (event.type === "typing") console.log(`  (${event.state})`);
  else if (event.type === "receipt") console.log(`  (${event.message.slice(0, 8)}: ${event.status})`);
}

async function receive(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (!isAuthentic(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!known.has(id)) {
    show(JSON.parse(body.toString()));
    known.add(id);
  }
  response.writeHead(200).end();
}

createServer((request, response) => {
  receive(request, response).catch((error) => {
    console.log(`  ${error.message}`);
    response.writeHead(500).end();
  });
}).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`${PERSON} listens at http://127.0.0.1:${PORT} and posts to ${CHANNEL}.`);
  console.log("Type a text. /1 chooses an answer, /close ends the conversation, Ctrl-D ends this.");
});

let last = Promise.resolve();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const common = { id: randomUUID(), from: PERSON, timestamp: Date.now(), profile: { name: PERSON } };
  const choice = choices[Number(/^\/(\d+)$/.exec(line)?.[1]) - 1];
  const content = choice
    ? { type: "choice", reference: choice.reference, text: choice.text }
    : { type: "text", text: line };
  const event = line === "/close" ? { type: "close", ...common } : { type: "message", ...common, content };
  // One after another: that keeps the order.
  if (line.trim() !== "") last = last.then(() => post(event));
});
lines.on("close", () => last.then(() => process.exit(0)));
