import assert from "node:assert/strict";
import { type FallbackMember, SpotBreakers } from "../../src/domain/fallback.ts";
import { type SpotEvidence, spotEvidence } from "../../src/domain/spot_evidence.ts";
import { FALLBACK_SETTINGS, podView } from "../support/builders.ts";

const { afterMs, retryAfterMs, maxRetryAfterMs } = FALLBACK_SETTINGS;
const START = Date.UTC(2025, 0, 6, 12);
const MINUTE = 60_000;

const NOTHING: SpotEvidence = { stuck: [], waitingMs: undefined, scheduledMs: undefined, placed: undefined };
const WEB: FallbackMember = { uid: "web", group: "any", afterMs };
const API: FallbackMember = { uid: "api", group: "any", afterMs };
const GPU: FallbackMember = { uid: "gpu", group: "gpu", afterMs };

/** A spot pod that no node was found for since `sinceMs`. */
function stuckSince(sinceMs: number): SpotEvidence {
  return { ...NOTHING, stuck: [{ sinceMs, createdMs: sinceMs }], waitingMs: sinceMs };
}

const scheduledAt = (scheduledMs: number): SpotEvidence => ({ ...NOTHING, scheduledMs });

/** Breakers over a clock of their own. */
function scene() {
  const breakers = new SpotBreakers(FALLBACK_SETTINGS);
  const of = {
    nowMs: START,
    see: (member: FallbackMember, evidence: SpotEvidence) => breakers.observe(member, evidence, of.nowMs),
    view: (member = WEB, evidence = NOTHING) => breakers.view(member, evidence, of.nowMs),
    mark: (member = WEB) => breakers.markOf(member.uid, of.nowMs),
    probe: (isGiven: boolean, member = WEB) => breakers.probe(member.uid, { isGiven, nowMs: of.nowMs }),
    /** Spot pods of these workloads are stuck for long enough, and replaced. */
    open(...members: FallbackMember[]) {
      for (const member of members) of.see(member, stuckSince(of.nowMs - afterMs!));
      for (const member of members) of.see(member, NOTHING);
    },
    /** A probe goes out, and finds no node within `after`. */
    failProbe(member = WEB) {
      of.probe(true, member);
      const evidence = stuckSince(of.nowMs);
      of.see(member, evidence);
      of.nowMs += afterMs!;
      of.see(member, evidence);
      of.see(member, NOTHING);
    },
    breakers,
  };
  return of;
}

Deno.test("SpotBreakers open when a spot pod is unschedulable for `after`, and not a moment sooner", () => {
  const { see, view, mark } = scene();
  see(WEB, stuckSince(START - afterMs! + 1));
  assert.equal(view().state, "closed");
  assert.equal(mark(), undefined);
  see(WEB, stuckSince(START - afterMs!));
  assert.equal(view().state, "open");
  assert.deepEqual(mark(), { retryAtMs: START + retryAfterMs, retryAfterMs });
  assert.equal(mark(API), undefined, "each workload has its own");
});

Deno.test("SpotBreakers follow the time that a workload asks for, and never open where it asks for none", () => {
  const { see, view } = scene();
  see({ ...WEB, afterMs: 10_000 }, stuckSince(START - 10_000));
  assert.equal(view().state, "open");
  const off = { ...API, afterMs: undefined };
  const evidence = stuckSince(START - 24 * 60 * MINUTE);
  see(off, evidence);
  assert.equal(view(off, evidence).state, "waiting");
  assert.equal(view(off, stuckSince(START - afterMs! + 1)).state, "closed", "not for long yet");
});

Deno.test("SpotBreakers close when falling back is turned off meanwhile", () => {
  const { open, see, view, mark } = scene();
  open(WEB);
  see({ ...WEB, afterMs: undefined }, NOTHING);
  assert.equal(view().state, "closed");
  assert.equal(mark(), undefined);
});

Deno.test("SpotBreakers let one pod try spot when it is time, and the next ones not", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += retryAfterMs - 1;
  assert.equal(of.view().mayProbe, false);
  assert.notEqual(of.mark(), undefined);
  of.nowMs += 1;
  assert.equal(of.view().mayProbe, true);
  assert.equal(of.mark(), undefined, "the next pod goes to spot");
  of.probe(true);
  assert.equal(of.view().mayProbe, false);
  assert.deepEqual(of.mark(), { retryAtMs: of.nowMs + retryAfterMs, retryAfterMs });
});

