import { parseAllDocuments } from "yaml";

const DEPLOY = new URL("../../deploy/", import.meta.url);

/** An object of a manifest, as it is written. */
// deno-lint-ignore no-explicit-any
export type Manifest = any;

/** All objects that `kubectl apply -k deploy/` would apply. */
export async function manifests(): Promise<readonly Manifest[]> {
  const [kustomization] = await read("kustomization.yaml");
  const files = await Promise.all((kustomization.resources as string[]).map(read));
  return files.flat();
}

export async function manifest(kind: string, name?: string): Promise<Manifest> {
  const found = (await manifests()).filter((each) =>
    each.kind === kind && (name === undefined || each.metadata.name === name)
  );
  if (found.length !== 1) throw new Error(`${found.length} of kind ${kind} ${name ?? ""}`);
  return found[0];
}

async function read(file: string): Promise<Manifest[]> {
  const text = await Deno.readTextFile(new URL(file, DEPLOY));
  return parseAllDocuments(text).map((document) => document.toJS());
}
