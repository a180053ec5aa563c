import assert from "node:assert/strict";
import { Circuit } from "../../src/runtime/circuit.ts";

const OPTIONS = { refusals: 3, silenceMs: 300, waitMs: 1_000, longestWaitMs: 4_000 };

/** One that was opened at `ms` by quick failures. */
function opened(ms = 0): Circuit {
  const circuit = new Circuit(OPTIONS);
  for (let i = 0; i < OPTIONS.refusals; i++) circuit.fail(circuit.begin(ms)!, ms);
  assert.ok(circuit.isOpen);
  return circuit;
}

Deno.test("Circuit lets everything through while attempts succeed", () => {
  const circuit = new Circuit(OPTIONS);
  for (let ms = 0; ms < 100; ms++) {
    const attempt = circuit.begin(ms);
    assert.equal(attempt?.isProbe, false);
    circuit.succeed(attempt, ms);
  }
  assert.equal(circuit.isOpen, false);
});

Deno.test("Circuit opens at the third refusal in a row, and not before", () => {
  const circuit = new Circuit(OPTIONS);
  const attempts = [0, 1, 2].map((ms) => circuit.begin(ms)!);
  circuit.fail(attempts[0]!, 3);
  circuit.fail(attempts[1]!, 4);
  assert.equal(circuit.isOpen, false);
  circuit.fail(attempts[2]!, 5);
  assert.equal(circuit.isOpen, true);
  assert.equal(circuit.begin(6), undefined);
});

Deno.test("Circuit starts counting anew after a success", () => {
  const circuit = new Circuit(OPTIONS);
  for (let ms = 0; ms < 30; ms++) {
    if (ms % 3 === 2) circuit.succeed(circuit.begin(ms)!, ms);
    else circuit.fail(circuit.begin(ms)!, ms);
  }
  assert.equal(circuit.isOpen, false);
});

Deno.test("Circuit opens at one attempt that meets silence", () => {
  const circuit = new Circuit(OPTIONS);
  circuit.fail(circuit.begin(1_000)!, 1_300);
  assert.equal(circuit.isOpen, true);
});

Deno.test("Circuit stays closed when many attempts meet silence, and one succeeds meanwhile", () => {
  const circuit = new Circuit(OPTIONS);
  for (let ms = 0; ms < 3_000; ms += 300) {
    const slow = Array.from({ length: 10 }, () => circuit.begin(ms)!);
    circuit.succeed(circuit.begin(ms + 100)!, ms + 200);
    for (const each of slow) circuit.fail(each, ms + 300);
  }
  assert.equal(circuit.isOpen, false);
});

Deno.test("Circuit lets one probe through after its wait, and closes when that succeeds", () => {
  const circuit = opened(0);
  assert.equal(circuit.begin(999), undefined);
  const probe = circuit.begin(1_000);
  assert.equal(probe?.isProbe, true);
  assert.equal(circuit.begin(1_001), undefined, "one at a time");
  circuit.succeed(probe, 1_050);
  assert.equal(circuit.isOpen, false);
  assert.equal(circuit.begin(1_051)?.isProbe, false);
});

Deno.test("Circuit waits twice as long after each probe that fails, up to the longest wait", () => {
  const circuit = opened(0);
  let ms = 0;
  const waits = [1_000, 2_000, 4_000, 4_000, 4_000];
  for (const wait of waits) {
    assert.equal(circuit.begin(ms + wait - 1), undefined, `${wait}`);
    ms += wait;
    circuit.fail(circuit.begin(ms)!, ms);
  }
});

Deno.test("Circuit begins with the first wait again when it opens again", () => {
  const circuit = opened(0);
  circuit.fail(circuit.begin(1_000)!, 1_000);
  circuit.succeed(circuit.begin(3_000)!, 3_000);
  for (let i = 0; i < 3; i++) circuit.fail(circuit.begin(4_000)!, 4_000);
  assert.equal(circuit.begin(4_999), undefined);
  assert.equal(circuit.begin(5_000)?.isProbe, true);
});

Deno.test("Circuit takes stragglers from before the opening: a success closes it, a failure changes nothing", () => {
  for (const isGood of [true, false]) {
    const circuit = new Circuit(OPTIONS);
    const straggler = circuit.begin(0)!;
    for (let i = 0; i < 3; i++) circuit.fail(circuit.begin(0)!, 1);
    if (isGood) circuit.succeed(straggler, 200);
    else circuit.fail(straggler, 300);
    assert.equal(circuit.isOpen, !isGood);
    if (!isGood) assert.equal(circuit.begin(1_001)?.isProbe, true);
  }
});

Deno.test("Circuit is closed after a reset, and attempts from before are of no account", () => {
  const circuit = opened(0);
  const probe = circuit.begin(1_000)!;
  circuit.reset();
  assert.equal(circuit.isOpen, false);
  circuit.fail(probe, 2_000);
  circuit.fail({ startedMs: 0, isProbe: false, era: 0 }, 2_000);
  circuit.fail({ startedMs: 0, isProbe: false, era: 0 }, 2_000);
  assert.equal(circuit.isOpen, false);
  for (let i = 0; i < 3; i++) circuit.fail(circuit.begin(2_000)!, 2_000);
  circuit.succeed(probe, 2_001);
  assert.equal(circuit.isOpen, true);
});
