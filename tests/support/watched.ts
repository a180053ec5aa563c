import type { Cached, KubeObject } from "../../src/kube/objects.ts";
import { Reflector } from "../../src/kube/reflector.ts";
import { type Change, Store } from "../../src/kube/store.ts";
import { fakeClient } from "./fake_client.ts";
import { settle } from "./fake_clock.ts";
import { FakeStream } from "./fake_transport.ts";

export const PODS = "/api/v1/pods";

export interface ThingFields {
  readonly rv: number;
  readonly uid?: string;
  readonly namespace?: string;
}

/** An object as the API server sends it. */
export function thing(name: string, { rv, uid = `uid-${name}`, namespace = "a" }: ThingFields): KubeObject {
  return { metadata: { name, namespace, uid, resourceVersion: String(rv) } };
}

export function added(name: string, fields: ThingFields) {
  return { type: "ADDED", object: thing(name, fields) };
}

export function modified(name: string, fields: ThingFields) {
  return { type: "MODIFIED", object: thing(name, fields) };
}

export function deleted(name: string, fields: ThingFields) {
  return { type: "DELETED", object: thing(name, fields) };
}

export function bookmark(rv: number) {
  return { type: "BOOKMARK", object: { metadata: { resourceVersion: String(rv) } } };
}

/** Ends the initial events of a streaming list. */
export function listEnd(rv: number) {
  const annotations = { "k8s.io/initial-events-end": "true" };
  return { type: "BOOKMARK", object: { metadata: { resourceVersion: String(rv), annotations } } };
}

export function cached({ metadata }: KubeObject): Cached {
  const { namespace = "", name = "", uid = "", resourceVersion = "" } = metadata ?? {};
  return { namespace, name, uid, resourceVersion };
}

/** `added a/x`, `changed a/x`, `deleted a/x`. */
export function describeChange({ before, after }: Change<Cached>): string {
  const verb = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
  const { namespace, name } = (after ?? before)!;
  return `${verb} ${namespace}/${name}`;
}

/** A reflector of pods, with all that it touches. Unless `random` is given, waits are 0.8 s, 1.6 s, 3.2 s and so on. */
export function reflectPods(
  { namespace, store = new Store<Cached>({}), project = cached, random = () => 0 }: {
    namespace?: string;
    random?: () => number;
    store?: Store<Cached>;
    project?: (object: KubeObject) => Cached | undefined;
  } = {},
) {
  const { clock, transport, client } = fakeClient();
  const states: string[] = [];
  const changes: string[] = [];
  const path = namespace === undefined ? PODS : `/api/v1/namespaces/${namespace}/pods`;
  store.onChange((change) => changes.push(describeChange(change)));
  const reflector = new Reflector<Cached>({
    client,
    clock,
    random,
    store,
    project,
    onState: (state) => states.push(state === "whole" ? state : `broken: ${(state.broken as Error).message}`),
  }, { path, namespace });
  const controller = new AbortController();
  let ended: Promise<void> | undefined;
  return {
    clock,
    transport,
    store,
    reflector,
    states,
    changes,
    path,
    names: () => [...store.values()].map(({ name }) => name).sort(),
    ageMs: () => reflector.ageMs(clock.now()),
    /** Scripts one watch, to be written to by the test. */
    nextWatch(): FakeStream {
      const stream = new FakeStream();
      transport.on("GET", path, stream.answer);
      return stream;
    },
    async start(): Promise<void> {
      ended = reflector.run(controller.signal);
      await settle();
    },
    /** Streams a list of these names at version `rv`, and leaves the watch open. */
    async startWith(names: readonly string[], rv: number): Promise<FakeStream> {
      const stream = this.nextWatch();
      await this.start();
      stream.events(...names.map((name) => added(name, { rv, namespace: namespace ?? "a" })), listEnd(rv));
      await settle();
      changes.length = 0;
      return stream;
    },
    /** Ends the loop; answers how many timers it left behind. */
    async stop(): Promise<number> {
      controller.abort(new DOMException("stopped", "AbortError"));
      await ended;
      return clock.timers;
    },
  };
}
