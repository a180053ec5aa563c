import * as budgets from "../scenarios/budgets.ts";
import * as bursts from "../scenarios/bursts.ts";
import * as ineffective from "../scenarios/ineffective.ts";
import * as fallback from "../scenarios/fallback.ts";
import * as otherHands from "../scenarios/other_hands.ts";
import * as policyChanges from "../scenarios/policy_changes.ts";
import * as policyTable from "../scenarios/policy_table.ts";
import * as rollouts from "../scenarios/rollouts.ts";
import * as scale from "../scenarios/scale.ts";
import * as storms from "../scenarios/storms.ts";
import * as story from "../scenarios/story.ts";
import * as templates from "../scenarios/templates.ts";
import * as unsteadyWorkloads from "../scenarios/unsteady_workloads.ts";
import * as windows from "../scenarios/windows.ts";
import { playEmbedded } from "./support/embedded_stage.ts";

// The bodies are those of the end-to-end tests: what they check holds on a real control plane as well.
for (
  const file of [
    fallback,
    bursts,
    scale,
    rollouts,
    policyChanges,
    budgets,
    windows,
    policyTable,
    templates,
    ineffective,
    storms,
    story,
    otherHands,
    unsteadyWorkloads,
  ]
) {
  for (const scenario of file.SCENARIOS) {
    Deno.test(`embedded: ${scenario.options.name}`, async () => void await playEmbedded(scenario));
  }
}
