import { parseDuration } from "../domain/duration.ts";
import { DEFAULT_LENGTH, durationText } from "./scenario_values.ts";
import { isTree, valueAt } from "./tree.ts";
import type { Path, PathProblem } from "./scenario_problems.ts";

/** Names of the groups that the manifests lead to where a scenario has none. */
const DERIVED_GROUPS: readonly string[] = ["spot", "on-demand"];

interface Group {
  readonly name: string;
  readonly most: number | undefined;
}

/** What the schema cannot say of one key alone. Keys that are wrong by themselves are passed over. */
export function scenarioChecks(root: unknown): PathProblem[] {
  const tree = isTree(root) ? root : {};
  const written = valueAt(tree, "length") ?? DEFAULT_LENGTH;
  const lengthMs = ms(written) ?? Infinity;
  const groups = childrenOf(tree, "nodeGroups");
  return [
    ...groupProblems(groups),
    ...childrenOf(tree, "curves").flatMap((_, i, all) => curveProblems(all, { i, lengthMs })),
    ...childrenOf(tree, "events").flatMap((event, i) =>
      eventProblems(event, { path: ["events", i], lengthMs, groups: knownGroups(groups) })
    ),
  ];
}

function groupProblems(groups: readonly unknown[]): PathProblem[] {
  return groups.flatMap((group, i) => {
    const problems: PathProblem[] = [];
    const [name, nodes, most] = ["name", "nodes", "most"].map((key) => at(group, key));
    const first = groups.findIndex((other) => at(other, "name") === name);
    if (typeof name === "string" && first < i) {
      problems.push({
        path: ["nodeGroups", i, "name"],
        message: `has to differ from nodeGroups[${first}].name`,
      });
    }
    if (typeof nodes === "number" && typeof most === "number" && most < nodes) {
      problems.push({ path: ["nodeGroups", i, "most"], message: `has to be at least nodes (${nodes})` });
    }
    return problems;
  });
}

function curveProblems(
  curves: readonly unknown[],
  { i, lengthMs }: { i: number; lengthMs: number },
): PathProblem[] {
  const problems: PathProblem[] = [];
  const workload = at(curves[i], "workload");
  const first = curves.findIndex((other) => at(other, "workload") === workload);
  if (typeof workload === "string" && first < i) {
    problems.push({ path: ["curves", i, "workload"], message: `has to differ from curves[${first}].workload` });
  }
  const everyMs = ms(at(curves[i], "every"));
  const times = childrenOf(curves[i], "points").map((point) => ms(at(point, "at")));
  times.forEach((time, j) => {
    const path: Path = ["curves", i, "points", j, "at"];
    const before = times[j - 1];
    if (time === undefined) return;
    if (before !== undefined && time <= before) {
      problems.push({ path, message: `has to be later than the point before it (${durationText(before)})` });
    }
    const limit = everyMs === undefined ? { ms: lengthMs, of: "length" } : { ms: everyMs, of: "every" };
    if (time >= limit.ms) problems.push(isTooLate(path, limit));
  });
  return problems;
}

function eventProblems(
  event: unknown,
  { path, lengthMs, groups }: { path: Path; lengthMs: number; groups: readonly Group[] },
): PathProblem[] {
  const problems: PathProblem[] = [];
  const time = ms(at(event, "at"));
  if (time !== undefined && time >= lengthMs) {
    problems.push(isTooLate([...path, "at"], { ms: lengthMs, of: "length" }));
  }
  const [what, name] = [at(event, "do"), at(event, "group")];
  if ((what !== "reclaim" && what !== "outage") || typeof name !== "string") return problems;
  const group = groups.find((each) => each.name === name);
  if (group === undefined) {
    const names = new Set(groups.map((each) => each.name));
    problems.push({ path: [...path, "group"], message: `has to be a node group: ${[...names].join(", ")}` });
  }
  const nodes = at(event, "nodes");
  if (group?.most !== undefined && typeof nodes === "number" && nodes > group.most) {
    problems.push({
      path: [...path, "nodes"],
      message: `has to be at most as many as the group can have (${group.most})`,
    });
  }
  return problems;
}

function isTooLate(path: Path, { ms, of }: { ms: number; of: string }): PathProblem {
  return { path, message: `has to be less than ${of} (${durationText(ms)})` };
}

function knownGroups(groups: readonly unknown[]): Group[] {
  if (groups.length === 0) return DERIVED_GROUPS.map((name) => ({ name, most: undefined }));
  return groups.flatMap((group) => {
    const [name, most] = [at(group, "name"), at(group, "most") ?? at(group, "nodes")];
    return typeof name === "string" ? [{ name, most: typeof most === "number" ? most : undefined }] : [];
  });
}

function at(value: unknown, key: string): unknown {
  return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function childrenOf(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

function ms(text: unknown): number | undefined {
  return typeof text === "string" ? parseDuration(text) : undefined;
}
