import type { Cause } from "../api/failure.ts";
import { notNegative, wrong } from "./causes.ts";

export interface StatusRules {
  /** Counts, in the order in which the API server looks at them. */
  readonly counts: readonly string[];
  /** Those of them that cannot be more than `replicas`. */
  readonly ofReplicas?: readonly string[];
  /** How the message calls the pods of which the available ones are a part. */
  readonly readyName?: string;
}

/** `ValidateDeploymentStatus` and its like. */
export function* statusProblems(
  status: object = {},
  { counts, ofReplicas = [], readyName }: StatusRules,
): Generator<Cause> {
  const values = status as Readonly<Record<string, number | undefined>>;
  for (const name of counts) yield* notNegative(`status.${name}`, values[name]);
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = values;
  for (const name of ofReplicas) {
    const value = values[name] ?? 0;
    if (value > replicas) {
      yield wrong(`status.${name}`, { value, why: "cannot be greater than status.replicas" });
    }
  }
  if (readyName !== undefined && availableReplicas > readyReplicas) {
    yield wrong("status.availableReplicas", {
      value: availableReplicas,
      why: `cannot be greater than ${readyName}`,
    });
  }
}
