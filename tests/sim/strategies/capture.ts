/**
 * Writes captured.json: what a real API server answers to each case. Its controllers have to be stopped.
 *
 *   C=../shared/cluster/cluster; $C up DIR
 *   for c in kwok kube-scheduler kube-controller-manager; do $C stop DIR $c; done
 *   deno run --allow-net --allow-read --allow-write tests/sim/strategies/capture.ts DIR
 */
import { qualified, RESOURCES } from "../../../src/sim/resources.ts";
import { CASES } from "./cases/cases.ts";
import type { Case, Loose } from "./cases/case.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

const [dir] = Deno.args as [string];
const read = (file: string) => Deno.readTextFileSync(`${dir}/${file}`);
const client = Deno.createHttpClient({
  caCerts: [read("pki/ca.crt")],
  cert: read("pki/admin.crt"),
  key: read("pki/admin.key"),
});
const server = `https://127.0.0.1:${read("port").trim()}`;

async function call(method: string, path: string, body?: unknown): Promise<{ code: number; body: Loose }> {
  const response = await fetch(server + path, {
    method,
    client,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { code: response.status, body: await response.json() };
}

function pathOf({ resource, namespace = "default" }: Case): string {
  const type = RESOURCES.find((each) => qualified(each) === resource)!;
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  return `${root}${type.namespaced ? `/namespaces/${namespace}` : ""}/${type.plural}`;
}

async function outcome(each: Case): Promise<Outcome> {
  const path = pathOf(each);
  if (each.then === undefined) {
    const { code, body } = await call("POST", `${path}?dryRun=All`, each.object);
    return outcomeOf(code, body);
  }
  const created = await call("POST", path, each.object);
  if (created.code !== 201) throw new Error(`${each.name}: ${created.body.message}`);
  const one = `${path}/${each.object.metadata.name}`;
  const { code, body } = await call(
    "PUT",
    `${one}${each.subresource === undefined ? "" : "/status"}?dryRun=All`,
    each.then(created.body),
  );
  await call("DELETE", `${one}?gracePeriodSeconds=0&propagationPolicy=Background`);
  return outcomeOf(code, body);
}

const captured: Record<string, Outcome> = {};
for (const each of CASES) {
  if (captured[each.name] !== undefined) throw new Error(`two cases: ${each.name}`);
  captured[each.name] = await outcome(each);
}
client.close();
const file = new URL("captured.json", import.meta.url);
Deno.writeTextFileSync(file, `${JSON.stringify(captured, null, 2)}\n`);
