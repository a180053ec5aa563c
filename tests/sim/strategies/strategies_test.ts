import assert from "node:assert/strict";
import { seededRandom } from "../../../src/runtime/random.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { ApiServer } from "../../../src/sim/api/api_server.ts";
import { ApiFailure, badRequest } from "../../../src/sim/api/failure.ts";
import { Storage } from "../../../src/sim/api/storage.ts";
import { cannotHandle, decode } from "../../../src/sim/decoding/decode.ts";
import { apiVersionOf, NAMESPACES, NEW_EVENTS, qualified, RESOURCES } from "../../../src/sim/resources.ts";
import { eventAsCore, eventAsNew } from "../../../src/sim/strategies/events.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";
import captured from "./captured.json" with { type: "json" };
import { CASES } from "./cases/cases.ts";
import type { Case, Loose } from "./cases/case.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

async function newServer(): Promise<ApiServer> {
  const api = new ApiServer({
    clock: new VirtualClock({ wallMs: Date.UTC(2026, 0, 1) }),
    random: seededRandom(1),
    storage: new Storage(),
    strategies: STRATEGIES,
    admit: ({ object }) => object,
  });
  for (const name of ["default", "kube-system", "kube-public"]) {
    await api.create(NAMESPACES, { metadata: { name } });
  }
  return api;
}

/** As the HTTP server does it: an object is read, then written, then shown in the form of its group. */
async function attempt(each: Case): Promise<Outcome> {
  const api = await newServer();
  const type = RESOURCES.find((type) => qualified(type) === each.resource)!;
  const { namespace = "default" } = each;
  const shown = (object: Loose) =>
    type === NEW_EVENTS ? eventAsNew(object) : type.kind === "Event" ? eventAsCore(object) : object;
  const readable = (object: Loose) => {
    const expected = { apiVersion: apiVersionOf(type), kind: type.kind };
    const { problem } = decode(object, expected);
    if (problem !== undefined) throw badRequest(cannotHandle(object, expected, problem));
    const { metadata = {} } = object;
    return structuredClone({ ...object, metadata: type.namespaced ? { ...metadata, namespace } : metadata });
  };
  try {
    const created = await api.create(type, readable(each.object));
    if (each.then === undefined) return outcomeOf(201, shown(created));
    const { subresource } = each;
    return outcomeOf(200, shown(api.update(type, readable(each.then(shown(created))), { subresource })));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return outcomeOf(error.code, error.body);
  }
}

/** What the embedded API server leaves out on purpose. */
function expected(name: string): Outcome {
  const outcome: Loose = structuredClone(captured[name as keyof typeof captured]);
  const { object } = outcome;
  // Nobody would take it away: there is no controller of nodes' conditions.
  if (object?.kind === "Node") {
    const taints = object.spec.taints?.filter(({ key }: Loose) => key !== "node.kubernetes.io/not-ready");
    if (taints?.length) object.spec.taints = taints;
    else delete object.spec.taints;
  }
  // Only an update could tell that it is one, and its strategy does not see what was there before.
  const generation = "deprecated.daemonset.template.generation";
  if (object?.kind === "DaemonSet") object.metadata.annotations[generation] = "1";
  return outcome;
}

for (const each of CASES) {
  Deno.test(`the strategies answer as Kubernetes 1.36 does to ${each.name}`, async () => {
    assert.deepEqual(await attempt(each), expected(each.name));
  });
}