Deno.test("SpotBreakers keep the try of an evicted pod for its own replacement", () => {
  const of = scene();
  of.open(WEB, API);
  of.nowMs += retryAfterMs;
  of.probe(false, WEB);
  assert.equal(of.view(WEB).mayProbe, false, "one is on its way");
  assert.notEqual(of.mark(API), undefined);
  assert.equal(of.mark(WEB), undefined);
});

Deno.test("SpotBreakers try again where a probe's pod never came", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += retryAfterMs;
  of.probe(false);
  of.nowMs += afterMs! + 30_000;
  assert.equal(of.view().mayProbe, true);
});

Deno.test("SpotBreakers close when a spot pod gets a node after they opened, and not by an earlier one", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += MINUTE;
  of.see(WEB, scheduledAt(START - 1));
  assert.equal(of.view().state, "open");
  of.see(WEB, scheduledAt(START + MINUTE));
  assert.equal(of.view().state, "closed");
  assert.equal(of.mark(), undefined);
});

Deno.test("SpotBreakers double the wait with each probe that fails, up to the longest", () => {
  const of = scene();
  of.open(WEB);
  const waits: number[] = [];
  for (let probe = 0; probe < 5; probe++) {
    const { retryAtMs } = of.view();
    waits.push(retryAtMs! - of.nowMs);
    of.nowMs = retryAtMs!;
    of.failProbe();
  }
  assert.deepEqual(waits, [10, 20, 40, 60, 60].map((minutes) => minutes * MINUTE));
});

Deno.test("SpotBreakers count one failed probe once, however often its pod is looked at", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += retryAfterMs;
  of.probe(true);
  const evidence = stuckSince(of.nowMs);
  of.nowMs += afterMs!;
  for (let look = 0; look < 3; look++) of.see(WEB, evidence);
  assert.equal(of.view().retryAtMs, of.nowMs + 2 * retryAfterMs);
});

Deno.test("SpotBreakers go on doubling where spot fails again soon after it came back", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += MINUTE;
  of.see(WEB, scheduledAt(of.nowMs));
  of.nowMs += 5 * MINUTE;
  of.open(WEB);
  assert.equal(of.view().retryAtMs, of.nowMs + 2 * retryAfterMs);
  of.nowMs += MINUTE;
  of.see(WEB, scheduledAt(of.nowMs));
  of.nowMs += 2 * retryAfterMs;
  of.open(WEB);
  assert.equal(of.view().retryAtMs, of.nowMs + retryAfterMs, "long after, it starts anew");
});

Deno.test("SpotBreakers of one group close together; those that ask for other nodes stay", () => {
  const of = scene();
  of.open(WEB, API, GPU);
  of.nowMs += MINUTE;
  assert.deepEqual(of.see(WEB, scheduledAt(of.nowMs)), ["api"]);
  assert.deepEqual([WEB, API, GPU].map((each) => of.view(each).state), ["closed", "closed", "open"]);
});

Deno.test("SpotBreakers of one group probe in turn: a failure puts off the others, too", () => {
  const of = scene();
  of.open(WEB, API, GPU);
  of.nowMs += retryAfterMs;
  of.probe(true, WEB);
  assert.deepEqual([API, GPU].map((each) => of.view(each).mayProbe), [false, true]);
  of.failProbe(WEB);
  assert.equal(of.view(WEB).retryAtMs, of.nowMs + 2 * retryAfterMs);
  assert.equal(of.view(API).retryAtMs, of.nowMs + retryAfterMs, "the next turn is another's");
});

Deno.test("SpotBreakers that open again soon learn from others only from halfway to their own try", () => {
  const of = scene();
  of.open(WEB, API);
  of.nowMs += MINUTE;
  of.see(API, scheduledAt(of.nowMs));
  of.nowMs += 3 * MINUTE;
  of.open(WEB);
  const { retryAtMs } = of.view(WEB);
  of.nowMs = retryAtMs! - retryAfterMs;
  assert.deepEqual(of.see(API, scheduledAt(of.nowMs)), [], "spot may not take what it takes of others");
  assert.equal(of.view(WEB).state, "open");
  of.nowMs += 1_000;
  assert.deepEqual(of.see(API, scheduledAt(of.nowMs)), ["web"]);
});

