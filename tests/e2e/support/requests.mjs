// Requests as an outsider makes them: signed, badly signed, or not at all.

import { createHmac } from "node:crypto";

const TWILIO_TOKEN = "local-auth-token-of-the-simulator";
const CLIENT_SECRET = "local-client-secret-of-the-simulator";
const ACCOUNT = "le12345678";
const CLIENT = "0f0e0d0c-1111-4222-8333-444444444444";

/** Twilio's signature of a form: HMAC-SHA1 over the URL and the sorted parameters. */
function twilioSignature(url, form) {
  const text = Object.keys(form)
    .sort()
    .reduce((signed, key) => signed + key + form[key], url);
  return createHmac("sha1", TWILIO_TOKEN).update(text, "utf8").digest("base64");
}

/** An inbound callback; `headers` overrides, with null taking a header away. */
export function callback(world, form, { channel = "support-sms", headers = {} } = {}) {
  const url = `${world.connector}/channels/${channel}`;
  return fetch(url, {
    method: "POST",
    headers: present({
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": twilioSignature(url, form),
      ...headers,
    }),
    body: new URLSearchParams(form).toString(),
  });
}

/** The form of an inbound text. */
export function inbound(number, text, id = "1") {
  return {
    MessageSid: `SM${id.padStart(32, "0")}`,
    AccountSid: "AC00000000000000000000000000000001",
    From: number,
    To: "+15550100002",
    Body: text,
    NumMedia: "0",
  };
}

/** A webhook of LiveEngage with that body; `headers` overrides, with null taking a header away. */
export function webhook(world, body, headers = {}) {
  const raw = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return fetch(`${world.connector}/liveengage/webhooks`, {
    method: "POST",
    headers: present({
      "content-type": "application/json",
      "x-liveperson-account-id": ACCOUNT,
      "x-liveperson-client-id": CLIENT,
      "x-liveperson-signature": `sha1=${createHmac("sha1", CLIENT_SECRET).update(raw).digest("base64")}`,
      ...headers,
    }),
    body: raw,
  });
}

function present(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
}
