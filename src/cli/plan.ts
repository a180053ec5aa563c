import { type AppDeps, createOnlooker, type Observer, settingsOf } from "../observer.ts";
import { decide, type Decision } from "../domain/decide.ts";
import type { PolicyResult } from "../domain/policy.ts";
import type { DisruptionSettings, Instant, WorkloadSnapshot } from "../domain/snapshot.ts";
import { systemClock } from "../runtime/clock.ts";
import { createLog } from "../runtime/log.ts";
import type { Arguments } from "./arguments.ts";
import { appDeps, type Outside, readConfig } from "./context.ts";
import { observe } from "./observe.ts";
import { renderTable } from "./table.ts";

export interface PlanRow {
  readonly namespace: string;
  readonly workload: string;
  readonly asked: string;
  readonly spot: number;
  readonly onDemand: number;
  /** Pods that should be on spot; null without a valid policy. */
  readonly spotTarget: number | null;
  readonly drift: number;
  readonly action: Decision["action"];
  readonly reason: string;
  readonly detail: string;
  readonly victims: readonly string[];
}

export interface Plan {
  readonly workloads: readonly PlanRow[];
  readonly sum: {
    readonly managed: number;
    readonly balanced: number;
    readonly drifting: number;
    readonly held: Readonly<Record<string, number>>;
    readonly invalid: number;
    readonly nodes: Readonly<Record<string, number>>;
  };
}

export interface PlanOptions {
  readonly settings: DisruptionSettings;
  readonly now: Instant;
  readonly namespace: string | undefined;
}

/** What the operator would do with every workload that is managed, or would be if it were valid. */
export function computePlan(observer: Observer, { settings, now, namespace }: PlanOptions): Plan {
  const { cache, view } = observer;
  const look = createOnlooker(observer, { settings, now });
  const rows: PlanRow[] = [];
  for (const workload of cache.workloads()) {
    if (namespace !== undefined && workload.namespace !== namespace) continue;
    if (view.policyOf(workload).kind === "unmanaged") continue;
    const snapshot = look(workload);
    rows.push(rowOf(snapshot, decide(snapshot, { settings, now })));
  }
  rows.sort((a, b) =>
    a.namespace < b.namespace || (a.namespace === b.namespace && a.workload < b.workload) ? -1 : 1
  );
  const held: Record<string, number> = {};
  for (const row of rows) if (row.action === "hold") held[row.reason] = (held[row.reason] ?? 0) + 1;
  const nodes = { "spot": 0, "on-demand": 0, "unknown": 0 };
  for (const node of cache.nodes.values()) nodes[node.capacity]++;
  const invalid = rows.filter((row) => row.spotTarget === null).length;
  return {
    workloads: rows,
    sum: {
      managed: rows.length - invalid,
      balanced: rows.filter((row) => row.spotTarget !== null && row.drift === 0).length,
      drifting: rows.filter((row) => row.drift !== 0).length,
      held,
      invalid,
      nodes,
    },
  };
}

/** A policy in words. */
export function describePolicy(policy: PolicyResult): string {
  if (policy.kind !== "managed") return policy.kind;
  const { spotPercentage, minOnDemand } = policy.policy;
  return `${spotPercentage}%${minOnDemand > 0 ? `, min ${minOnDemand}` : ""}`;
}

function rowOf(snapshot: WorkloadSnapshot, decision: Decision): PlanRow {
  return {
    namespace: snapshot.namespace,
    workload: `${snapshot.kind}/${snapshot.name}`,
    asked: describePolicy(snapshot.policy),
    spot: decision.census.spot,
    onDemand: decision.census.onDemand,
    spotTarget: decision.spotTarget ?? null,
    drift: decision.drift,
    action: decision.action,
    reason: decision.reason,
    detail: decision.detail,
    victims: decision.action === "evict" ? decision.victims.map((victim) => victim.name) : [],
  };
}

export function renderPlan({ workloads, sum }: Plan, { isTerminal }: { isTerminal: boolean }): string {
  const header = [
    "NAMESPACE",
    "WORKLOAD",
    "ASKED",
    "SPOT",
    "ON-DEMAND",
    "TARGET",
    "ACTION",
    "REASON",
    "DETAIL",
  ];
  const rows = workloads.map((row) => [
    row.namespace,
    row.workload,
    row.asked,
    String(row.spot),
    String(row.onDemand),
    row.spotTarget === null ? "-" : `${row.spotTarget}/${row.spot + row.onDemand - row.spotTarget}`,
    row.action,
    row.reason,
    row.victims.length > 0 ? `${row.detail} (next: ${row.victims.join(", ")})` : row.detail,
  ]);
  const held = Object.entries(sum.held).toSorted(([a], [b]) => a < b ? -1 : 1).map(([why, n]) => `${n} ${why}`);
  const nodes = Object.entries(sum.nodes).map(([capacity, n]) => `${n} ${capacity}`);
  return renderTable([header, ...rows], { isTerminal }) +
    `\n${sum.managed} managed: ${sum.balanced} balanced, ${sum.drifting} drifting; ` +
    `held: ${held.length > 0 ? held.join(", ") : "none"}; ${sum.invalid} invalid\n` +
    `nodes: ${nodes.join(", ")}\n`;
}

export async function plan(
  args: Arguments,
  { outside, stop }: { outside: Outside; stop: AbortSignal },
): Promise<void> {
  const { config } = await readConfig(args, outside);
  const log = createLog({ write: outside.writeError, wall: systemClock.wall }, {
    level: "warn",
    format: "console",
  });
  const deps = await appDeps(args, { config, outside, log });
  outside.write(await planText(deps, { args, outside, stop }));
}

/** What `plan` prints, of the cluster that `deps` are connected to. */
export async function planText(
  deps: AppDeps,
  { args, outside, stop }: {
    args: Pick<Arguments, "namespace" | "output">;
    outside: Pick<Outside, "isTerminal">;
    stop: AbortSignal;
  },
): Promise<string> {
  const now = { monotonicMs: deps.clock.now(), wallMs: deps.clock.wall() };
  const options = { settings: settingsOf(deps.config), now, namespace: args.namespace };
  const computed = await observe(deps, { look: (observer) => computePlan(observer, options), stop });
  return args.output === "json" ? `${JSON.stringify(computed, null, 2)}\n` : renderPlan(computed, outside);
}
