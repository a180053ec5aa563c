import type { Decision } from "../domain/decide.ts";
import type { LogFields } from "../runtime/log.ts";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";

/** What names a workload in a log line. */
export function fieldsOf(key: WorkloadKey): LogFields {
  const { kind, namespace, name } = parseWorkloadKey(key);
  return { namespace, workload: `${kind}/${name}` };
}

/** What a log line says of a decision. */
export function decisionFields(decision: Decision): LogFields {
  const { census, spotTarget, action, reason, detail } = decision;
  return {
    action,
    reason,
    detail,
    spot: census.spot,
    onDemand: census.onDemand,
    uncounted: census.uncounted.size === 0 ? undefined : Object.fromEntries(census.uncounted),
    target: spotTarget,
    victims: action === "evict" ? decision.victims.map((victim) => victim.name) : undefined,
    until: action === "hold" && Number.isFinite(decision.until)
      ? new Date(decision.until!).toISOString()
      : undefined,
  };
}
