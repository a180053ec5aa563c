import assert from "node:assert/strict";
import { readInput, sbomOf } from "../../deploy/sbom.ts";

const ROOT = new URL("../..", import.meta.url);
const INPUT = await readInput(ROOT);
const SBOM = sbomOf(INPUT);

Deno.test("the SBOM lists every package of deno.lock, with its checksum, and the runtime", () => {
  const { components } = SBOM;
  assert.equal(components.length, Object.keys(INPUT.packages).length + 1);
  const libraries = components.filter((each) => "hashes" in each);
  for (const { name, version, hashes } of libraries) {
    const [{ alg, content }] = hashes as [{ alg: string; content: string }];
    const bytes = Uint8Array.from(content.match(/../g)!, (byte) => Number.parseInt(byte, 16));
    assert.equal(alg, "SHA-512");
    assert.equal(bytes.length, 64);
    assert.equal(
      `sha512-${btoa(String.fromCharCode(...bytes))}`,
      INPUT.packages[`${name}@${version}`]!.integrity,
    );
  }
  assert.deepEqual(
    components.filter((each) => each.type === "platform").map(({ purl }) => purl),
    [`pkg:github/denoland/deno@v${INPUT.denoVersion}`],
  );
});

Deno.test("the SBOM says what depends on what, from the imports of deno.json on", async () => {
  const refs = new Map(SBOM.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const known = new Set(SBOM.components.map((component) => component["bom-ref"]));
  for (const ref of [...refs.values()].flat()) assert.ok(known.has(ref), ref);
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const own = Object.values<string>(imports).map((each) =>
    each.replace("npm:", "pkg:npm/").replace("/@", "/%40")
  );
  const [, ...direct] = refs.get(SBOM.metadata.component.purl)!;
  assert.deepEqual(direct.toSorted(), own.toSorted());
  const reached = new Set(direct);
  for (const ref of reached) for (const next of refs.get(ref) ?? []) reached.add(next);
  assert.equal(reached.size, SBOM.components.length - 1, "nothing is listed that nothing needs");
});

Deno.test("the SBOM names its format, and is the same each time", () => {
  assert.deepEqual([SBOM.bomFormat, SBOM.specVersion, SBOM.version], ["CycloneDX", "1.6", 1]);
  assert.equal(SBOM.metadata.component.version, INPUT.version);
  assert.equal(JSON.stringify(sbomOf(INPUT)), JSON.stringify(SBOM));
});

Deno.test("sbomOf() refuses a package that is not locked, or by another checksum", () => {
  assert.throws(() => sbomOf({ ...INPUT, imported: ["npm:absent@1.0.0"] }), /no such package/);
  assert.throws(
    () => sbomOf({ ...INPUT, packages: { "a@1": { integrity: "sha1-x" } }, imported: [] }),
    /not sha512/,
  );
  const scoped = sbomOf({
    ...INPUT,
    packages: { "@a/b@1.0.0_c@2.0.0": { integrity: "sha512-AA==" } },
    imported: [],
  });
  assert.equal(scoped.components[1]!.purl, "pkg:npm/%40a/b@1.0.0");
});
