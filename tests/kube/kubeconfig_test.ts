import assert from "node:assert/strict";
import { execConfigOf, selectContext } from "../../src/kube/kubeconfig.ts";

const TWO_CONTEXTS = `
current-context: first
contexts:
- { name: first, context: { cluster: k1, user: u1 } }
- { name: second, context: { cluster: k2, user: u2, namespace: apps } }
clusters:
- { name: k1, cluster: { server: "https://one" } }
- { name: k2, cluster: { server: "https://two" } }
users:
- { name: u1, user: { token: t1 } }
- { name: u2, user: { token: t2 } }
`;

Deno.test("selectContext() takes the current context, or the one that is asked for", () => {
  const files = [{ path: "/k/config", text: TWO_CONTEXTS }];
  const first = selectContext(files, undefined);
  assert.deepEqual([first.cluster.server, first.user.token, first.namespace], ["https://one", "t1", undefined]);
  const second = selectContext(files, "second");
  assert.deepEqual([second.cluster.server, second.user.token, second.namespace], ["https://two", "t2", "apps"]);
});

Deno.test("selectContext() lets the first of several files win, entry by entry", () => {
  const files = [
    { path: "/a/config", text: `users: [{ name: u1, user: { token: a } }]\ncurrent-context: ""` },
    { path: "/b/config", text: "current-context: second" },
    { path: "/c/config", text: TWO_CONTEXTS },
  ];
  const second = selectContext(files, undefined);
  assert.equal(second.cluster.server, "https://two");
  const first = selectContext(files, "first");
  assert.equal(first.user.token, "a");
  assert.equal(first.userFolder, "/a");
  assert.equal(first.cluster.server, "https://one");
  assert.equal(first.clusterFolder, "/c");
});

Deno.test("selectContext() takes a user without fields as anonymous", () => {
  const text = TWO_CONTEXTS.replace("user: { token: t1 }", "user: null");
  assert.deepEqual(selectContext([{ path: "c", text }], "first").user, {});
});

Deno.test("selectContext() says what is missing, and in which files", () => {
  const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
    [TWO_CONTEXTS, "third", /^Error: Cannot use kubeconfig \/a:\/b: contexts has no entry "third"$/],
    [TWO_CONTEXTS.replace("name: k1,", "name: kx,"), undefined, /clusters has no entry "k1"$/],
    [TWO_CONTEXTS.replace("name: u1,", "name: ux,"), undefined, /users has no entry "u1"$/],
    [
      TWO_CONTEXTS.replace("current-context: first", ""),
      undefined,
      /no current-context, and --context is not given$/,
    ],
    ["contexts: {", undefined, /^Error: Cannot read kubeconfig \/a: it is no YAML \(line 1\)$/],
    ["just text", undefined, /^Error: Cannot read kubeconfig \/a: it holds no mapping$/],
    ["", undefined, /^Error: Cannot read kubeconfig \/a: it holds no mapping$/],
  ];
  for (const [text, wanted, message] of cases) {
    assert.throws(() => selectContext([{ path: "/a", text }, { path: "/b", text: "{}" }], wanted), message);
  }
});

Deno.test("execConfigOf() fills in what a plugin need not say", () => {
  assert.deepEqual(execConfigOf({ command: "c", args: null, env: null }), {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "c",
    args: [],
    env: {},
  });
  const full = { apiVersion: "v", command: "c", args: ["a"], env: [{ name: "n", value: "v" }] };
  assert.deepEqual(execConfigOf(full), { ...full, env: { n: "v" } });
  assert.throws(() => execConfigOf({}), /exec\.command is missing/);
});

for (
  const [what, exec] of [
    ["a command that is no text", { command: 5 }],
    ["arguments that are no list", { command: "c", args: "a b" }],
    ["an argument that is no text", { command: "c", args: [{}] }],
    ["variables that are no list", { command: "c", env: { A: "b" } }],
    ["a variable without a value", { command: "c", env: [{ name: "A" }] }],
  ] as const
) {
  Deno.test(`execConfigOf() refuses ${what}`, () => {
    assert.throws(() => execConfigOf(exec), /^Error: Cannot use the credential plugin: exec\./);
  });
}

Deno.test("selectContext() refuses a value that is no text, and does not show it", () => {
  for (const [key, value] of [["token", "[s3cret]"], ["token", "{ a: s3cret }"], ["client-key-data", "5"]]) {
    const text = TWO_CONTEXTS.replace("token: t1", `${key}: ${value}`);
    assert.throws(() => selectContext([{ path: "/a", text }], undefined), {
      message: `Cannot use kubeconfig /a: ${key} is no text`,
    });
  }
});

Deno.test("selectContext() takes a field without a value as if it were not there", () => {
  const text = TWO_CONTEXTS.replace("token: t1", "token: null, tokenFile:, username:");
  assert.deepEqual(Object.keys(selectContext([{ path: "/a", text }], undefined).user), []);
});
