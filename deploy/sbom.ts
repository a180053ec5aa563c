/**
 * What the binary is made of, as a CycloneDX document (https://cyclonedx.org/docs/1.6/json/) of deno.lock:
 * scanners can read neither a compiled binary nor that file.
 *
 *   deno task sbom > dist/sbom.cdx.json
 */

interface LockedPackage {
  /** `sha512-` and base64. */
  readonly integrity: string;
  /** `name`, or `name@version` where there are several. */
  readonly dependencies?: readonly string[];
}

export interface SbomInput {
  /** Of deno.json. */
  readonly version: string;
  /** Of the runtime that the image carries. */
  readonly denoVersion: string;
  /** The `npm` section of deno.lock, by `name@version`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  /** Its `workspace.dependencies`: those that the project imports itself. */
  readonly imported: readonly string[];
}

/** The same input gives the same document: it has neither a time nor a serial number. */
export function sbomOf({ version, denoVersion, packages, imported }: SbomInput) {
  const root = `pkg:generic/spotalis@${version}`;
  const runtime = `pkg:github/denoland/deno@v${denoVersion}`;
  const own = imported.map((each) => purlOf(resolve(each.replace(/^npm:/, ""), packages)));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { "bom-ref": root, type: "application", name: "spotalis", version, purl: root } },
    components: [
      { "bom-ref": runtime, type: "platform", name: "deno", version: denoVersion, purl: runtime },
      ...Object.entries(packages).map(([id, { integrity }]) => componentOf(id, integrity)),
    ],
    dependencies: [
      { ref: root, dependsOn: [runtime, ...own] },
      ...Object.entries(packages).map(([id, { dependencies = [] }]) => ({
        ref: purlOf(id),
        dependsOn: dependencies.map((each) => purlOf(resolve(each, packages))),
      })),
    ],
  };
}

function componentOf(id: string, integrity: string) {
  const { name, version } = partsOf(id);
  const [algorithm, digest] = integrity.split("-") as [string, string];
  if (algorithm !== "sha512") throw new Error(`Cannot list ${id}: its checksum is ${algorithm}, not sha512`);
  const content = Array.from(atob(digest), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return {
    "bom-ref": purlOf(id),
    type: "library",
    name,
    version,
    purl: purlOf(id),
    scope: "required",
    hashes: [{ alg: "SHA-512", content }],
  };
}

/** `@scope/name@1.0.0_peer@2.0.0` -> name and version. */
function partsOf(id: string): { name: string; version: string } {
  const at = id.indexOf("@", 1);
  return { name: id.slice(0, at), version: id.slice(at + 1).split("_")[0]! };
}

/** https://github.com/package-url/purl-spec */
function purlOf(id: string): string {
  const { name, version } = partsOf(id);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function resolve(id: string, packages: SbomInput["packages"]): string {
  if (Object.hasOwn(packages, id)) return id;
  const found = Object.keys(packages).find((each) => partsOf(each).name === id || each.startsWith(`${id}_`));
  if (found === undefined) throw new Error(`Cannot list ${id}: deno.lock has no such package`);
  return found;
}

export async function readInput(root: URL): Promise<SbomInput> {
  const [manifest, lock, dockerfile] = await Promise.all(
    ["deno.json", "deno.lock", "Dockerfile"].map((name) => Deno.readTextFile(new URL(name, root))),
  ) as [string, string, string];
  const { npm, workspace } = JSON.parse(lock);
  return {
    version: JSON.parse(manifest).version,
    denoVersion: /^ARG DENO_VERSION=(\S+)$/m.exec(dockerfile)![1]!,
    packages: npm,
    imported: workspace.dependencies,
  };
}

if (import.meta.main) {
  const text = JSON.stringify(sbomOf(await readInput(new URL("..", import.meta.url))), null, 2);
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
