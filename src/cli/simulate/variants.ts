import type { Config } from "../../config/schema.ts";
import * as keys from "../../domain/keys.ts";
import { type JsonObject, objectAt } from "../../domain/json.ts";
import { UsageError } from "../arguments.ts";
import type { ManifestObject } from "./manifests.ts";

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
  /** Reads another configuration of the operator. */
  readonly readConfig: (path: string) => Promise<Config>;
}

export const COMPARE_FORM = "percentage=N[,N…], floor=N[,N…], config=FILE or off (without the operator)";

/** As given comes first, then each that `--compare` names. */
export async function variantsOf(compare: readonly string[], input: VariantInput): Promise<Variant[]> {
  const { objects, config } = input;
  const variants: Variant[] = [{ name: "as given", objects, config, withOperator: true }];
  for (const text of compare) variants.push(...await parse(text, input));
  const twice = variants.find(({ name }, i) => variants.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new UsageError(`--compare names "${twice.name}" twice`);
  return variants;
}

async function parse(text: string, { objects, config, readConfig }: VariantInput): Promise<Variant[]> {
  const [what, value = ""] = text.split(/=(.*)/s) as [string, string | undefined];
  if (text === "off") return [{ name: "without the operator", objects, config, withOperator: false }];
  if (what === "config" && value !== "") {
    return [{ name: `config ${value}`, objects, config: await readConfig(value), withOperator: true }];
  }
  const numbers = value.split(",");
  const most = what === "percentage" ? 100 : 1_000_000;
  const isCount = (each: string) => /^\d{1,7}$/.test(each) && Number(each) <= most;
  if ((what !== "percentage" && what !== "floor") || !numbers.every(isCount)) {
    throw new UsageError(`--compare is "${text}", allowed are ${COMPARE_FORM}`);
  }
  const key = what === "percentage" ? keys.SPOT_PERCENTAGE : keys.MIN_ON_DEMAND;
  return numbers.map((number) => ({
    name: `${what} ${Number(number)}`,
    objects: objects.map((each) => withPolicy(each, { key, value: String(Number(number)) })),
    config,
    withOperator: true,
  }));
}

/** The workload with one key of its policy set; one that asks for nothing is left alone. */
function withPolicy(manifest: ManifestObject, { key, value }: { key: string; value: string }): ManifestObject {
  if (manifest.kind !== "Deployment" && manifest.kind !== "StatefulSet") return manifest;
  const metadata = objectAt(manifest.object, "metadata");
  const [labels, annotations] = [objectAt(metadata, "labels"), objectAt(metadata, "annotations")];
  const asks = Object.hasOwn(labels, keys.ENABLED) || Object.hasOwn(annotations, keys.SPOT_PERCENTAGE);
  if (!asks) return manifest;
  const object: JsonObject = {
    ...manifest.object,
    metadata: { ...metadata, annotations: { ...annotations, [key]: value } },
  };
  return { ...manifest, object };
}
