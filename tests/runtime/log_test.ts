import assert from "node:assert/strict";
import {
  createLog,
  describeError,
  type LogFields,
  type LogFormat,
  type LogLevel,
} from "../../src/runtime/log.ts";

function logged(format: LogFormat, level: LogLevel = "debug") {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), wall: () => Date.UTC(2026, 0, 1, 12) }, {
    level,
    format,
  });
  return { log, lines };
}

function one(format: LogFormat, message: string, fields?: LogFields): string {
  const { log, lines } = logged(format);
  log.info(message, fields);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]!.indexOf("\n"), lines[0]!.length - 1, "one event is one line");
  return lines[0]!.slice(0, -1);
}

Deno.test("describeError() tells an error with its causes on one line", () => {
  const error = new Error("outer", { cause: new TypeError("inner", { cause: "text" }) });
  assert.equal(describeError(error), "outer: TypeError: inner: text");
  assert.equal(describeError(new DOMException("late", "TimeoutError")), "TimeoutError: late");
  assert.equal(describeError("text"), "text");
  assert.equal(describeError(undefined), "undefined");
  assert.equal(describeError(new Error("x", { cause: 0 })), "x: 0");
});

Deno.test("createLog() writes JSON with time, level, message and fields", () => {
  assert.deepEqual(
    JSON.parse(one("json", "evicted", { pod: "a/x", count: 3, nothing: undefined, list: [1] })),
    {
      time: "2026-01-01T12:00:00.000Z",
      level: "info",
      message: "evicted",
      pod: "a/x",
      count: 3,
      list: [1],
    },
  );
});

Deno.test("createLog() writes console lines with bare words, and quotes the rest", () => {
  assert.equal(
    one("console", "evicted", {
      pod: "a/x",
      url: "https://x:1",
      note: "two words",
      n: 3,
      empty: "",
      gone: undefined,
    }),
    `2026-01-01T12:00:00.000Z INFO  evicted pod=a/x url=https://x:1 note="two words" n=3 empty=""`,
  );
});

Deno.test("createLog() writes errors in fields with their causes", () => {
  const error = new Error("PUT failed", { cause: new TypeError("refused") });
  assert.equal(JSON.parse(one("json", "m", { error })).error, "PUT failed: TypeError: refused");
  assert.match(one("console", "m", { error }), /error="PUT failed: TypeError: refused"$/);
});

Deno.test("createLog() leaves out what is below its level", () => {
  const all: readonly LogLevel[] = ["debug", "info", "warn", "error"];
  for (const [index, level] of all.entries()) {
    const { log, lines } = logged("json", level);
    for (const each of all) log[each]("m");
    assert.deepEqual(lines.map((line) => JSON.parse(line).level), all.slice(index));
  }
});

for (
  const hostile of [
    'a\n2026 ERROR forged level="x"',
    'quote " and \\',
    "tab\tcr\r\n",
    "\u001b[31mred",
    "a=b c=d",
    "one\u2028two\u2029three\u0085four",
    "\u009b31mred\u007f",
    "\u202egnp.exe\u2066",
    "\ufeffno\u200bwidth",
  ]
) {
  Deno.test(`fault 60: createLog() keeps ${JSON.stringify(hostile)} inside its field`, () => {
    assert.equal(JSON.parse(one("json", hostile, { field: hostile })).field, hostile);
    assert.equal(JSON.parse(one("json", hostile)).message, hostile);
    for (
      const line of [one("json", hostile, { field: hostile }), one("console", hostile, { field: hostile })]
    ) {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
    }
    const line = one("console", "m", { field: hostile, after: 1 });
    const written = /^\S+ INFO {2}m field=(".*") after=1$/.exec(line)?.[1];
    assert.equal(JSON.parse(written!), hostile);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(line, /[\u0000-\u001f]/);
  });
}

Deno.test("createLog() cuts a text that is too long for a line, in fields, lists and messages", () => {
  const long = "x".repeat(10 * 1_024 * 1_024);
  for (const format of ["json", "console"] as const) {
    const line = one(format, long, { field: long, list: [long], error: new Error(long) });
    assert.ok(line.length < 25_000, `${line.length} characters`);
    assert.match(line, /x… \(10485760 characters\)/);
  }
  assert.equal(JSON.parse(one("json", "m", { field: "x".repeat(4_096) })).field.length, 4_096);
});

Deno.test("createLog() writes a console message on one line", () => {
  assert.equal(one("console", "first\nsecond\r\n\tthird"), "2026-01-01T12:00:00.000Z INFO  first second third");
});

Deno.test("createLog() keeps __proto__ a field like any other", () => {
  const fields = JSON.parse('{"__proto__": "x", "constructor": "y"}');
  assert.equal(
    one("json", "m", fields),
    `{"time":"2026-01-01T12:00:00.000Z","level":"info","message":"m",` +
      `"__proto__":"x","constructor":"y"}`,
  );
});
