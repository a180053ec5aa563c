import type { Scenario } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import * as keys from "../../domain/keys.ts";
import { UsageError } from "../arguments.ts";
import type { ManifestObject } from "./manifests.ts";
import { policyReader } from "./policy_reader.ts";
import { isWorkload, labelledOf, namespaceOf, type Workload } from "./workloads.ts";

/** One of several ways to play the same scenario. */
export interface Variant {
  readonly name: string;
  readonly objects: readonly ManifestObject[];
  readonly config: Config;
  readonly withOperator: boolean;
}

export interface VariantInput {
  readonly objects: readonly ManifestObject[];
  readonly config: Config;
  readonly events: Scenario["events"];
  /** Reads another configuration of the operator. */
  readonly readConfig: (path: string) => Promise<Config>;
}

export interface Variants {
  readonly variants: readonly Variant[];
  readonly assumptions: readonly string[];
}

const COMPARE_FORM = "percentage=N[,N…], floor=N[,N…], config=FILE or off (without the operator)";
/** In whole per cent, and in pods. */
const MOST = { percentage: 100, floor: 1_000_000 };

/** As given comes first, then each that `--compare` names. */
export async function variantsOf(compare: readonly string[], input: VariantInput): Promise<Variants> {
  const { objects, config, events } = input;
  const chosen = chosenOf(input);
  const variants: Variant[] = [{ name: "as given", objects, config, withOperator: true }];
  for (const text of compare) variants.push(...await parse(text, { input, chosen: new Set(chosen.workloads) }));
  const twice = variants.find(({ name }, i) => variants.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new UsageError(`--compare names "${twice.name}" twice`);
  const isVaried = variants.some((variant) => variant.objects !== objects);
  const isAnnotated = events.some((event) =>
    event.do === "annotate" && VARIED.some((key) => Object.hasOwn(event.annotations, key))
  );
  return {
    variants,
    assumptions: [
      ...isVaried && !chosen.isManaged && chosen.workloads.length > 0 ? [ENABLED] : [],
      ...isVaried && isAnnotated ? [ANNOTATED] : [],
    ],
  };
}

const VARIED = [keys.SPOT_PERCENTAGE, keys.MIN_ON_DEMAND];
const ANNOTATED =
  "What the scenario's events annotate holds in every variant: a percentage or floor of --compare is that " +
  "of the start.";

const ENABLED =
  "No workload of the manifests is managed: in variants with a percentage or floor, all Deployments " +
  'and StatefulSets in the operator\'s scope are, as if they had the label spotalis.io/enabled: "true".';

/** Whose policies are varied: those that ask for one, or else all that can have one and do not refuse it. */
function chosenOf(
  { objects, config }: Pick<VariantInput, "objects" | "config">,
): { workloads: readonly Workload[]; isManaged: boolean } {
  const readPolicy = policyReader(config);
  const workloads = objects.filter(isWorkload);
  const asking = workloads.filter((each) =>
    readPolicy(labelledOf(each), namespaceOf(each, objects)).kind !== "unmanaged"
  );
  if (asking.length > 0) return { workloads: asking, isManaged: true };
  const open = workloads.filter((each) => {
    if (labelledOf(each).metadata.labels?.[keys.ENABLED] === "false") return false;
    const enabled = withPolicy(each, { key: keys.SPOT_PERCENTAGE, value: "0" });
    return readPolicy(labelledOf(enabled), namespaceOf(each, objects)).kind !== "unmanaged";
  });
  return { workloads: open, isManaged: false };
}

async function parse(
  text: string,
  { input, chosen }: { input: VariantInput; chosen: ReadonlySet<unknown> },
): Promise<Variant[]> {
  const { objects, config, readConfig } = input;
  const [what, value = ""] = text.split(/=(.*)/s) as [string, string | undefined];
  if (text === "off") return [{ name: "without the operator", objects, config, withOperator: false }];
  if (what === "config" && value !== "") {
    return [{ name: `config ${value}`, objects, config: await readConfig(value), withOperator: true }];
  }
  const numbers = value.split(",");
  const isKnown = what === "percentage" || what === "floor";
  if (!isKnown || !numbers.every((each) => /^\d{1,7}$/.test(each) && Number(each) <= MOST[what])) {
    throw new UsageError(`--compare is "${text}", allowed are ${COMPARE_FORM}; N up to 100 in a percentage`);
  }
  const key = what === "percentage" ? keys.SPOT_PERCENTAGE : keys.MIN_ON_DEMAND;
  return numbers.map((number) => ({
    name: `${what} ${Number(number)}`,
    objects: objects.map((each) =>
      chosen.has(each) ? withPolicy(each, { key, value: String(Number(number)) }) : each
    ),
    config,
    withOperator: true,
  }));
}

/** The workload, managed, with one key of its policy set. */
function withPolicy<T extends Pick<ManifestObject, "object">>(
  manifest: T,
  { key, value }: { key: string; value: string },
): T {
  const { metadata } = labelledOf(manifest);
  const labels = { ...metadata.labels, [keys.ENABLED]: "true" };
  const annotations = { ...metadata.annotations, [key]: value };
  return { ...manifest, object: { ...manifest.object, metadata: { ...metadata, labels, annotations } } };
}
