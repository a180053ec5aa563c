import * as z from "zod";
import { isReclaimable, ON_DEMAND_FACTOR, ScenarioSchema } from "./scenario_schema.ts";
import { scenarioChecks } from "./scenario_checks.ts";
import { describePathProblem, problemsOfIssues } from "./scenario_problems.ts";
import { yamlDocuments } from "./scenario_yaml.ts";
import { isTree } from "./tree.ts";

/** What `simulate` plays: nodes, and what happens when. Times are milliseconds since its start. */
export type Scenario = z.output<typeof ScenarioSchema>;
export type NodeGroup = Scenario["nodeGroups"][number];
export type ScenarioCurve = Scenario["curves"][number];
export type ScenarioEvent = Scenario["events"][number];

export type ScenarioResult =
  | {
    readonly ok: true;
    readonly scenario: Scenario;
    /** What was taken to be so where the file does not say; one sentence each. */
    readonly assumptions: readonly string[];
  }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a scenario file; without one, all is as by default. All problems are found, not only the first. */
export function loadScenario(file?: { readonly path: string; readonly text: string }): ScenarioResult {
  const read = file === undefined ? { value: {}, problems: [] } : readFile(file.text);
  const { value } = read;
  const wrong = (problems: readonly string[]): ScenarioResult => ({
    ok: false,
    problems: [...new Set(problems)].map((each) => `${file?.path ?? "scenario"}${each}`),
  });
  if (read.problems.length > 0) return wrong(read.problems);
  const parsed = ScenarioSchema.safeParse(value);
  const found = [
    ...parsed.success ? [] : problemsOfIssues(parsed.error.issues),
    ...scenarioChecks(value),
  ];
  return parsed.success && found.length === 0
    ? { ok: true, scenario: parsed.data, assumptions: assumptionsOf(parsed.data, value) }
    : wrong(found.map((each) => `: ${describePathProblem(each, { root: value })}`));
}

/** The format of a scenario file for editors and validators: draft 2020-12. */
export function scenarioJsonSchema(): unknown {
  return {
    title: "A scenario of spotalis simulate",
    ...z.toJSONSchema(ScenarioSchema, { io: "input" }),
  };
}

const FORM = "has to hold a mapping with keys such as length, nodeGroups and events; {} means all defaults";

/** What is wrong begins with where it is: `, line 3: …`, or `: …`. */
function readFile(text: string): { value: unknown; problems: string[] } {
  const documents = yamlDocuments(text);
  const problems = documents.flatMap((document) =>
    document.problems.map(({ line, message }) => `, line ${line}: ${message}`)
  );
  const full = documents.filter((document) => document.value !== undefined);
  if (full.length > 1) problems.push(`, line ${full[1]!.line}: a second document begins; there may be one`);
  if (problems.length === 0 && full.length === 0) problems.push(`: holds nothing; it ${FORM}`);
  const value = full[0]?.value;
  if (problems.length === 0 && !isTree(value)) problems.push(`: ${FORM}`);
  return { value: withoutEmptySections(value), problems };
}

/** A key whose lines are all commented out is null, and means what its absence means. */
function withoutEmptySections(value: unknown): unknown {
  return isTree(value) ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) : value;
}

function assumptionsOf({ nodeGroups, currency }: Scenario, written: unknown): string[] {
  const groups = (written as z.input<typeof ScenarioSchema>).nodeGroups ?? [];
  return nodeGroups.flatMap((group, i) => {
    if (groups[i]?.onDemandPricePerHour !== undefined || !isReclaimable(group)) return [];
    return [
      `Node group ${group.name}: such a node is taken to cost ${group.onDemandPricePerHour} ${currency} an ` +
      `hour on-demand, ${ON_DEMAND_FACTOR} times its price, since onDemandPricePerHour is not given.`,
    ];
  });
}
