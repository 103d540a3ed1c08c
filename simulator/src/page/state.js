// What the page last found out, and what is selected in it.

export const FIRST_PHONE = "+15550100001";
export const FIRST_PERSON = "zoe";

export const state = {
  /** SMS phones, people with the app, conversations at the desk: as the control API has them. */
  phones: [], people: [], conversations: [],
  /** Messaging platforms, what their people can do, and the people. */
  platforms: [],
  /** Whether the simulator plays an app, too. */
  app: false,
  /** SMS channels: name and number. */
  channels: [],
  agents: [], palette: [], settings: {}, outage: {},
  /** The phone in view: `{kind: "sms" | "app" | a platform's name, id}`. */
  phone: { kind: "sms", id: FIRST_PHONE },
  /** The conversation in view at the desk. */
  selected: null,
  /** A closed conversation that somebody wants to look at. */
  pinned: null,
  /** Looks again, and draws. */
  update: () => {},
  /** Draws what is known. */
  show: () => {},
};

export function person() {
  return state.phone.kind === "app" ? state.people.find((one) => one.id === state.phone.id) : undefined;
}

export function conversation() {
  return state.conversations.find((one) => one.id === state.selected);
}

/** Whether a conversation belongs to the phone with this id. */
export function isOf(talk, id) {
  const { number, profile } = talk.consumer;
  return number === id || Boolean(profile && (profile.userId === id || profile.ctmrinfo?.customerId === id));
}

/** The desk follows the phone in view. */
export function followPhone() {
  const own = state.conversations.filter((one) => isOf(one, state.phone.id));
  const open = own.find((one) => one.state === "OPEN") || own.at(-1);
  if (open) state.selected = open.id;
}
