import assert from "node:assert/strict";
import { type Cached, keyOf } from "../../src/kube/objects.ts";
import { Store } from "../../src/kube/store.ts";
import { describeChange } from "../support/watched.ts";

interface Pod extends Cached {
  readonly node: string;
  readonly owners: readonly string[];
}

function pod(name: string, rv: number, over: Partial<Pod> = {}): Pod {
  const fixed = { namespace: "a", name, uid: `uid-${name}`, resourceVersion: String(rv) };
  return { ...fixed, node: "n1", owners: [], ...over };
}

const INDEXES = {
  node: ({ node }: Pod) => node === "" ? [] : [node],
  owner: ({ owners }: Pod) => owners,
};

function created() {
  const store = new Store<Pod, typeof INDEXES>(INDEXES);
  const changes: string[] = [];
  store.onChange((change) => changes.push(describeChange(change)));
  const by = (index: "node" | "owner", value: string) =>
    [...store.by(index, value)].map(({ name }) => name).sort();
  return { store, changes, by };
}

Deno.test("keyOf() is the name alone for what is in no namespace", () => {
  assert.equal(keyOf({ namespace: "a", name: "x" }), "a/x");
  assert.equal(keyOf({ namespace: "", name: "x" }), "x");
});

Deno.test("Store keeps objects by key and tells of each change", () => {
  const { store, changes } = created();
  store.set(pod("x", 1));
  store.set(pod("x", 2));
  store.set(pod("x", 1, { namespace: "b" }));
  assert.equal(store.size, 2);
  assert.equal(store.get("a/x")?.resourceVersion, "2");
  store.delete("a/x");
  assert.equal(store.get("a/x"), undefined);
  assert.deepEqual([...store.values()].map(keyOf), ["b/x"]);
  assert.deepEqual(changes, ["added a/x", "changed a/x", "added b/x", "deleted a/x"]);
});

Deno.test("Store tells with what was before and what is after", () => {
  const { store } = created();
  const told: unknown[] = [];
  const [one, two] = [pod("x", 1), pod("x", 2)];
  store.onChange(({ before, after }) => told.push([before, after, store.get("a/x")]));
  store.set(one);
  store.set(two);
  store.delete("a/x");
  assert.deepEqual(told, [[undefined, one, one], [one, two, two], [two, undefined, undefined]]);
});

Deno.test("Store takes the same resourceVersion for no change", () => {
  const { store, changes } = created();
  const first = pod("x", 1);
  store.set(first);
  store.set(pod("x", 1, { node: "n2" }));
  assert.deepEqual(changes, ["added a/x"]);
  assert.equal(store.get("a/x"), first);
});

Deno.test("Store tells nothing of the deletion of what it does not hold", () => {
  const { store, changes } = created();
  store.delete("a/x");
  assert.deepEqual(changes, []);
});

Deno.test("Store sees another uid of one name as gone and new, even at the same version", () => {
  const { store, changes, by } = created();
  store.set(pod("x", 1));
  store.set(pod("x", 1, { uid: "another", node: "n2" }));
  assert.deepEqual(changes, ["added a/x", "deleted a/x", "added a/x"]);
  assert.deepEqual([by("node", "n1"), by("node", "n2")], [[], ["x"]]);
  assert.equal(store.size, 1);
});

Deno.test("Store keeps its indexes through updates and deletions", () => {
  const { store, by } = created();
  store.set(pod("x", 1, { node: "" }));
  assert.deepEqual(by("node", "n1"), []);
  store.set(pod("x", 2, { owners: ["o1", "o2"] }));
  store.set(pod("y", 3, { owners: ["o2"] }));
  assert.deepEqual(by("node", "n1"), ["x", "y"]);
  assert.deepEqual([by("owner", "o1"), by("owner", "o2")], [["x"], ["x", "y"]]);
  store.set(pod("x", 4, { node: "n2", owners: ["o3"] }));
  assert.deepEqual([by("node", "n1"), by("node", "n2")], [["y"], ["x"]]);
  assert.deepEqual([by("owner", "o1"), by("owner", "o2"), by("owner", "o3")], [[], ["y"], ["x"]]);
  store.delete("a/x");
  assert.deepEqual([by("node", "n2"), by("owner", "o3")], [[], []]);
  assert.equal(store.by("node", "n1").has(store.get("a/y")!), true);
});

Deno.test("Store shows the changed index to a listener", () => {
  const { store, by } = created();
  const seen: string[][] = [];
  store.onChange(() => seen.push(by("node", "n1")));
  store.set(pod("x", 1));
  store.set(pod("x", 2, { node: "n2" }));
  assert.deepEqual(seen, [["x"], []]);
});

Deno.test("Store.by answers the same empty set where there is nothing, also for names of Object", () => {
  const { store } = created();
  assert.equal(store.by("node", "nowhere").size, 0);
  assert.equal(store.by("node", "__proto__").size, 0);
  assert.equal(store.by("node", "constructor").size, 0);
});

Deno.test("Store.replace tells of what is gone, new and changed, and of nothing else", () => {
  const { store, changes, by } = created();
  for (const name of ["same", "changed", "gone"]) store.set(pod(name, 1));
  changes.length = 0;
  store.replace([pod("same", 1), pod("changed", 2, { node: "n2" }), pod("new", 3)]);
  assert.deepEqual(changes, ["deleted a/gone", "changed a/changed", "added a/new"]);
  assert.deepEqual([by("node", "n1"), by("node", "n2")], [["new", "same"], ["changed"]]);
});

Deno.test("Store.replace deletes only what is in scope", () => {
  const { store, changes } = created();
  store.set(pod("x", 1));
  store.set(pod("x", 1, { namespace: "b" }));
  store.set(pod("y", 1, { namespace: "b" }));
  changes.length = 0;
  store.replace([pod("y", 1, { namespace: "b" })], ({ namespace }) => namespace === "b");
  assert.deepEqual(changes, ["deleted b/x"]);
  store.replace([]);
  assert.equal(store.size, 0);
});

Deno.test("Store.replace takes the last of several of one name", () => {
  const { store, changes } = created();
  store.replace([pod("x", 1), pod("x", 2)]);
  assert.deepEqual(changes, ["added a/x"]);
  assert.equal(store.get("a/x")?.resourceVersion, "2");
});

Deno.test("Store agrees with a plain filter after a thousand changes", () => {
  const { store, by } = created();
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let i = 0; i < 1_000; i++) {
    const name = `p${next(20)}`;
    if (next(4) === 0) store.delete(`a/${name}`);
    else {store.set(
        pod(name, i, { node: `n${next(4)}`, owners: [`o${next(3)}`, `o${next(3)}`], uid: `u${next(2)}` }),
      );}
    for (const node of ["n0", "n1", "n2", "n3"]) {
      const plain = [...store.values()].filter((each) => each.node === node).map(({ name }) => name).sort();
      assert.deepEqual(by("node", node), plain);
    }
  }
});
