import assert from "node:assert/strict";
import { type ConfigResult, loadConfig } from "../../src/config/load.ts";

export interface Input {
  /** Of the file `c.yaml`; undefined: there is none. */
  readonly text?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export function load({ text, env = {} }: Input): ConfigResult {
  return loadConfig({ file: text === undefined ? undefined : { path: "c.yaml", text }, env });
}

export function loaded(input: Input): ConfigResult & { ok: true } {
  const result = load(input);
  assert.ok(result.ok, `it has to be valid: ${JSON.stringify(result)}`);
  return result;
}

export function problemsOf(input: Input): readonly string[] {
  const result = load(input);
  assert.ok(!result.ok, "it has to be invalid");
  return result.problems;
}
