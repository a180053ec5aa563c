import assert from "node:assert/strict";
import { COOLDOWN_MS, Outage, RETRY_MS } from "./support/outage.ts";
import type { Play, Stage } from "./support/stage.ts";
import { closedWindow, OPEN, windowAnnotations } from "./support/windows.ts";
import { budget } from "./support/workloads.ts";

const WEB = { name: "web", replicas: 5, percentage: 60, floor: 1 };

async function budgets(play: Play): Promise<void> {
  await play("a budget lets stuck pods go, and holds the moves back", async (scene) => {
    const { witness, apply, patch, operator, namespace } = scene;
    await apply(budget({ name: "all", app: "web", spec: { minAvailable: 5 } }));
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(5);
    assert.equal(await outage.evictions(), 3, "pending pods pass it");
    witness.mark();
    await outage.pool.open("spot");
    const isHeld = (line: { [field: string]: unknown }) =>
      line["namespace"] === namespace && line["reason"] === "budget";
    await operator.logged(isHeld, 2 * RETRY_MS);
    assert.equal(witness.evicted.size, 0);
    await patch("poddisruptionbudget/all", { spec: { minAvailable: 4 } });
    await outage.comesBack(5, { spot: 3, moves: 3 });
    await outage.pool.remove();
  });
}

async function windows(play: Play, { clock }: Stage): Promise<void> {
  await play("a closed window lets stuck pods go, and holds the moves back", async (scene) => {
    const { witness, annotate, operator, namespace } = scene;
    const outage = await Outage.begin(scene, { ...WEB, annotations: windowAnnotations(closedWindow(clock)) });
    await outage.isUp(5);
    witness.mark();
    await outage.pool.open("spot");
    const isHeld = (line: { [field: string]: unknown }) =>
      line["namespace"] === namespace && line["reason"] === "window";
    await operator.logged(isHeld, 2 * RETRY_MS);
    assert.equal(witness.evicted.size, 0);
    await annotate("deployment/web", windowAnnotations(OPEN));
    await outage.comesBack(5, { spot: 3, moves: 3 });
    await outage.pool.remove();
  });
}

async function cooldowns(play: Play): Promise<void> {
  await play("the moves back keep the cooldown, and what they may take at once", async (scene) => {
    const { witness, operator, namespace } = scene;
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(5);
    witness.mark();
    await outage.pool.open("spot");
    await outage.comesBack(5, { spot: 3, moves: 3 });
    const moves = operator.log.filter((line) =>
      line["namespace"] === namespace && line.message === "evicted" && line["reason"] === "drift"
    ).map((line) => Date.parse(String(line["time"])));
    assert.equal(moves.length, 3);
    for (const [index, at] of moves.slice(1).entries()) {
      assert.ok(at - moves[index]! >= COOLDOWN_MS, `${at - moves[index]!} ms`);
    }
    await outage.pool.remove();
  });
}

export async function limits(play: Play, stage: Stage): Promise<void> {
  await Promise.all([budgets, windows, cooldowns].map((part) => part(play, stage)));
}
