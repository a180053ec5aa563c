import assert from "node:assert/strict";

const ROOT = new URL("../..", import.meta.url);

/** The lines of compile.sh without its comments. */
async function script(): Promise<string> {
  const text = await Deno.readTextFile(new URL("deploy/compile.sh", ROOT));
  return text.split("\n").filter((line) => !/^\s*#/.test(line)).join("\n");
}

/** The flags of one of the two builds. */
async function permissionsOf(build: string): Promise<readonly string[]> {
  const [, body] = new RegExp(`^${build}\\)\\n[\\s\\S]*?permissions=\\(([\\s\\S]*?)\\n {2}\\)`, "m").exec(
    await script(),
  )!;
  return body!.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

for (const flag of ["all", "write", "run", "ffi", "sys", "import", "hrtime"]) {
  Deno.test(`compile.sh gives no build --allow-${flag}`, async () => {
    assert.doesNotMatch(await script(), new RegExp(`--allow-${flag}\\b`));
  });
}

Deno.test("compile.sh gives no build all permissions, nor an answer to a prompt", async () => {
  const text = await script();
  assert.doesNotMatch(text, /(?:^|\s)-(?:A|P|-permission-set)\b/m);
  assert.match(text, /--no-prompt\b/);
  assert.match(text, /--deny-import\b/);
  assert.match(text, /--disallow-code-generation-from-strings\b/);
  assert.match(text, /--no-code-cache\b/);
  assert.match(text, /bundle --quiet --frozen\b/);
  assert.doesNotMatch(text, /--unstable|--no-lock.*bundle|--reload|unsafely/);
});

Deno.test("compile.sh lets the image's build read three folders, and no variable that is not read", async () => {
  const permissions = await permissionsOf("image");
  const [reads] = permissions.filter((each) => each.startsWith("--allow-read"));
  assert.deepEqual(reads!.split("=")[1]!.split(","), [
    "/var/run/secrets/kubernetes.io/serviceaccount",
    "/etc/spotalis",
    "/tmp/k8s-webhook-server/serving-certs",
  ]);
  assert.ok(permissions.every((each) => /^--allow-(?:net|read)=/.test(each)), permissions.join(" "));
  assert.match(await script(), /--allow-env="\$variables"/);
});

Deno.test("the image runs as nobody, without a shell, from a base that is named by its version", async () => {
  const text = await Deno.readTextFile(new URL("Dockerfile", ROOT));
  const [, base] = text.split(/^FROM .* AS build$/m)[1]!.match(/^FROM (\S+)$/m)!;
  assert.match(base!, /^gcr\.io\/distroless\/.*:nonroot/);
  assert.match(text, /^USER 65532:65532$/m);
  assert.match(text, /^ENV NO_PROXY=kubernetes\.default\.svc$/m);
  assert.match(text, /compile\.sh image/);
});
