import assert from "node:assert/strict";
import type { ApiObject } from "../../../src/sim/objects.ts";
import { renderTable } from "../../../src/sim/kubectl/tables.ts";
import { RESOURCES } from "../../../src/sim/resources.ts";

interface Captured {
  readonly group: string;
  readonly plural: string;
  readonly now: number;
  readonly table: {
    readonly columnDefinitions: readonly object[];
    readonly rows: readonly { readonly object: ApiObject; readonly cells: readonly unknown[] }[];
  };
}

interface Table {
  readonly metadata: object;
  readonly columnDefinitions: readonly { readonly name: string; readonly description: string }[] | null;
  readonly rows: readonly { readonly object: unknown; readonly cells: readonly unknown[] }[];
}

/** Tables of a real API server: `tests/e2e/kubectl/table_scene.ts` writes them. */
const CAPTURED: readonly Captured[] = Deno.readTextFileSync(new URL("tables.jsonl", import.meta.url))
  .trimEnd().split("\n").map((line) => JSON.parse(line));

const POD = CAPTURED.find(({ plural }) => plural === "pods")!.table.rows[0]!.object;

function withoutDescriptions(table: unknown): unknown {
  return JSON.parse(JSON.stringify(table, (key, value) => key === "description" ? undefined : value));
}

for (const { group, plural, now, table } of CAPTURED) {
  Deno.test(`renderTable() shows ${plural} of ${group || "core"} as a real API server does`, () => {
    const objects = table.rows.map(({ object }) => object);
    const rendered = renderTable({ plural }, objects, { now, includeObject: "Object" }) as unknown as Table;
    assert.deepEqual(withoutDescriptions(rendered), table);
    assert.deepEqual(rendered.columnDefinitions!.filter(({ description }) => description === ""), []);
  });
}

Deno.test("there is a captured table for every resource of the embedded API server", () => {
  const nameOf = ({ group, plural }: { group: string; plural: string }) => `${plural}.${group}`;
  assert.deepEqual(CAPTURED.map(nameOf), RESOURCES.map(nameOf));
});

function tableOf(options: Partial<Parameters<typeof renderTable>[2]>, plural = "pods"): Table {
  return renderTable({ plural }, [POD], { now: 0, includeObject: "None", ...options }) as unknown as Table;
}

Deno.test("renderTable() carries of each object what is asked for", () => {
  assert.deepEqual(tableOf({ includeObject: "None" }).rows[0]!.object, null);
  assert.equal(tableOf({ includeObject: "Object" }).rows[0]!.object, POD);
  assert.deepEqual(tableOf({ includeObject: "Metadata" }).rows[0]!.object, {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: POD.metadata,
  });
});

Deno.test("renderTable() leaves the columns out where a watch has told them", () => {
  assert.equal(tableOf({ hasColumns: false }).columnDefinitions, null);
});

Deno.test("renderTable() carries the metadata of the list", () => {
  const metadata = { resourceVersion: "5", continue: "x", remainingItemCount: 2 };
  assert.deepEqual(tableOf({ metadata }).metadata, metadata);
});

Deno.test("renderTable() shows the scale of what has replicas", () => {
  const { metadata } = POD;
  const scale = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata,
    spec: { replicas: 3 },
    status: { replicas: 2 },
  };
  const now = Date.parse(metadata.creationTimestamp) + 60_000;
  const table = renderTable({ plural: "scale" }, [scale], { now, includeObject: "None" }) as unknown as Table;
  assert.deepEqual(table.columnDefinitions!.map(({ name }) => name), ["Name", "Desired", "Available", "Age"]);
  assert.deepEqual(table.rows[0]!.cells, [metadata.name, 3, 2, "60s"]);
});

for (const plural of ["frobs", "constructor"]) {
  Deno.test(`renderTable() tells name and creation of what has no table of its own: ${plural}`, () => {
    const { columnDefinitions, rows } = tableOf({}, plural);
    assert.deepEqual(columnDefinitions!.map(({ name }) => name), ["Name", "Created At"]);
    assert.deepEqual(rows[0]!.cells, [POD.metadata.name, POD.metadata.creationTimestamp]);
  });
}
