import { SCENARIOS } from "../scenarios/unsteady_workloads.ts";
import { stage } from "./support/scene.ts";

for (const { options, act } of SCENARIOS) stage(options, act);
