import { SCENARIOS } from "../scenarios/policy_table.ts";
import { stage } from "./support/scene.ts";

for (const { options, act } of SCENARIOS) stage(options, act);
