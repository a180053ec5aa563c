import { scenarioJsonSchema } from "../../config/scenario.ts";
import type { Arguments } from "../arguments.ts";
import type { Outside } from "../context.ts";
import { readInput } from "./input.ts";
import { renderPage } from "./render/page.ts";
import { renderText } from "./render/text.ts";
import type { Report } from "./report.ts";
import { reportOf } from "./report_of.ts";
import { serve } from "./serve.ts";

export type { SimulationInput } from "./input.ts";

/** The user's manifests in an embedded cluster: days in seconds, and a report of what would have happened. */
export async function simulate(
  args: Arguments,
  { outside, stop }: { readonly outside: Outside; readonly stop: AbortSignal },
): Promise<void> {
  if (args.schema) {
    outside.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
    return;
  }
  const input = await readInput(args, outside);
  if (args.serve) {
    await serve(args, { ...input, outside, stop });
    return;
  }
  const report = await reportOf(args, { input, outside, stop });
  outside.write(rendered(report, { args, outside }));
}

function rendered(report: Report, { args, outside }: { args: Arguments; outside: Outside }): string {
  switch (args.output) {
    case "json":
      return `${JSON.stringify(report)}\n`;
    case "html":
      return renderPage(report);
    case "text":
      return renderText(report, { isTerminal: outside.isTerminal, columns: outside.size().columns });
  }
}
