import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject, Node, Taint } from "../objects.ts";
import { duplicate, forbidden, required, unsupported } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain, formed, labelValue, qualifiedName } from "./names.ts";
import { TAINT_EFFECTS } from "./pod_spec_validation.ts";
import { quantityProblems } from "./resource_validation.ts";
import { withDefaults } from "./with_defaults.ts";

const NODE_INFO = {
  machineID: "",
  systemUUID: "",
  bootID: "",
  kernelVersion: "",
  osImage: "",
  containerRuntimeVersion: "",
  kubeletVersion: "",
  kubeProxyVersion: "",
  operatingSystem: "",
  architecture: "",
};

/**
 * The API server would give each new node the taint `node.kubernetes.io/not-ready`, until its controllers
 * find it ready. The embedded cluster has no such controllers: a node is usable at once.
 */
export const NODE: Strategy = {
  defaults: (object) => object.spec === undefined ? { ...object, spec: {} } : object,

  /** A node is what its kubelet says of itself: its status stays. */
  created(object: ApiObject): ApiObject {
    const given = (object.status ?? {}) as NonNullable<Node["status"]>;
    const { capacity } = given as { capacity?: Readonly<Record<string, string>> };
    const status = withDefaults(given, {
      ...capacity && { allocatable: capacity },
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
      nodeInfo: NODE_INFO,
    });
    return { ...object, status };
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...nodeProblems(object as Node, before as Node),
    ];
  },
};

/** `ValidateNode` and `ValidateNodeUpdate`. */
function* nodeProblems({ spec, status = {} }: Node, before: Node | undefined): Generator<Cause> {
  if (spec !== before?.spec) {
    yield* taintProblems(spec?.taints);
    const was = before?.spec?.["providerID"];
    if (was && was !== spec?.["providerID"]) {
      yield forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid');
    }
  }
  if (status === before?.status) return;
  for (const field of ["capacity", "allocatable"] as const) {
    const quantities = (status[field] ?? {}) as Readonly<Record<string, string>>;
    for (const name in quantities) yield* quantityProblems(`status.${field}.${name}`, quantities[name]!);
  }
}

function* taintProblems(taints: readonly Partial<Taint>[] = []): Generator<Cause> {
  const seen = new Set<string>();
  for (const [i, { key = "", value = "", effect }] of taints.entries()) {
    const at = `metadata.taints[${i}]`;
    yield* formed(`${at}.key`, { text: key, form: qualifiedName });
    if (value !== "") yield* formed(`${at}.value`, { text: value, form: labelValue });
    if (effect === undefined) yield required(`${at}.effect`);
    else if (!TAINT_EFFECTS.includes(effect)) {
      yield unsupported(`${at}.effect`, { value: effect, among: TAINT_EFFECTS });
    }
    if (seen.has(`${key}:${effect}`)) {
      const twice = duplicate(at, { Key: key, Value: value, Effect: effect, TimeAdded: null });
      yield { ...twice, message: `${twice.message}: taints must be unique by key and effect pair` };
    }
    seen.add(`${key}:${effect}`);
  }
}
