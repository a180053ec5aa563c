import assert from "node:assert/strict";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { ApiServer } from "../../../src/sim/api/api_server.ts";
import { Storage } from "../../../src/sim/api/storage.ts";
import { EventLog } from "../../../src/sim/controllers/event_log.ts";
import { NAMESPACES } from "../../../src/sim/resources.ts";

Deno.test("an Event that cannot be written for a reason that nobody expects ends the run", async () => {
  const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
  const api = new ApiServer({
    clock,
    random: seededRandom(1),
    storage: new Storage(),
    strategies: new Map(),
    admit: ({ type, object }) => {
      if (type !== NAMESPACES) throw new TypeError("a bug");
      return object;
    },
  });
  const namespace = await api.create(NAMESPACES, { metadata: { name: "default" } });
  const log = new EventLog({ api, clock }, { isOn: true });
  const running = log.run(new AbortController().signal);
  log.record(namespace, { type: "Normal", reason: "Made", message: "it is there", component: "test" });
  await assert.rejects(running, /a bug/);
});
