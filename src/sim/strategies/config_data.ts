import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject } from "../objects.ts";
import { forbidden, immutable, required, tooLong, wrong } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { configKey, dnsSubdomain, formed } from "./names.ts";
import { withDefaults } from "./with_defaults.ts";

type Texts = Readonly<Record<string, string>>;

interface ConfigMap extends ApiObject {
  readonly data?: Texts;
  readonly binaryData?: Texts;
  readonly immutable?: boolean;
}

interface Secret extends ApiObject {
  readonly data?: Texts;
  readonly stringData?: Texts;
  readonly type?: string;
  readonly immutable?: boolean;
}

const MOST_BYTES = 1_048_576;

export const CONFIG_MAP: Strategy = {
  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    const { data = {}, binaryData = {} } = object as ConfigMap;
    const twice = Object.keys(data).filter((key) => Object.hasOwn(binaryData, key));
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...keyProblems("data", data),
      ...twice.map((key) =>
        wrong(`data[${key}]`, { value: key, why: "duplicate of key present in binaryData" })
      ),
      ...keyProblems("binaryData", binaryData),
      ...sizeOf(data) + sizeOf(binaryData) > MOST_BYTES ? [tooLong("[]", MOST_BYTES)] : [],
      ...frozenProblems(object as ConfigMap, before as ConfigMap | undefined),
    ];
  },
};

export const SECRET: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const { stringData, ...secret } = object as Secret;
    const typed = withDefaults(secret, { type: "Opaque" });
    if (stringData === undefined) return typed;
    const encoded = Object.entries(stringData).map(([key, text]) => [key, base64(text)]);
    return { ...typed, data: { ...secret.data, ...Object.fromEntries(encoded) } } as Secret;
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    const { data = {}, type } = object as Secret;
    const missing = type === "kubernetes.io/tls"
      ? ["tls.crt", "tls.key"].filter((key) => !Object.hasOwn(data, key))
      : [];
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...keyProblems("data", data),
      ...sizeOf(data) * 3 / 4 > MOST_BYTES ? [tooLong("data", MOST_BYTES)] : [],
      ...missing.map((key) => required(`data[${key}]`)),
      ...before !== undefined && (before as Secret).type !== type ? [immutable("type", type)] : [],
      ...frozenProblems(object as Secret, before as Secret | undefined),
    ];
  },
};

function* keyProblems(field: string, data: Texts): Generator<Cause> {
  for (const key in data) yield* formed(`${field}[${key}]`, { text: key, form: configKey });
}

function sizeOf(data: Texts): number {
  const encoder = new TextEncoder();
  return Object.values(data).reduce((sum, text) => sum + encoder.encode(text).length, 0);
}

function* frozenProblems(
  after: ConfigMap & Secret,
  before: (ConfigMap & Secret) | undefined,
): Generator<Cause> {
  if (before?.immutable !== true) return;
  const why = "field is immutable when `immutable` is set";
  if (after.immutable !== true) yield forbidden("immutable", why);
  for (const field of ["data", "binaryData"] as const) {
    if (!isEqual(before[field], after[field])) yield forbidden(field, why);
  }
}

function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