Deno.test("SpotBreakers are closed by their own success, whoever had one in the same second", () => {
  const of = scene();
  of.open(WEB, API);
  of.nowMs += MINUTE;
  of.see(API, scheduledAt(of.nowMs));
  of.nowMs += 3 * MINUTE;
  of.open(WEB);
  of.nowMs += MINUTE;
  of.see(API, scheduledAt(of.nowMs));
  of.see(WEB, scheduledAt(of.nowMs));
  assert.equal(of.view(WEB).state, "closed");
});

Deno.test("SpotBreakers let another go first where two would try at once for the longest wait", () => {
  const of = scene();
  of.open(WEB, API);
  for (let round = 0; round < 12; round++) {
    const [first, second] = [WEB, API].toSorted((a, b) => of.view(a).retryAtMs! - of.view(b).retryAtMs!);
    of.nowMs = Math.max(of.nowMs, of.view(first).retryAtMs!);
    of.failProbe(first);
    assert.ok(of.view(second).retryAtMs! < of.view(first).retryAtMs!, `round ${round}: the other is next`);
    assert.ok(of.view(second).retryAtMs! <= of.nowMs + maxRetryAfterMs);
  }
});

Deno.test("SpotBreakers put off another no longer than the one that has failed is put off", () => {
  const of = scene();
  of.open(WEB);
  for (let probe = 0; probe < 3; probe++) {
    of.nowMs = of.view().retryAtMs!;
    of.failProbe();
  }
  of.open(API);
  of.nowMs = of.view(API).retryAtMs!;
  const before = of.view(WEB).retryAtMs!;
  of.failProbe(API);
  assert.equal(of.view(WEB).retryAtMs, Math.max(before, of.nowMs + 2 * retryAfterMs));
});

Deno.test("SpotBreakers take no pod for a try that was on its way when they opened", () => {
  const of = scene();
  of.open(WEB);
  const { retryAtMs } = of.view();
  const late = stuckSince(of.nowMs + 1_000);
  of.nowMs += afterMs! + 1_000;
  of.see(WEB, late);
  assert.equal(of.view().retryAtMs, retryAtMs);
});

Deno.test("SpotBreakers wait for a probe as long as its workload lets a pod wait", () => {
  const of = scene();
  const slow = { ...WEB, afterMs: 4 * afterMs! };
  of.open(API);
  of.see(slow, stuckSince(of.nowMs - slow.afterMs));
  of.see(slow, NOTHING);
  of.nowMs += retryAfterMs;
  of.probe(true, slow);
  of.nowMs += slow.afterMs;
  assert.equal(of.view(API).mayProbe, false);
});

Deno.test("SpotBreakers give the try back of a pod that was not evicted, and not of one that has begun", () => {
  const of = scene();
  of.open(WEB, API);
  of.nowMs += retryAfterMs;
  of.probe(false, WEB);
  of.breakers.endProbe("api");
  assert.equal(of.view(API).mayProbe, false, "it is not its own");
  of.breakers.endProbe("web");
  assert.equal(of.view(API).mayProbe, true);
  of.probe(true, WEB);
  of.breakers.endProbe("web");
  assert.equal(of.view(API).mayProbe, false);
});

const PLACED = { createdMs: START - MINUTE, retryAtMs: START + 15 * MINUTE, retryAfterMs: 20 * MINUTE };

Deno.test("SpotBreakers read an earlier leader's fallback back from its pods", () => {
  const of = scene();
  of.see(WEB, { ...NOTHING, placed: PLACED });
  assert.equal(of.view().state, "open");
  assert.deepEqual(of.mark(), { retryAtMs: PLACED.retryAtMs, retryAfterMs: PLACED.retryAfterMs });
  of.nowMs = PLACED.retryAtMs;
  of.failProbe();
  assert.equal(of.view().retryAtMs, of.nowMs + 2 * PLACED.retryAfterMs);
});

