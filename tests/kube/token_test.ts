import assert from "node:assert/strict";
import { execToken } from "../../src/kube/exec_token.ts";
import { fileText, fileToken, refreshingToken, staticToken } from "../../src/kube/token.ts";
import { describeError } from "../../src/runtime/log.ts";
import { FakeClock } from "../support/fake_clock.ts";

function tokenFile(text: string | Error) {
  const clock = new FakeClock();
  const file = { text, reads: 0 };
  const source = fileToken({
    clock,
    readText(path) {
      assert.equal(path, "/token");
      file.reads++;
      return file.text instanceof Error ? Promise.reject(file.text) : Promise.resolve(file.text);
    },
  }, "/token");
  return { clock, file, source };
}

Deno.test("staticToken() answers its token, also when that was refused", async () => {
  const source = staticToken("t");
  source.invalidate();
  assert.equal(await source.get(), "t");
});

Deno.test("fileToken() reads its file again each minute", async () => {
  const t = tokenFile("one\n");
  assert.equal(await t.source.get(), "one");
  t.file.text = "two\n";
  await t.clock.advance(59_999);
  assert.equal(await t.source.get(), "one");
  assert.equal(t.file.reads, 1);
  await t.clock.advance(1);
  assert.equal(await t.source.get(), "two");
  assert.equal(t.file.reads, 2);
});

Deno.test("fileToken() reads its file again at once after a refusal", async () => {
  const t = tokenFile("one");
  await t.source.get();
  t.file.text = "two";
  t.source.invalidate();
  assert.equal(await t.source.get(), "two");
  assert.equal(await t.source.get(), "two");
  assert.equal(t.file.reads, 2);
});

for (const [name, text] of [["empty", " \n"], ["gone", new Error("no such file")]] as const) {
  Deno.test(`fileToken() keeps the last good token while its file is ${name}, and goes on looking`, async () => {
    const t = tokenFile("one");
    await t.source.get();
    t.file.text = text;
    await t.clock.advance(60_000);
    assert.equal(await t.source.get(), "one");
    t.source.invalidate();
    assert.equal(await t.source.get(), "one");
    t.file.text = "two";
    assert.equal(await t.source.get(), "two");
  });

  Deno.test(`fileToken() throws where its file is ${name} at the start, and is good as soon as it is`, async () => {
    const t = tokenFile(text);
    await assert.rejects(t.source.get(), /empty|no such file/);
    t.file.text = "one";
    assert.equal(await t.source.get(), "one");
  });
}

Deno.test("fileText() says what is missing from an empty file", async () => {
  const deps = { clock: new FakeClock(), readText: () => Promise.resolve("\n") };
  await assert.rejects(fileText(deps, { path: "/ca.crt", what: "CA" }).get(), {
    message: "Cannot use the CA file /ca.crt: it is empty",
  });
});

Deno.test("refreshingToken() shares one load between those that ask at once", async () => {
  let loads = 0;
  const answers: ((token: string) => void)[] = [];
  const source = refreshingToken(new FakeClock(), async () => {
    loads++;
    return { token: await new Promise<string>((resolve) => answers.push(resolve)), staleAtMs: undefined };
  });
  const all = Promise.all([source.get(), source.get(), source.get()]);
  answers[0]!("t");
  assert.deepEqual(await all, ["t", "t", "t"]);
  assert.equal(loads, 1);
});

Deno.test("refreshingToken() lets all that ask at once see the first load fail", async () => {
  let loads = 0;
  const source = refreshingToken(new FakeClock(), () => {
    loads++;
    return Promise.reject(new Error("no plugin"));
  });
  const results = await Promise.allSettled([source.get(), source.get()]);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(loads, 1);
});

function plugin(answer: (run: number) => unknown) {
  const clock = new FakeClock();
  const runs: { command: string; args: readonly string[]; env: Readonly<Record<string, string>> }[] = [];
  const source = execToken({
    clock,
    run(command, { args, env }) {
      runs.push({ command, args, env });
      return Promise.resolve(JSON.stringify(answer(runs.length)));
    },
  }, {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "get-token",
    args: ["--region", "x"],
    env: { PROFILE: "p" },
  });
  return { clock, runs, source };
}

Deno.test("execToken() runs its plugin with the environment that it wants", async () => {
  const t = plugin(() => ({ status: { token: "t" } }));
  assert.equal(await t.source.get(), "t");
  assert.equal(await t.source.get(), "t");
  assert.equal(t.runs.length, 1);
  const [{ command, args, env }] = t.runs as [typeof t.runs[number]];
  assert.equal(command, "get-token");
  assert.deepEqual(args, ["--region", "x"]);
  assert.equal(env["PROFILE"], "p");
  assert.deepEqual(JSON.parse(env["KUBERNETES_EXEC_INFO"]!), {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    spec: { interactive: false },
  });
});

Deno.test("execToken() runs its plugin again a minute before the token ends, and after a refusal", async () => {
  const t = plugin((run) => ({
    status: { token: `t${run}`, expirationTimestamp: new Date(t.clock.wall() + 900_000).toISOString() },
  }));
  assert.equal(await t.source.get(), "t1");
  await t.clock.advance(839_999);
  assert.equal(await t.source.get(), "t1");
  await t.clock.advance(1);
  assert.equal(await t.source.get(), "t2");
  t.source.invalidate();
  assert.equal(await t.source.get(), "t3");
});

Deno.test("execToken() names the plugin whose answer has no token", async () => {
  await assert.rejects(
    plugin(() => ({ status: {} })).source.get(),
    /credential plugin get-token.*no status\.token/,
  );
  await assert.rejects(plugin(() => ({})).source.get(), /credential plugin get-token/);
});

for (const token of ["a b", "a\nb", "a\u0000", "tökén", "a\u2028"]) {
  Deno.test(`a token ${JSON.stringify(token)} is refused where it comes from, and not shown`, async () => {
    const message =
      /^Error: Cannot use (?:the token file \/token|the answer of the credential plugin get-token): a token/;
    await assert.rejects(tokenFile(`s3cret ${token}`).source.get(), (error: Error) => {
      assert.match(String(error), message);
      assert.equal(describeError(error).includes("s3cret"), false);
      return true;
    });
    await assert.rejects(plugin(() => ({ status: { token: `s3cret ${token}` } })).source.get(), message);
  });
}

for (
  const status of [{ token: 5 }, { token: {} }, { token: "" }, null, [], {
    token: "t",
    expirationTimestamp: "soon",
  }]
) {
  Deno.test(`execToken() refuses ${JSON.stringify(status)}`, async () => {
    await assert.rejects(plugin(() => ({ status })).source.get(), /Cannot use .*credential plugin get-token/);
  });
}

for (const answer of [null, 5, "text", []]) {
  Deno.test(`execToken() refuses the answer ${JSON.stringify(answer)}`, async () => {
    await assert.rejects(plugin(() => answer).source.get(), /no status\.token/);
  });
}

Deno.test("execToken() takes a token without an end as one that has none", async () => {
  const t = plugin(() => ({ status: { token: "t", expirationTimestamp: null } }));
  assert.equal(await t.source.get(), "t");
  await t.clock.advance(86_400_000);
  await t.source.get();
  assert.equal(t.runs.length, 1);
});
