import { SCENARIOS } from "../scenarios/storms.ts";
import { stage } from "./support/scene.ts";

for (const { options, act } of SCENARIOS) stage(options, act);
