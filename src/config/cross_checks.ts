import { named } from "../domain/quote.ts";
import { Duration } from "./duration.ts";
import { type ConfigTree, valueAt } from "./tree.ts";

export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What a schema cannot say of one key alone. Keys that are wrong by themselves are passed over. */
export function crossChecks(tree: ConfigTree): Problem[] {
  const problems: Problem[] = [];
  const ms = (path: string) => Duration.parse(valueAt(tree, path))?.ms;
  const isLess = (path: string, other: string, factor = 1) => {
    const [low, high] = [ms(path), ms(other)];
    if (low === undefined || high === undefined || low * factor < high) return;
    const rule = factor === 1 ? "" : `, ${factor} times over`;
    problems.push({ path, message: `has to be less than ${other}${rule} (${shown(tree, other)})` });
  };
  const election = "operator.leaderElection";
  isLess(`${election}.renewDeadline`, `${election}.leaseDuration`);
  isLess(`${election}.retryPeriod`, `${election}.renewDeadline`, 1.2);
  bothOrNeither(tree, {
    one: "operator.disruptionWindow.schedule",
    other: "operator.disruptionWindow.duration",
  })
    .forEach((problem) => problems.push(problem));
  const classifier = "controllers.nodeClassifier";
  bothOrNeither(tree, { one: `${classifier}.spotLabels`, other: `${classifier}.onDemandLabels` })
    .forEach((problem) => problems.push(problem));
  const [retry, most] = [
    "controllers.spotFallback.retryAfter",
    "controllers.spotFallback.maxRetryAfter",
  ] as const;
  const [retryMs, mostMs] = [ms(retry), ms(most)];
  if (retryMs !== undefined && mostMs !== undefined && retryMs > mostMs) {
    problems.push({ path: retry, message: `may not be more than ${most} (${shown(tree, most)})` });
  }
  problems.push(...portClashes(tree));
  return problems;
}

/** Servers that are enabled and would listen on one port. */
function portClashes(tree: ConfigTree): Problem[] {
  const addresses = ["webhook.port", "observability.metrics.bindAddress", "observability.health.bindAddress"];
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of addresses) {
    const section = path.slice(0, path.lastIndexOf("."));
    const port = String(valueAt(tree, path)).replace(/^.*:/, "");
    if (valueAt(tree, `${section}.enabled`) === false || port === "0") continue;
    const other = taken.get(port);
    if (other !== undefined) {
      problems.push({ path, message: `has the port of ${other} (${shown(tree, other)})` });
    }
    taken.set(port, path);
  }
  return problems;
}

/** The value beside which another is wrong; a stranger may have written it, and not as a text. */
function shown(tree: ConfigTree, path: string): string {
  return named(String(valueAt(tree, path)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function bothOrNeither(tree: ConfigTree, { one, other }: { one: string; other: string }): Problem[] {
  const [isOneEmpty, isOtherEmpty] = [isEmpty(valueAt(tree, one)), isEmpty(valueAt(tree, other))];
  if (isOneEmpty === isOtherEmpty) return [];
  const [empty, given] = isOneEmpty ? [one, other] : [other, one];
  return [{ path: empty, message: `has to be given, since ${given} is: both or neither` }];
}
