import type { Api, Behaviour } from "./api.ts";
import { BEHAVIOURS } from "./behaviours.ts";
import { httpApi, type Target } from "./http_api.ts";

export interface SuiteOptions {
  /** Of the test: what server it is. */
  readonly name: string;
  /** How many behaviours run side by side. */
  readonly atOnce: number;
  /** Called once, before the first behaviour; disposed of after the last. */
  open(): Promise<Target>;
}

/** Registers one test, with a step for each behaviour. CONFORMANCE=TEXT plays those whose names hold it. */
export function playSuite({ name, atOnce, open }: SuiteOptions): void {
  Deno.test({
    name,
    // Steps run side by side, and transports keep connections open to the end of the process.
    sanitizeResources: false,
    sanitizeOps: false,
    sanitizeExit: false,
    async fn(test) {
      await using target = await open();
      const failed: string[] = [];
      const play = async (behaviour: Behaviour) => {
        const isGood = await test.step({
          name: behaviour.name,
          fn: () => playBehaviour(target, behaviour),
          sanitizeResources: false,
          sanitizeOps: false,
          sanitizeExit: false,
        });
        if (!isGood) failed.push(behaviour.name);
      };
      const wanted = Deno.env.get("CONFORMANCE") ?? "";
      const behaviours = BEHAVIOURS.filter((behaviour) => behaviour.name.includes(wanted));
      const together = behaviours.filter(({ alone }) => alone !== true).values();
      await Promise.all(Array.from({ length: atOnce }, async () => {
        for (const behaviour of together) await play(behaviour);
      }));
      for (const behaviour of behaviours.filter(({ alone }) => alone === true)) await play(behaviour);
      if (behaviours.length === 0) throw new Error(`no behaviour's name holds "${wanted}"`);
      if (failed.length > 0) {
        throw new Error(`${failed.length} of ${behaviours.length} failed: ${failed.join("; ")}`);
      }
    },
  });
}

/** Plays one behaviour in a namespace of its own. */
export async function playBehaviour(target: Target, behaviour: Behaviour): Promise<void> {
  const namespace = `conformance-${crypto.randomUUID().slice(0, 8)}`;
  using api = httpApi(target, namespace);
  const made = await api.request("POST", "/api/v1/namespaces", { body: { metadata: { name: namespace } } });
  if (made.status !== 201) throw new Error(`Cannot make namespace ${namespace}: ${JSON.stringify(made.body)}`);
  try {
    await behaviour.run(api);
  } finally {
    await remove(api);
  }
}

/** Pods go first and at once: on a node without a kubelet nothing else would end them. */
async function remove(api: Api): Promise<void> {
  const path = `/api/v1/namespaces/${api.namespace}`;
  await api.request("DELETE", `${path}/pods`, { query: { gracePeriodSeconds: "0" } });
  await api.request("DELETE", path);
}
