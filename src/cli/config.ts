import { stringify } from "yaml";
import { leaves } from "../config/tree.ts";
import type { Arguments } from "./arguments.ts";
import { type Outside, readConfig } from "./context.ts";
import { renderTable } from "./table.ts";

/** The effective configuration: as YAML with the origin of each value that is no default, or as JSON. */
export async function config(args: Arguments, outside: Outside): Promise<void> {
  const { config, sources } = await readConfig(args, outside);
  const tree = JSON.parse(JSON.stringify(config));
  if (args.output === "json") {
    outside.write(`${JSON.stringify({ config: tree, sources: Object.fromEntries(sources) }, null, 2)}\n`);
    return;
  }
  outside.write(stringify(tree));
  const rows = [...leaves(tree)].map(([path]) => [`# ${path}`, sources.get(path) ?? "default"]);
  outside.write("\n" + renderTable([["# VALUE", "FROM"], ...rows], { isTerminal: false }));
}
