import { SCENARIOS } from "../scenarios/other_hands.ts";
import { stage } from "./support/scene.ts";

for (const { options, act } of SCENARIOS) stage(options, act);
