import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { apiVersionOf, qualified, RESOURCES, type ResourceType } from "../../../src/sim/resources.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { CASES } from "../strategies/cases/cases.ts";
import { ask } from "../support/ask.ts";
import { embeddedCluster } from "../support/embedded_stage.ts";

const JUNK = [null, 0, -1, 1.5, true, "", "x", "a b", [], [null], ["x"], [{}], {}, { a: null }, {
  $patch: "delete",
}];
const PATCHES = ["merge-patch", "strategic-merge-patch", "json-patch"];
const EACH = 60;

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

/** A copy with junk somewhere in it. */
function spoiled(value: Json, random: Random): Json {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || random() < 0.15) return structuredClone(pick(JUNK, random));
  const key = pick(keys, random);
  const copy = structuredClone(value);
  copy[key] = spoiled(value[key], random);
  return copy;
}

function collectionOf(type: ResourceType): string {
  const root = `${type.group === "" ? "/api" : "/apis"}/${apiVersionOf(type)}`;
  return `${root}${type.namespaced ? "/namespaces/default" : ""}/${type.plural}`;
}

/** Bodies of subresources, which are of kinds of their own. */
const BODIES: Readonly<Record<string, Json>> = {
  binding: { metadata: { name: "p" }, target: { name: "n" } },
  eviction: { metadata: { name: "p" }, deleteOptions: { preconditions: { uid: "x" }, dryRun: ["All"] } },
  scale: { metadata: { name: "p" }, spec: { replicas: 1 } },
};
const OPTIONS = {
  propagationPolicy: "Orphan",
  preconditions: { uid: "x" },
  gracePeriodSeconds: 1,
  dryRun: ["All"],
};

for (const type of RESOURCES) {
  Deno.test(`whatever is sent to ${qualified(type)} is answered`, async () => {
    const random = seededRandom(3, type.plural);
    const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
    const cluster = embeddedCluster(clock, { nodeGroups: [] });
    await clock.complete(cluster.start());
    const codes = new Set<number>();
    const send = async (request: string, body: Json, contentType?: string) => {
      const response = await ask(
        cluster,
        request,
        contentType === undefined ? { body } : { body, contentType },
      );
      codes.add(response.status);
      const { kind, message = "" } = await response.json();
      assert.ok(
        response.ok || (kind === "Status" && message !== ""),
        `${request}: ${response.status} ${message}`,
      );
    };
    const collection = collectionOf(type);
    const objects = CASES.filter(({ resource, then }) => resource === qualified(type) && then === undefined);
    for (let i = 0; i < EACH; i++) {
      const { object } = pick(objects, random);
      const body = { ...object, metadata: { ...object.metadata, name: "p" } };
      await send(`POST ${collection}`, pick([body, spoiled(body, random)], random));
      await send(`PUT ${collection}/p`, spoiled(body, random));
      for (const patch of PATCHES) {
        const operation = {
          op: pick(["add", "replace", "remove", "test"], random),
          path: "/spec",
          value: pick(JUNK, random),
        };
        const changes = patch === "json-patch"
          ? [operation, spoiled(operation, random)]
          : spoiled(object, random);
        await send(`PATCH ${collection}/p`, changes, `application/${patch}+json`);
      }
      for (const { name } of type.subresources) {
        const sent = BODIES[name] ?? body;
        const method = name === "binding" || name === "eviction" ? "POST" : "PUT";
        await send(`${method} ${collection}/p/${name}`, spoiled(sent, random));
        if (method === "PUT") {
          await send(`PATCH ${collection}/p/${name}`, spoiled(sent, random), "application/merge-patch+json");
        }
      }
      await send(`DELETE ${collection}/${pick(["p", "q"], random)}`, spoiled(OPTIONS, random));
    }
    assert.ok([201, 400, 404, 422].every((code) => codes.has(code)), `answered with ${[...codes]}`);
  });
}
