import { SCENARIOS } from "../scenarios/fallback.ts";
import { stage } from "./support/scene.ts";

for (const { options, act } of SCENARIOS) stage(options, act);
