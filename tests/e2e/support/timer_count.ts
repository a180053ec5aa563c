/**
 * Counts the timers that wait, and tells each second on stderr, as a line of the log. To be executed before
 * the program: `deno run --preload`.
 */
const TELL_MS = 1_000;

const { setTimeout: set, clearTimeout: clear } = globalThis;
const waiting = new Set<unknown>();

globalThis.setTimeout = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const timer = set(() => {
    waiting.delete(timer);
    run(...args);
  }, ms);
  waiting.add(timer);
  return timer;
}) as typeof setTimeout;

globalThis.clearTimeout = (timer) => {
  if (timer !== undefined) waiting.delete(timer);
  clear(timer);
};

const encoder = new TextEncoder();
const telling = setInterval(() => {
  const line = { level: "debug", message: "timers", waiting: waiting.size };
  Deno.stderr.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
}, TELL_MS);
// The program begins when nothing of this keeps the event loop any more.
Deno.unrefTimer(telling);
