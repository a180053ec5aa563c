import assert from "node:assert/strict";
import { type DiscoveredResource, discoveryFor } from "../../../src/sim/kubectl/discovery.ts";
import { RESOURCES } from "../../../src/sim/resources.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { sharedCluster } from "../support/scene.ts";
import { RealApi } from "./real_api.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** What a real API server serves, out of its aggregated discovery. */
async function realResources(api: RealApi): Promise<DiscoveredResource[]> {
  const lists = [await api.get("/api", AGGREGATED), await api.get("/apis", AGGREGATED)];
  return lists.flatMap(({ items }) => items).flatMap((group: Json) =>
    group.versions.flatMap(({ version, resources }: Json) =>
      resources.map((each: Json): DiscoveredResource => ({
        group: group.metadata.name ?? "",
        version,
        plural: each.resource,
        singular: each.singularResource,
        kind: each.responseKind.kind,
        namespaced: each.scope === "Namespaced",
        shortNames: each.shortNames ?? [],
        categories: each.categories ?? [],
        verbs: each.verbs,
        subresources: (each.subresources ?? []).map(({ subresource, responseKind, verbs }: Json) => ({
          name: subresource,
          kind: responseKind.kind,
          ...responseKind.group === "" ? {} : { group: responseKind.group, version: responseKind.version },
          verbs,
        })),
      }))
    )
  );
}

/** Without what depends on where the API server is, and how it stores. */
function comparable(document: Json): Json {
  const text = JSON.stringify(document, (key, value) => key === "storageVersionHash" ? undefined : value);
  return { ...JSON.parse(text), serverAddressByClientCIDRs: undefined };
}

Deno.test("discoveryFor() tells of the same resources what a real API server tells of them", async (test) => {
  using api = await RealApi.of(sharedCluster());
  const resources = await realResources(api);
  const groupVersions = resources.map(({ group, version }) =>
    group === "" ? `/api/${version}` : `/apis/${group}/${version}`
  );
  const groups = resources.filter(({ group }) => group !== "").map(({ group }) => `/apis/${group}`);
  for (const path of new Set(["/api", "/apis", ...groups, ...groupVersions])) {
    for (const accept of ["application/json", ...path.split("/").length === 2 ? [AGGREGATED] : []]) {
      await test.step(`${path} as ${accept}`, async () => {
        const real = await api.call("GET", path, { accept });
        const { contentType, body } = discoveryFor(path, accept, resources)!;
        assert.equal(contentType, real.contentType);
        assert.deepEqual(comparable(body), comparable(real.body));
      });
    }
  }
});

Deno.test("the embedded API server's resources are what a real one serves", async (test) => {
  using api = await RealApi.of(sharedCluster());
  const real = await realResources(api);
  for (const { group, version, plural, ...own } of RESOURCES) {
    await test.step(`${plural} of ${group}/${version}`, () => {
      const there = real.find((each) =>
        each.group === group && each.version === version && each.plural === plural
      )!;
      const { singular, kind, namespaced, shortNames, categories } = there;
      assert.deepEqual(
        {
          singular: own.singular,
          kind: own.kind,
          namespaced: own.namespaced,
          shortNames: own.shortNames,
          categories: own.categories,
        },
        { singular, kind, namespaced, shortNames, categories },
      );
      assert.deepEqual(own.verbs.filter((verb) => !there.verbs.includes(verb)), []);
      for (const subresource of own.subresources) {
        assert.deepEqual(subresource, there.subresources.find(({ name }) => name === subresource.name));
      }
    });
  }
});
