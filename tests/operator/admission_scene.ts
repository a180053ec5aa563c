import assert from "node:assert/strict";
import { Reservations } from "../../src/domain/reservations.ts";
import { Admission, type AdmissionOptions } from "../../src/operator/admission.ts";
import { Announcer } from "../../src/operator/announcer.ts";
import type { CachedOwner } from "../../src/operator/cached.ts";
import type { ControllerRef } from "../../src/operator/projections.ts";
import { SpotFallback } from "../../src/operator/spot_fallback.ts";
import { connectWaiters } from "../../src/operator/waiter_pokes.ts";
import {
  createWebhookHandler,
  type ReviewOutcome,
  type WebhookDeps,
} from "../../src/operator/webhook_handler.ts";
import { Waiters } from "../../src/runtime/waiters.ts";
import { FALLBACK_SETTINGS } from "../support/builders.ts";
import { settle } from "../support/fake_clock.ts";
import { applyPatch, type Operation } from "../support/json_patch.ts";
import {
  deploymentObject,
  NAMESPACE,
  namespaceObject,
  newPod,
  nodeObject,
  ownedBy,
  replicaSetObject,
  type WorkloadFields,
} from "./objects.ts";
import { type FakeCluster, fakeCluster, RecordedEvents, RecordedLog } from "./support.ts";

export const OWNER_UID = ownedBy("ReplicaSet", "web-1").uid;
export const URL_OF_WEBHOOK = "https://spotalis.test/mutate";

export interface AskOptions {
  readonly uid?: string;
  readonly dryRun?: boolean;
  readonly namespace?: string;
  readonly operation?: string;
}

export interface Answered {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly patch: readonly Operation[];
  /** The pod with the patch applied. */
  // deno-lint-ignore no-explicit-any
  readonly pod: any;
  /** `spot 0`: the capacity and slot of the patched pod; empty where it has none. */
  readonly placed: string;
}

// deno-lint-ignore no-explicit-any
export function placedOf(pod: any): string {
  const capacity = pod.metadata?.labels?.["spotalis.io/capacity"];
  const slot = pod.metadata?.annotations?.["spotalis.io/slot"];
  return capacity === undefined ? "" : `${capacity} ${slot}`;
}

/** The body of an AdmissionReview about this pod. */
export function reviewOf(pod: unknown, options: AskOptions = {}) {
  const { uid = "review-1", dryRun = false, namespace = NAMESPACE, operation = "CREATE" } = options;
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace,
      operation,
      dryRun,
      object: pod,
    },
  };
}

export function post(body: string, init: RequestInit = {}): Request {
  return new Request(URL_OF_WEBHOOK, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...init,
  });
}

export interface SceneOptions extends Partial<AdmissionOptions> {
  readonly cluster?: FakeCluster;
  /** Of the Deployment `web`; undefined: there is none, nor its ReplicaSet. */
  readonly workload?: WorkloadFields | undefined;
  readonly peers?: WebhookDeps["peers"];
}

/** Admission behind its webhook, over caches with a Deployment `web`, its ReplicaSet, and two nodes. */
export function admissionScene(options: SceneOptions = {}) {
  const { cluster = fakeCluster(), podDeletionCost = true, isReadOnly = false } = options;
  const { cache, view, classifier, clock } = cluster;
  // The stores are filled by hand; a test may take this back.
  Object.defineProperty(cache, "hasSynced", { value: true, configurable: true });
  if (cache.namespaces.get(NAMESPACE) === undefined) cluster.addNamespace(namespaceObject(NAMESPACE));
  const log = new RecordedLog();
  const events = new RecordedEvents();
  const reservations = new Reservations();
  const waiters = new Waiters(clock, { longestMs: 250 });
  connectWaiters({ cache, waiters, reservations });
  const reads: ControllerRef[] = [];
  /** The live read: there is no such owner unless a test says else. */
  const live = {
    readOwner: (_reference: ControllerRef): Promise<CachedOwner | undefined> => Promise.resolve(undefined),
  };
  const reviews: ReviewOutcome[] = [];
  const state = { isLeading: true };
  const fallback = new SpotFallback(
    { view, clock, isLeading: () => state.isLeading, onClosed: () => {} },
    FALLBACK_SETTINGS,
  );
  const admission = new Admission({
    cache,
    view,
    classifier,
    fallback,
    reservations,
    waiters,
    clock,
    log,
    announcer: new Announcer(events.record),
    readOwner: (reference) => {
      reads.push(reference);
      return live.readOwner(reference);
    },
  }, { podDeletionCost, isReadOnly });
  const handler = createWebhookHandler({
    admission,
    clock,
    log,
    onReview: (review) => reviews.push(review),
    peers: options.peers,
  });
  let asked = 0;
  /** Asks about a pod, each time under a new uid unless one is given. */
  async function ask(pod: unknown = newPod(), options: AskOptions = {}): Promise<Answered> {
    const uid = options.uid ?? `review-${++asked}`;
    const response = await handler(post(JSON.stringify(reviewOf(pod, { ...options, uid }))));
    const body = await response.json();
    assert.equal(body.response?.uid, uid);
    const patch: Operation[] = body.response.patch === undefined ? [] : JSON.parse(atob(body.response.patch));
    const patched = applyPatch(pod, patch);
    return { status: response.status, body, patch, pod: patched, placed: placedOf(patched) };
  }
  /** Asks, and answers at once with what will come, since it may have to wait for the clock. */
  async function begin(pod: unknown = newPod(), options: AskOptions = {}) {
    const asking = { answer: undefined as Answered | undefined, done: undefined as Promise<void> | undefined };
    asking.done = ask(pod, options).then((answer) => void (asking.answer = answer));
    await settle();
    return asking;
  }
  /** The ReplicaSet's controller creates this pod, and the cache sees it on a node of its kind. */
  // deno-lint-ignore no-explicit-any
  function see(pod: any, name: string): void {
    const capacity = pod.metadata.labels["spotalis.io/capacity"];
    const { generateName: _, ...metadata } = pod.metadata;
    cluster.addPod({
      ...pod,
      metadata: { ...metadata, name, namespace: NAMESPACE, uid: `uid-${name}` },
      spec: { ...pod.spec, nodeName: `${capacity}-1` },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  }
  cluster.addNode(nodeObject("spot-1"));
  cluster.addNode(nodeObject("on-demand-1"));
  const fields = "workload" in options ? options.workload : {};
  if (fields !== undefined) {
    cluster.addDeployment(deploymentObject(fields));
    cluster.addReplicaSet(replicaSetObject({ replicas: fields.replicas ?? 4 }));
  }
  return {
    ...cluster,
    log,
    events,
    reservations,
    waiters,
    admission,
    fallback,
    state,
    handler,
    reads,
    reviews,
    live,
    ask,
    begin,
    see,
    results: () => reviews.map(({ result }) => result),
    reserved: (uid: string = OWNER_UID) =>
      reservations.of(uid, clock.now()).map(({ capacity, slot }) => `${capacity} ${slot}`),
  };
}
