import assert from "node:assert/strict";
import { Waiters } from "../../src/runtime/waiters.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

function waiting(longestMs = 1_000) {
  const clock = new FakeClock();
  const waiters = new Waiters(clock, { longestMs });
  const answers: string[] = [];
  const ready = new Map<string, string>();
  const asked = new Map<string, number>();
  return {
    clock,
    waiters,
    answers,
    ready,
    asked,
    /** `name` waits for news of `key`, until there is an answer under its name. */
    wait(name: string, key = "k"): void {
      const ask = () => {
        asked.set(name, (asked.get(name) ?? 0) + 1);
        return ready.get(name);
      };
      void waiters.until(key, ask).then((answer) => answers.push(`${name}: ${answer}`));
    },
  };
}

Deno.test("Waiters.until answers at once where there is an answer", async () => {
  const t = waiting();
  t.ready.set("a", "yes");
  t.wait("a");
  await settle();
  assert.deepEqual(t.answers, ["a: yes"]);
  assert.equal(t.clock.created, 0);
});

Deno.test("Waiters.until asks again at each news of its key, and at no other", async () => {
  const t = waiting();
  t.wait("a");
  await settle();
  t.waiters.poke("other");
  await settle();
  assert.equal(t.asked.get("a"), 1);
  t.waiters.poke("k");
  await settle();
  assert.equal(t.asked.get("a"), 2);
  assert.equal(t.waiters.size, 1);
  t.ready.set("a", "yes");
  t.waiters.poke("k");
  await settle();
  assert.deepEqual(t.answers, ["a: yes"]);
  assert.equal(t.waiters.size, 0);
});

Deno.test("Waiters.until answers undefined when time is up, after one last question", async () => {
  const t = waiting();
  t.wait("a");
  await t.clock.advance(999);
  assert.deepEqual(t.answers, []);
  await t.clock.advance(1);
  assert.deepEqual(t.answers, ["a: undefined"]);
  assert.equal(t.asked.get("a"), 2);

  t.wait("b");
  await settle();
  t.ready.set("b", "late");
  await t.clock.advance(1_000);
  assert.equal(t.answers.at(-1), "b: late");
});

Deno.test("Waiters takes a falsy answer for an answer", async () => {
  const waiters = new Waiters(new FakeClock(), { longestMs: 1_000 });
  assert.equal(await waiters.until("k", () => false), false);
  assert.equal(await waiters.until("k", () => 0), 0);
});

Deno.test("Waiters needs one timer however many wait, and each has its own deadline", async () => {
  const t = waiting();
  for (let i = 0; i < 300; i++) {
    t.wait(`w${i}`, `k${i % 7}`);
    if (i % 100 === 99) await t.clock.advance(100);
  }
  assert.equal(t.waiters.size, 300);
  assert.equal(t.clock.timers, 1);
  await t.clock.advance(700);
  assert.equal(t.answers.length, 100);
  assert.equal(t.clock.timers, 1);
  await t.clock.advance(100);
  assert.equal(t.answers.length, 200);
  await t.clock.advance(100);
  assert.equal(t.answers.length, 300);
  assert.equal(t.clock.timers, 0, "nobody waits any more");
  assert.equal(t.clock.created, 3);
});

Deno.test("Waiters keeps the deadline of one that was woken for nothing", async () => {
  const t = waiting();
  t.wait("a");
  for (let i = 0; i < 9; i++) {
    await t.clock.advance(100);
    t.waiters.poke("k");
  }
  await t.clock.advance(99);
  assert.deepEqual(t.answers, []);
  await t.clock.advance(1);
  assert.deepEqual(t.answers, ["a: undefined"]);
});

Deno.test("Waiters serves those that come after its timer was left without anybody", async () => {
  const t = waiting();
  t.wait("a");
  await settle();
  t.ready.set("a", "yes");
  t.waiters.poke("k");
  await t.clock.advance(500);
  t.wait("b");
  await t.clock.advance(500);
  assert.deepEqual(t.answers, ["a: yes"]);
  assert.equal(t.clock.timers, 1);
  await t.clock.advance(500);
  assert.deepEqual(t.answers, ["a: yes", "b: undefined"]);
  assert.equal(t.clock.timers, 0);
});

Deno.test("Waiters.poke wakes all that wait for a key", async () => {
  const t = waiting();
  for (const name of ["a", "b", "c"]) t.wait(name);
  await settle();
  t.ready.set("a", "yes").set("c", "yes");
  t.waiters.poke("k");
  await settle();
  assert.deepEqual(t.answers, ["a: yes", "c: yes"]);
  assert.deepEqual([...t.asked.values()], [2, 2, 2]);
  assert.equal(t.waiters.size, 1);
});

Deno.test("Waiters lets a question that throws end its own wait only", async () => {
  const { clock, waiters } = waiting();
  let isBroken = false;
  const broken = waiters.until("k", () => {
    if (isBroken) throw new Error("broken");
  });
  const other = waiters.until("k", () => isBroken ? "fine" : undefined);
  await settle();
  isBroken = true;
  waiters.poke("k");
  await assert.rejects(broken, /broken/);
  assert.equal(await other, "fine");
  assert.equal(waiters.size, 0);
  await clock.advance(1_000);
  assert.equal(clock.timers, 0);
});
