import assert from "node:assert/strict";
import { ConnectionTable, TrackedConnection } from "../../src/operator/connection_table.ts";

const LIMITS = { most: 3, firstRequestMs: 30_000, idleMs: 180_000 };

/** A table with connections by their names; times in seconds. */
function table(fields: Record<string, { opened: number; asked?: number; active?: number }>) {
  const connections = new ConnectionTable(LIMITS);
  const names = new Map<TrackedConnection, string>();
  for (const [name, { opened, asked, active }] of Object.entries(fields)) {
    const connection = new TrackedConnection(opened * 1_000, () => {});
    if (asked !== undefined) connection.askedMs = asked * 1_000;
    connection.activeMs = (active ?? asked ?? opened) * 1_000;
    connections.add(connection);
    names.set(connection, name);
  }
  return {
    connections,
    surplus: () => names.get(connections.surplus()!),
    overdue: (seconds: number) =>
      [...connections.overdue(seconds * 1_000)].map(([connection, why]) => `${names.get(connection)} ${why}`),
  };
}

Deno.test("ConnectionTable needs no room while there are fewer than the most", () => {
  assert.equal(table({ a: { opened: 1 }, b: { opened: 2 } }).surplus(), undefined);
});

Deno.test("ConnectionTable gives up the oldest that never asked, before any that was used", () => {
  const t = table({ used: { opened: 1, asked: 2 }, older: { opened: 3 }, newer: { opened: 4 } });
  assert.equal(t.surplus(), "older");
});

Deno.test("ConnectionTable gives up what has not asked for the longest time where all were used", () => {
  const t = table({
    apiServer: { opened: 1, asked: 90 },
    pinging: { opened: 2, asked: 3, active: 99 },
    other: { opened: 3, asked: 40 },
  });
  assert.equal(t.surplus(), "pinging");
});

Deno.test("ConnectionTable gives a connection 30 s for its first request, however lively it is", () => {
  const t = table({ trickling: { opened: 1, active: 30 }, used: { opened: 1, asked: 2 } });
  assert.deepEqual(t.overdue(30.999), []);
  assert.deepEqual(t.overdue(31), ["trickling no_request"]);
});

Deno.test("ConnectionTable keeps a used connection as long as there is a byte each 3 min", () => {
  const t = table({ pinged: { opened: 0, asked: 1, active: 5_000 }, gone: { opened: 0, asked: 1 } });
  assert.deepEqual(t.overdue(180), []);
  assert.deepEqual(t.overdue(5_030), ["gone idle"]);
});

Deno.test("ConnectionTable forgets what has ended", () => {
  const { connections } = table({ a: { opened: 1 } });
  for (const each of [...connections]) connections.delete(each);
  assert.equal(connections.size, 0);
});
