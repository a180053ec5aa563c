import assert from "node:assert/strict";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { LogBook } from "./log_book.ts";

const isSecond = ({ message }: { message: string }) => message === "second";

Deno.test("logged() answers with a line that is there already", async () => {
  const book = new LogBook(new FakeClock());
  book.add('{"level":"info","message":"first"}\n');
  book.add('{"level":"info","message":"second","of":"a"}');
  assert.equal((await book.logged(isSecond))["of"], "a");
});

Deno.test("logged() wakes for each line, and answers with the one that it waits for", async () => {
  const clock = new FakeClock();
  const book = new LogBook(clock);
  const logged = book.logged(isSecond);
  book.add('{"level":"info","message":"first"}');
  await settle();
  assert.equal(clock.timers, 1, "it waits on");
  book.add('{"level":"info","message":"second"}');
  assert.equal((await logged).level, "info");
  assert.equal(clock.timers, 0);
});

Deno.test("logged() gives up when its time is over, and tells of the log", async () => {
  const clock = new FakeClock();
  const book = new LogBook(clock);
  book.add("Killed");
  const refused = assert.rejects(
    book.logged(isSecond, 1_000),
    /within 1000 ms[^]*"level":"raw","message":"Killed"/,
  );
  await clock.advance(999);
  assert.equal(clock.timers, 1);
  await clock.advance(1);
  await refused;
});
