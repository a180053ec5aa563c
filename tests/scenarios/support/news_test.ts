import assert from "node:assert/strict";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { News } from "./news.ts";

Deno.test("until() asks at once, and all who wait at all news", async () => {
  const clock = new FakeClock();
  const news = new News(clock);
  let count = 0;
  const from = (least: number) => news.until(() => count >= least ? count : undefined, 1_000);
  assert.equal(await from(0), 0);
  const waiting = [from(1), from(2)];
  count = 1;
  news.tell();
  assert.equal(await waiting[0], 1);
  count = 5;
  news.tell();
  assert.equal(await waiting[1], 5);
  assert.equal(clock.timers, 0);
});

Deno.test("until() asks once more at the end of its time, which news do not put off", async () => {
  const clock = new FakeClock();
  const news = new News(clock);
  let isThere = false;
  const seen = news.until(() => isThere || undefined, 1_000);
  const missed = news.until(() => undefined, 1_000);
  await clock.advance(900);
  news.tell();
  await settle();
  isThere = true;
  await clock.advance(100);
  assert.equal(await seen, true);
  assert.equal(await missed, undefined);
});
