import type { Clock } from "../../../src/runtime/clock.ts";
import type { Storage, StorageChange } from "../../../src/sim/api/storage.ts";
import {
  type ApiObject,
  conditionOf,
  controllerOf,
  isFinished,
  type Node,
  type Pod,
} from "../../../src/sim/objects.ts";
import {
  BUDGETS,
  DEPLOYMENTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from "../../../src/sim/resources.ts";
import { NodeLosses } from "./node_losses.ts";
import type { ExpectedPolicy } from "./expected_policy.ts";
import { isWindowOpen } from "./expected_window.ts";
import {
  isBudgetHeld,
  isGoing,
  isMarked,
  isPlaced,
  isProtected,
  mayGo,
  nodeKind,
  podKind,
  type Reason,
  type Truth,
  truthOf,
  type Workload,
} from "./truth.ts";

/** What is known of one workload, with how long each thing has been so. Times are on the clock. */
export interface Account {
  readonly uid: string;
  truth: Truth;
  /** Since when each reason holds, without a break. */
  readonly since: Map<Reason, number>;
  /** Since when a budget holds all its pods. */
  budgetSince: number | undefined;
  /** Since when a pod may and should be moved. */
  mendableSince: number | undefined;
  /** Pods that the operator has evicted, until all is quiet again. */
  readonly moving: Set<string>;
  lastMove: Move | undefined;
  /** Since when it is not unmanaged. */
  managedSince: number | undefined;
  /** Since when its policy is valid, with the same fallback. */
  validSince: number;
  /** When its window was last seen closed. */
  closedMs: number;
  /** The last eviction of a pod that no spot node was found for. */
  fallbackMs: number;
  /** When a pod was last there that a fallback has placed. */
  markedMs: number;
  /** The last pod that came without being placed, while the workload was managed. */
  unplacedMs: number;
  /** The first pod that came after the last move, and whether any that came was placed. */
  replacement: { readonly uid: string; readonly atMs: number; isPlaced: boolean } | undefined;
}

/** An eviction by the operator. */
export interface Move {
  readonly atMs: number;
  readonly by: string;
  /** Of the workload, at that time. */
  readonly replicas: number;
  /** What the process had said why. */
  readonly decision: unknown;
  /** Whether the process has heard that it was granted. */
  readonly isTold: boolean;
}

/**
 * Follows the API server's storage, each change of it, and knows at any moment what holds of each
 * workload and since when. It reads the design on its own, and calls nothing of the operator.
 */
export class Oracle {
  readonly accounts = new Map<string, Account>();
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #dirty = new Set<string>();
  /** ReplicaSet UID -> Deployment UID, also of those that have gone. */
  readonly #owners = new Map<string, string>();
  readonly #removedMs = new Map<string, number>();
  readonly #protectedMs = new Map<string, number>();
  readonly #known = new Map<string, Workload>();
  readonly nodes: NodeLosses;
  /** When a pod on spot last got its node. */
  scheduledMs = -Infinity;
  /** When a pod was last there that no spot node was found for. */
  stuckMs = -Infinity;
  /** When a node was last there, gone, going or of another kind than before. */
  nodesChangedMs = -Infinity;

  constructor(deps: { storage: Storage; clock: Clock }) {
    this.#storage = deps.storage;
    this.#clock = deps.clock;
    this.nodes = new NodeLosses(deps);
    deps.storage.onChange((change) => this.#see(change));
  }

  /** The workload that a pod belongs to, with all pending changes taken in. */
  accountOf(pod: Pod): Account | undefined {
    this.flush();
    const uid = this.#workloadOf(pod);
    return uid === undefined ? undefined : this.accounts.get(uid);
  }

  /** The one that has this name now: `Deployment/web`. */
  accountNamed(namespace: string, path: string): Account | undefined {
    return this.accounts.values().find(({ truth: { workload: { kind, metadata } } }) =>
      metadata.namespace === namespace && `${kind}/${metadata.name}` === path
    );
  }

  /** When a pod that is no more was removed. */
  removedMs(uid: string): number | undefined {
    return this.#removedMs.get(uid);
  }

  /** Since when a pod is protected by its owner's annotation. */
  protectedMs(uid: string): number | undefined {
    return this.#protectedMs.get(uid);
  }

  isWindowOpen({ truth: { policy } }: Account, wallMs: number): boolean {
    return policy.kind !== "managed" || policy.window === undefined || isWindowOpen(policy.window, wallMs);
  }

  /** Takes in what has changed at this moment. */
  flush(): void {
    if (this.#dirty.size === 0) return;
    for (const uid of this.#dirty) this.#look(uid);
    this.#dirty.clear();
  }

  #see({ type, before, object, event }: StorageChange): void {
    if (type === PODS) this.#seePod(before as Pod | undefined, object as Pod, event);
    else if (type === REPLICA_SETS) this.#seeSet(object);
    else if (type === DEPLOYMENTS || type === STATEFUL_SETS) this.#seeWorkload(object as Workload, event);
    else if (type === NODES) this.#seeNode(before as Node | undefined, object as Node, event);
    else if (type === NAMESPACES) this.#touchAll(object.metadata.name);
    else if (type === BUDGETS) this.#touchAll(object.metadata.namespace);
  }

  #seePod(before: Pod | undefined, pod: Pod, event: StorageChange["event"]): void {
    const { uid } = pod.metadata;
    const workload = this.#workloadOf(pod);
    if (conditionOf(pod, "PodScheduled")?.status === "False") this.stuckMs = this.#clock.now();
    if (before?.spec.nodeName === undefined && pod.spec.nodeName !== undefined) this.#seeBinding(pod);
    if (event === "DELETED") {
      this.#removedMs.set(uid, this.#clock.now());
      this.#protectedMs.delete(uid);
    } else if (!isProtected(pod)) {
      this.#protectedMs.delete(uid);
    } else if (!this.#protectedMs.has(uid)) {
      this.#protectedMs.set(uid, this.#clock.now());
    }
    if (workload === undefined) return;
    const account = this.accounts.get(workload);
    if (before === undefined && account !== undefined) {
      account.replacement ??= { uid, atMs: this.#clock.now(), isPlaced: false };
      account.replacement.isPlaced ||= isPlaced(pod);
      if (!isPlaced(pod) && account.truth.policy.kind === "managed") account.unplacedMs = this.#clock.now();
    }
    this.#touch(workload);
  }

  #seeBinding(pod: Pod): void {
    if (podKind(this.#storage, pod) === "spot") this.scheduledMs = this.#clock.now();
  }

  #seeSet(set: ApiObject): void {
    const uid = controllerOf(set)?.uid;
    if (uid === undefined) return;
    this.#owners.set(set.metadata.uid, uid);
    this.#touch(uid);
  }

  #seeWorkload(workload: Workload, event: StorageChange["event"]): void {
    const { uid } = workload.metadata;
    if (event === "DELETED") {
      this.#known.delete(uid);
      this.accounts.delete(uid);
    } else {
      this.#known.set(uid, workload);
      this.#touch(uid);
    }
  }

  #seeNode(before: Node | undefined, node: Node, event: StorageChange["event"]): void {
    const isSame = event === "MODIFIED" && before !== undefined && nodeKind(before) === nodeKind(node) &&
      isGoing(before) === isGoing(node);
    if (isSame) return;
    this.nodes.changed(node, event);
    this.nodesChangedMs = this.#clock.now();
    this.#touchAll(undefined);
  }

  #workloadOf(pod: Pod): string | undefined {
    const controller = controllerOf(pod);
    if (controller?.kind === "StatefulSet") return controller.uid;
    return controller?.kind === "ReplicaSet" ? this.#owners.get(controller.uid) : undefined;
  }

  #touchAll(namespace: string | undefined): void {
    for (const [uid, { metadata }] of this.#known) {
      if (namespace === undefined || metadata.namespace === namespace) this.#touch(uid);
    }
  }

  #touch(uid: string): void {
    if (!this.#known.has(uid)) return;
    // What a controller writes in one go is looked at once, before time goes on.
    if (this.#dirty.size === 0) queueMicrotask(() => this.flush());
    this.#dirty.add(uid);
  }

  #look(uid: string): void {
    const workload = this.#known.get(uid);
    if (workload === undefined) return;
    const nowMs = this.#clock.now();
    const truth = truthOf(this.#storage, workload);
    const account = this.accounts.get(uid) ?? newAccount(uid, truth);
    this.accounts.set(uid, account);
    const isKept = isSameFallback(account.truth.policy, truth.policy);
    if (truth.policy.kind !== "managed") account.validSince = Infinity;
    else if (account.validSince === Infinity || !isKept) account.validSince = nowMs;
    account.truth = truth;
    const { since } = account;
    for (const reason of since.keys()) if (!truth.reasons.has(reason)) since.delete(reason);
    for (const reason of truth.reasons) if (!since.has(reason)) since.set(reason, nowMs);
    account.managedSince = truth.policy.kind === "unmanaged" ? undefined : account.managedSince ?? nowMs;
    if (!truth.reasons.has("moving")) account.moving.clear();
    if (truth.live.some(({ pod }) => isMarked(pod))) account.markedMs = nowMs;
    const running = truth.live.find(({ pod }) => !isFinished(pod) && pod.status?.phase !== "Pending");
    const isHeld = running !== undefined && isBudgetHeld(this.#storage, running.pod);
    account.budgetSince = isHeld ? account.budgetSince ?? nowMs : undefined;
    account.mendableSince = this.#isMendable(truth) ? account.mendableSince ?? nowMs : undefined;
  }

  #isMendable(truth: Truth): boolean {
    for (const reason of truth.reasons) {
      if (reason !== "floor" && !reason.startsWith("no surplus")) return false;
    }
    return truth.surplus !== 0 && truth.live.some((each) => mayGo(this.#storage, each, truth));
  }
}

function isSameFallback(a: ExpectedPolicy, b: ExpectedPolicy): boolean {
  return a.kind === "managed" && b.kind === "managed" && a.fallbackAfterMs === b.fallbackAfterMs;
}

function newAccount(uid: string, truth: Truth): Account {
  return {
    uid,
    truth,
    since: new Map(),
    budgetSince: undefined,
    mendableSince: undefined,
    moving: new Set(),
    lastMove: undefined,
    managedSince: undefined,
    validSince: -Infinity,
    closedMs: -Infinity,
    fallbackMs: -Infinity,
    markedMs: -Infinity,
    unplacedMs: -Infinity,
    replacement: undefined,
  };
}

/** `Deployment shop/web`. */
export function nameOf({ workload }: Truth): string {
  const { kind, metadata } = workload;
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
