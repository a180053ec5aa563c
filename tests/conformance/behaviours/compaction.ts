import assert from "node:assert/strict";
import type { Api, Behaviour } from "../api.ts";
import { next } from "../events_of.ts";
import { names, ok, refused } from "../expect.ts";
import { event } from "../objects.ts";
import { resource } from "../resource.ts";

/**
 * A page of the first of the events a, b, c, taken before `c` went, `d` came, and the server forgot all that.
 * Events, since the real server holds everything else in caches that remember a while longer.
 */
async function forgottenPage(api: Api) {
  const events = resource(api, "events.events.k8s.io");
  for (const name of ["a", "b", "c"]) ok(await events.create(event(api, name)), 201);
  const page = ok(await events.list({ limit: "1" }));
  ok(await events.delete("c"));
  ok(await events.create(event(api, "d")), 201);
  await api.compact();
  return { events, page, resourceVersion: page.metadata.resourceVersion as string };
}

export const COMPACTION: readonly Behaviour[] = [
  {
    name: "after a compaction a list at an exact older version: 410 Expired",
    alone: true,
    async run(api) {
      const { events, resourceVersion } = await forgottenPage(api);
      refused(await events.list({ resourceVersion, resourceVersionMatch: "Exact" }), {
        code: 410,
        reason: "Expired",
        message: "The resourceVersion for the provided list is too old.",
      });
      const newer = ok(await events.list({ resourceVersion, resourceVersionMatch: "NotOlderThan" }));
      assert.deepEqual(names(newer), ["a", "b", "d"]);
    },
  },
  {
    name: "after a compaction a continue token: 410 Expired, with a token that goes on in the newest version",
    alone: true,
    async run(api) {
      const { events, page } = await forgottenPage(api);
      const { status, body } = await events.list({ limit: "1", continue: page.metadata.continue });
      assert.deepEqual([status, body.code, body.status, body.reason], [410, 410, "Failure", "Expired"]);
      assert.match(
        body.message,
        /^The provided continue parameter is too old to display a consistent list result\./,
      );
      assert.deepEqual(Object.keys(body.metadata), ["continue"]);
      const rest = ok(await events.list({ continue: body.metadata.continue }));
      assert.deepEqual(names(rest), ["b", "d"]);
    },
  },
  {
    name: "after a compaction a watch from an older version: 200, one ERROR event with a 410, and the end",
    alone: true,
    async run(api) {
      const { events, resourceVersion } = await forgottenPage(api);
      const watch = api.watch(events.path(), { query: { resourceVersion } });
      const { message, ...status } = await next(watch, "ERROR");
      assert.deepEqual(status, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        reason: "Expired",
        code: 410,
      });
      assert.match(message, /too old/);
      assert.equal(await watch.next(), "end");
    },
  },
  {
    name: "after a compaction a watch from the newest version goes on",
    alone: true,
    async run(api) {
      const { events } = await forgottenPage(api);
      const { metadata: { resourceVersion } } = ok(await events.list());
      const watch = api.watch(events.path(), { query: { resourceVersion } });
      const made = ok(await events.create(event(api, "e")), 201);
      assert.deepEqual(await next(watch, "ADDED"), made);
    },
  },
];
