import { createOnlooker, type Observer, settingsOf } from "../observer.ts";
import { decide, type Decision, explainGates } from "../domain/decide.ts";
import { slotCapacity } from "../domain/distribution.ts";
import { formatDuration } from "../domain/duration.ts";
import { KNOWN_TO_LEADER } from "../domain/gates.ts";
import type { DisruptionSettings, Instant, WorkloadSnapshot } from "../domain/snapshot.ts";
import { systemClock } from "../runtime/clock.ts";
import { createLog } from "../runtime/log.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { appDeps, type Outside, readConfig } from "./context.ts";
import { observe } from "./observe.ts";
import { describePolicy } from "./plan.ts";
import { renderTable } from "./table.ts";

export interface Explanation {
  readonly snapshot: WorkloadSnapshot;
  readonly decision: Decision;
  readonly gates: ReturnType<typeof explainGates>;
}

const KINDS: Readonly<Record<string, "Deployment" | "StatefulSet">> = {
  deployment: "Deployment",
  deployments: "Deployment",
  deploy: "Deployment",
  statefulset: "StatefulSet",
  statefulsets: "StatefulSet",
  sts: "StatefulSet",
};

const LEADER_KNOWS = "only the leader knows: see spotalis_workload_held, or its log";

/** `deploy/web`, as kubectl writes it. */
export function parseTarget(text: string | undefined): { kind: "Deployment" | "StatefulSet"; name: string } {
  const [kindText = "", name = "", ...rest] = (text ?? "").split("/");
  const kind = Object.hasOwn(KINDS, kindText.toLowerCase()) ? KINDS[kindText.toLowerCase()] : undefined;
  if (kind === undefined || name === "" || rest.length > 0) {
    throw new UsageError(
      `explain takes KIND/NAME, where KIND is deployment or statefulset, not "${text ?? ""}"`,
    );
  }
  return { kind, name };
}

/** What is asked of a workload, what is there, and what each gate says; undefined: no such workload. */
export function computeExplanation(
  observer: Observer,
  { target, settings, now }: {
    target: { kind: string; namespace: string; name: string };
    settings: DisruptionSettings;
    now: Instant;
  },
): Explanation | undefined {
  const workload = observer.cache.workload(target.kind, target);
  if (workload === undefined) return undefined;
  const snapshot = createOnlooker(observer, { settings, now })(workload);
  return {
    snapshot,
    decision: decide(snapshot, { settings, now }),
    gates: explainGates(snapshot, { settings, now }),
  };
}

export function renderExplanation(
  { snapshot, decision, gates }: Explanation,
  options: { isTerminal: boolean },
): string {
  const { census, spotTarget } = decision;
  const uncounted = [...census.uncounted].map(([why, pods]) => `, ${pods} ${why}`).join("");
  const asked = spotTarget === undefined
    ? ""
    : `; asked are ${spotTarget} and ${census.spot + census.onDemand - spotTarget}`;
  const facts = [
    ["policy", describePolicy(snapshot.policy) + windowOf(snapshot)],
    ["replicas", String(snapshot.replicas)],
    ["pods", `${census.spot} spot and ${census.onDemand} on-demand${uncounted}${asked}`],
    ["decision", `${decision.action} (${decision.reason}): ${decision.detail}`],
  ];
  const gateRows = gates.map(({ gate, answer }) => {
    if (answer !== undefined) return [gate, "holds", answer.detail + untilOf(answer.until)];
    return KNOWN_TO_LEADER.has(gate) ? [gate, "unknown", LEADER_KNOWS] : [gate, "passes", ""];
  });
  return `${snapshot.kind} ${snapshot.namespace}/${snapshot.name}\n` +
    renderTable(facts.map((fact) => ["", ...fact]), { isTerminal: false }) + "\n" +
    renderTable([["SLOT", "KIND", "POD", "ON", "STATE"], ...slotRows(snapshot)], options) + "\n" +
    renderTable([["GATE", "ANSWER", "WHY"], ...gateRows], options);
}

function gateJson({ gate, answer }: Explanation["gates"][number]) {
  const isUnknown = answer === undefined && KNOWN_TO_LEADER.has(gate);
  return { gate, answer: answer === undefined ? (isUnknown ? "unknown" : "passes") : "holds", ...answer };
}

function untilOf(until: number | undefined): string {
  if (until === undefined) return "";
  return Number.isFinite(until) ? ` (until ${new Date(until).toISOString()})` : " (it never opens)";
}

function windowOf({ policy }: WorkloadSnapshot): string {
  const window = policy.kind === "managed" ? policy.policy.window : undefined;
  return window === undefined ? "" : `; window "${window.schedule}" for ${formatDuration(window.durationMs)}`;
}

function slotRows({ pods, policy }: WorkloadSnapshot): string[][] {
  const bySlot = pods.toSorted((a, b) =>
    (a.slot ?? Infinity) - (b.slot ?? Infinity) || (a.name < b.name ? -1 : 1)
  );
  return bySlot.map((pod) => [
    pod.slot === undefined ? "-" : String(pod.slot),
    pod.slot === undefined || policy.kind !== "managed" ? "-" : slotCapacity(pod.slot, policy.policy),
    pod.name,
    pod.where,
    [
      pod.isTerminating ? "terminating" : pod.isFinished ? "finished" : pod.isReady ? "ready" : "not ready",
      pod.protectedBy,
      pod.isPinned ? "pinned by template" : undefined,
      pod.departing && `node departing: ${pod.departing}`,
      ...pod.budgets.map((name) => `budget ${name}`),
    ].filter((part) => part !== undefined).join(", "),
  ]);
}

export async function explain(
  args: Arguments,
  { outside, stop }: { outside: Outside; stop: AbortSignal },
): Promise<void> {
  const named = parseTarget(args.positionals[0]);
  const { config } = await readConfig(args, outside);
  const log = createLog({ write: outside.writeError, wall: systemClock.wall }, {
    level: "warn",
    format: "console",
  });
  const deps = await appDeps(args, { config, outside, log });
  const namespace = args.namespace ?? deps.connection.namespace ?? "default";
  const target = { ...named, namespace };
  const now = { monotonicMs: deps.clock.now(), wallMs: deps.clock.wall() };
  const options = { target, settings: settingsOf(config), now };
  const explanation = await observe(deps, { look: (observer) => computeExplanation(observer, options), stop });
  if (explanation === undefined) throw new Error(`there is no ${target.kind} "${namespace}/${target.name}"`);
  if (args.output === "text") {
    outside.write(renderExplanation(explanation, outside));
    return;
  }
  const { snapshot, decision, gates } = explanation;
  const census = { ...decision.census, uncounted: Object.fromEntries(decision.census.uncounted) };
  const shown = { ...decision, census };
  const { moves: _moves, standing: _standing, ...facts } = snapshot;
  outside.write(
    `${JSON.stringify({ workload: facts, decision: shown, gates: gates.map(gateJson) }, null, 2)}\n`,
  );
}
