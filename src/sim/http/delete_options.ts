import type { DeleteOptions } from "../api/deletion.ts";
import { badRequest, type Cause } from "../api/failure.ts";
import { decode } from "../decoding/decode.ts";
import { withoutNulls } from "../json.ts";
import { unsupported, wrong } from "../strategies/causes.ts";
import { parseBody } from "./bodies.ts";
import { flagIn, integerIn, textIn } from "./query.ts";
import type { ApiRequest } from "./request.ts";
import { checkOptions, dryRunProblems } from "./write_options.ts";

const KIND = { kind: "DeleteOptions", apiVersion: "v1" };
const POLICIES = ["Background", "Foreground", "Orphan"] as const;

/** As a client writes them. */
interface Given extends Omit<DeleteOptions, "dryRun" | "propagationPolicy"> {
  readonly dryRun?: readonly string[];
  readonly propagationPolicy?: string;
  /** What was there before policies. */
  readonly orphanDependents?: boolean;
}

export interface AskedDeletion extends DeleteOptions {
  /** As webhooks are shown them. */
  readonly options: object;
}

/** The options of a deletion: those of its body, or where it has none, of its query. */
export async function deleteOptions(request: ApiRequest): Promise<AskedDeletion> {
  const text = await request.body();
  return checkedOptions(text === "" ? fromQuery(request.query) : fromBody(text));
}

/** Throws `ApiFailure` where they ask for what there is not. */
export function checkedOptions(given: Given): AskedDeletion {
  const { dryRun = [], propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = given;
  checkOptions("DeleteOptions", [...policyProblems(given), ...dryRunProblems(dryRun)]);
  const asked = POLICIES.find((each) => each === propagationPolicy);
  const policy = orphanDependents === undefined ? asked : orphanDependents ? "Orphan" : "Background";
  return {
    dryRun: dryRun.length > 0,
    ...policy && { propagationPolicy: policy },
    ...gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
    ...preconditions && { preconditions },
    options: { ...given, kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1" },
  };
}

function fromBody(text: string): Given {
  // Each group has this kind, and all are the same.
  const { apiVersion: _, ...body } = parseBody(text, KIND);
  const { object, problem } = decode(body, KIND);
  if (problem !== undefined) throw badRequest(problem);
  return withoutNulls(object) as Given;
}

function fromQuery(query: URLSearchParams): Given {
  const dryRun = query.getAll("dryRun");
  const gracePeriodSeconds = integerIn(query, "gracePeriodSeconds");
  const propagationPolicy = textIn(query, "propagationPolicy");
  const orphanDependents = flagIn(query, "orphanDependents");
  return {
    ...dryRun.length === 0 ? {} : { dryRun },
    ...gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
    ...propagationPolicy && { propagationPolicy },
    ...orphanDependents === undefined ? {} : { orphanDependents },
  };
}

function policyProblems({ propagationPolicy: value, orphanDependents }: Given): readonly Cause[] {
  if (value === undefined) return [];
  if (orphanDependents !== undefined) {
    return [
      wrong("propagationPolicy", { value, why: "orphanDependents and deletionPropagation cannot be both set" }),
    ];
  }
  const isKnown = POLICIES.some((each) => each === value);
  return isKnown
    ? []
    : [unsupported("propagationPolicy", { value, among: ["Foreground", "Background", "Orphan", "nil"] })];
}
