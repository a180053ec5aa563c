import assert from "node:assert/strict";
import { renderTable } from "../../../src/sim/kubectl/tables.ts";
import { RESOURCES } from "../../../src/sim/resources.ts";
import { eventually } from "../support/eventually.ts";
import { sharedCluster } from "../support/scene.ts";
import { RealApi } from "./real_api.ts";
import { fillTables, realTable, TABLE } from "./table_scene.ts";

Deno.test("renderTable() makes the tables that a real API server makes", async (test) => {
  using api = await RealApi.of(sharedCluster());
  const namespace = `tables-${crypto.randomUUID().slice(0, 8)}`;
  const scene = await fillTables(api, namespace);
  try {
    for (const resource of RESOURCES) {
      await test.step(`${resource.plural} of ${resource.group || "core"}`, () =>
        // Its clock may have gone on by a second.
        eventually(async () => {
          const { now, table } = await realTable(api, { resource, namespace });
          const objects = table.rows.map((row: { object: unknown }) => row.object);
          const rendered = renderTable(resource, objects, {
            now,
            includeObject: "Object",
            metadata: table.metadata,
          });
          assert.deepEqual(rendered, table);
          assert.ok(objects.length > 0, "there is nothing in the table");
        }));
    }
    await test.step("the scale of a deployment", () =>
      eventually(async () => {
        const now = Date.now();
        const path = `/apis/apps/v1/namespaces/${namespace}/deployments/deployments/scale?includeObject=Object`;
        const table = await api.get(path, TABLE);
        const objects = [table.rows[0].object];
        const { metadata } = table;
        assert.deepEqual(
          renderTable({ plural: "scale" }, objects, { now, includeObject: "Object", metadata }),
          table,
        );
      }));
  } finally {
    await scene.remove();
  }
});
