import type { ObjectRef } from "../objects.ts";

/** The cluster IP of a Service: in 10.96.0.0/12, told by its name, so that it stays the same in each run. */
export function clusterIpOf({ namespace, name }: ObjectRef): string {
  const value = hash(`${namespace}/${name}`);
  // Neither the net's own address nor the first, which belongs to the API server.
  return `10.${96 + (value & 15)}.${(value >>> 4) & 255}.${2 + (value >>> 12) % 253}`;
}

/** In the range that the API server gives node ports from. */
export function nodePortOf({ namespace, name }: ObjectRef, port: number): number {
  return 30_000 + hash(`${namespace}/${name}:${port}`) % 2_768;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
