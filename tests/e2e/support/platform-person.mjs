// Somebody on a platform's phone in the simulator.

import assert from "node:assert/strict";

import { eventually } from "./eventually.mjs";

export class PlatformPerson {
  /** `world` is a function: tests are described before there is one. */
  constructor(world, platform, id) {
    this.world = world;
    this.platform = platform;
    this.id = id;
  }

  #ask(method, path, body) {
    return this.world().control(method, `/control/platforms/${this.platform}${path}`, body);
  }

  show() {
    return this.#ask("GET", `/people/${encodeURIComponent(this.id)}`);
  }

  set(settings) {
    return this.#ask("POST", `/people/${encodeURIComponent(this.id)}`, settings);
  }

  /** Something that the connector has to take. Answers its id. */
  async does(event) {
    const done = await this.#ask("POST", `/people/${encodeURIComponent(this.id)}/events`, event);
    assert.ok(done.status >= 200 && done.status < 300, JSON.stringify(done));
    return done;
  }

  async tap(button, message) {
    const done = await this.#ask("POST", `/people/${encodeURIComponent(this.id)}/tap`, { button, message });
    assert.ok(done.status >= 200 && done.status < 300, JSON.stringify(done));
    return done;
  }

  reads() {
    return this.#ask("POST", `/people/${encodeURIComponent(this.id)}/read`, {});
  }

  redeliver(id) {
    return this.#ask("POST", "/redeliver", { id });
  }

  async messages() {
    return (await this.show()).messages;
  }

  /** How many messages have been shown to the person. */
  async count() {
    return (await this.messages()).filter(({ direction }) => direction === "received").length;
  }

  /** What the person was shown, once there is so much. */
  received(count) {
    return eventually(async () => {
      const messages = (await this.messages()).filter(({ direction }) => direction === "received");
      return messages.length >= count && messages;
    }, { timeout: 30_000, label: `${count} messages of ${this.id}`, world: this.world() });
  }
}
