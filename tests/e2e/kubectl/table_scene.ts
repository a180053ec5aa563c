import { RESOURCES, type ResourceType } from "../../../src/sim/resources.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { sharedCluster } from "../support/scene.ts";
import { RealApi } from "./real_api.ts";
import { LABEL, tableObjects } from "./table_objects.ts";

const MERGE = "application/merge-patch+json";
export const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

/** A table of a real API server, with what it was made of. */
export interface RealTable {
  readonly resource: ResourceType;
  /** Epoch milliseconds, when it was made. */
  readonly now: number;
  /** Its rows carry their objects. */
  readonly table: Json;
}

/** Creates objects of every kind that has a table; `remove` takes away what is in no namespace. */
export async function fillTables(api: RealApi, namespace: string): Promise<{ remove: () => Promise<void> }> {
  await must(
    api.call("POST", "/api/v1/namespaces", {
      body: { metadata: { name: namespace, labels: { [LABEL]: namespace } } },
    }),
  );
  const remove: (() => Promise<unknown>)[] = [() => api.call("DELETE", `/api/v1/namespaces/${namespace}`)];
  for (const { collection, object, status, isDeleted } of tableObjects()) {
    const path = collection.replace("NS", namespace);
    const body = JSON.parse(JSON.stringify(object).replaceAll('"NS"', JSON.stringify(namespace)));
    await must(api.call("POST", path, { body }));
    const one = `${path}/${object.metadata.name}`;
    if (status !== undefined) {
      await must(api.call("PATCH", `${one}/status`, { body: { status }, contentType: MERGE }));
    }
    if (isDeleted) {
      await must(api.call("DELETE", one));
      remove.unshift(() =>
        api.call("PATCH", one, { body: { metadata: { finalizers: null } }, contentType: MERGE })
      );
    }
    if (path === collection) remove.push(() => api.call("DELETE", one));
  }
  return {
    async remove() {
      for (const each of remove) await each();
    },
  };
}

async function must(answer: ReturnType<RealApi["call"]>): Promise<void> {
  const { code, body } = await answer;
  if (code >= 300) throw new Error(JSON.stringify(body));
}

/** The table of the objects of `fillTables` in a resource. */
export async function realTable(
  api: RealApi,
  { resource, namespace }: { resource: ResourceType; namespace: string },
): Promise<RealTable> {
  const { group, version, plural, namespaced } = resource;
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = namespaced ? `namespaces/${namespace}/${plural}` : plural;
  const query = new URLSearchParams({ includeObject: "Object", labelSelector: `${LABEL}=${namespace}` });
  const now = Date.now();
  return { resource, now, table: await api.get(`${base}/${collection}?${query}`, TABLE) };
}

/** What every object has, and no table shows. */
const NOISE = new Set([
  ...[
    "managedFields",
    "resourceVersion",
    "uid",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "resources",
  ],
  ...["imagePullPolicy", "imageID", "dnsPolicy", "securityContext", "schedulerName", "tolerations"],
  ...["enableServiceLinks", "preemptionPolicy", "terminationGracePeriodSeconds", "qosClass", "description"],
]);

/** For a file: without the noise. */
function kept({ resource: { plural, group }, now, table }: RealTable): string {
  const each = { group, plural, now, table: { ...table, metadata: {} } };
  return JSON.stringify(each, (key, value) => NOISE.has(key) ? undefined : value);
}

// SPOTALIS_E2E_DIR=DIR deno run -A tests/e2e/kubectl/table_scene.ts > tests/sim/kubectl/tables.jsonl
if (import.meta.main) {
  using api = await RealApi.of(sharedCluster());
  const scene = await fillTables(api, "tables");
  try {
    for (const resource of RESOURCES) {
      const table = await realTable(api, { resource, namespace: "tables" });
      await Deno.stdout.write(new TextEncoder().encode(`${kept(table)}\n`));
    }
  } finally {
    await scene.remove();
  }
}
