import assert from "node:assert/strict";
import type { Json, Watch, WatchEvent } from "./api.ts";

/** The next event, which is none of the watch's end. */
export async function nextEvent(watch: Watch): Promise<WatchEvent> {
  const event = await watch.next();
  if (event === "end") throw new Error("the watch has ended");
  return event;
}

/** The next events, as `ADDED a`. */
export async function told(watch: Watch, count: number): Promise<string[]> {
  const events = [];
  for (let i = 0; i < count; i++) events.push(await nextEvent(watch));
  return events.map(({ type, object }) => `${type} ${object.metadata.name}`);
}

/** The next event is of this type; its object. */
export async function next(watch: Watch, type: string): Promise<Json> {
  const event = await nextEvent(watch);
  assert.equal(event.type, type, JSON.stringify(event.object));
  return event.object;
}

/** All events until the server ends the watch. */
export async function rest(watch: Watch): Promise<WatchEvent[]> {
  const events = [];
  for (let event = await watch.next(); event !== "end"; event = await watch.next()) events.push(event);
  return events;
}

/** Nothing comes for so long. */
export async function silent(watch: Watch, ms: number): Promise<void> {
  const event = await watch.next(ms).catch(() => undefined);
  assert.equal(event, undefined);
}