const OVER: readonly [why: string, evidence: SpotEvidence][] = [
  ["a spot pod got its node since", { ...NOTHING, placed: PLACED, scheduledMs: PLACED.createdMs + 1_000 }],
  ["no pod says so", { ...NOTHING, scheduledMs: START - 60 * MINUTE }],
];

for (const [why, evidence] of OVER) {
  Deno.test(`SpotBreakers read no open fallback from pods where ${why}`, () => {
    const of = scene();
    of.see(WEB, evidence);
    assert.equal(of.view().state, "closed");
  });
}

Deno.test("SpotBreakers do not take a pod of a fallback that is over for a new one", () => {
  const of = scene();
  of.open(WEB);
  of.nowMs += MINUTE;
  of.see(WEB, scheduledAt(of.nowMs));
  // Admission had placed it a moment before.
  of.see(WEB, { ...NOTHING, scheduledMs: of.nowMs, placed: { ...PLACED, createdMs: of.nowMs + 1_000 } });
  assert.equal(of.view().state, "closed");
});

Deno.test("SpotBreakers believe no pod that asks for more than the longest wait", () => {
  const of = scene();
  const years = 365 * 24 * 60 * MINUTE;
  of.see(WEB, { ...NOTHING, placed: { ...PLACED, retryAtMs: START + years, retryAfterMs: years } });
  assert.deepEqual(of.mark(), { retryAtMs: START + maxRetryAfterMs, retryAfterMs: maxRetryAfterMs });
  of.breakers.forgetAll();
  of.see(WEB, { ...NOTHING, placed: { ...PLACED, retryAfterMs: 1 } });
  assert.equal(of.mark()!.retryAfterMs, retryAfterMs);
});

Deno.test("SpotBreakers forget a workload, and all of them, with what others learned from it", () => {
  const of = scene();
  of.open(WEB, API);
  of.nowMs += retryAfterMs;
  of.probe(true, WEB);
  of.breakers.forget("web");
  assert.equal(of.breakers.knows("web"), false);
  assert.equal(of.view(WEB).state, "closed");
  assert.equal(of.view(API).mayProbe, true, "its probe is over");
  of.breakers.forgetAll();
  assert.equal(of.breakers.knows("api"), false);
  assert.equal(of.view(API).state, "closed");
});

Deno.test("SpotBreakers start anew where the template asks for other nodes", () => {
  const of = scene();
  of.open(WEB, API);
  of.see({ ...WEB, group: "gpu" }, NOTHING);
  assert.equal(of.view(WEB).state, "closed");
  of.nowMs += MINUTE;
  assert.deepEqual(of.see({ ...WEB, group: "gpu" }, scheduledAt(of.nowMs)), [], "it has left the group");
  assert.equal(of.view(API).state, "open");
});

Deno.test("SpotBreakers do not go by the pods of an earlier template", () => {
  const of = scene();
  const placed = { createdMs: START - MINUTE, retryAtMs: START + MINUTE, retryAfterMs };
  of.see(WEB, { ...NOTHING, placed });
  assert.equal(of.view().state, "open");
  of.see({ ...WEB, group: "gpu" }, { ...NOTHING, placed });
  assert.equal(of.view().state, "closed");
});

Deno.test("SpotBreakers of an earlier leader stay open though others had got spot nodes by then", () => {
  const of = scene();
  const placed = { ...PLACED, retryAtMs: START + 18 * MINUTE };
  of.see(WEB, { ...NOTHING, placed });
  of.see(API, scheduledAt(START - 1_000));
  assert.equal(of.view().state, "open", "that has not closed it for the earlier leader either");
  assert.equal(of.view().isInherited, true);
  of.nowMs += MINUTE;
  of.see(API, scheduledAt(of.nowMs));
  assert.equal(of.view().state, "closed");
});

Deno.test("spotEvidence() takes no pod of a fallback for one that got a spot node: its node changed its kind", () => {
  const fallback = { retryAtMs: START, retryAfterMs: 600_000 };
  const scheduledMs = START + MINUTE;
  assert.equal(spotEvidence([podView({ scheduledMs })]).scheduledMs, scheduledMs);
  assert.equal(spotEvidence([podView({ scheduledMs, fallback })]).scheduledMs, undefined);
});
