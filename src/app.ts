import { CommonCause } from "./domain/common_cause.ts";
import { EvictionCap } from "./domain/eviction_cap.ts";
import { Reservations } from "./domain/reservations.ts";
import { EventRecorder, type Regarding } from "./kube/event_recorder.ts";
import { LeaderElector } from "./kube/lease.ts";
import { type AppDeps, createObserver, settingsOf } from "./observer.ts";
import { Admission } from "./operator/admission.ts";
import { Announcer } from "./operator/announcer.ts";
import { Evictor } from "./operator/evictor.ts";
import { ADDRESS_ANNOTATION, type PeerAddress, published } from "./operator/forwarding/leader_address.ts";
import { connectPeer } from "./operator/forwarding/peer_connection.ts";
import { Peers } from "./operator/forwarding/peers.ts";
import { Metrics } from "./operator/metrics.ts";
import { OwnerReader } from "./operator/owner_reader.ts";
import { Reconciler } from "./operator/reconciler.ts";
import { SpotFallback } from "./operator/spot_fallback.ts";
import { Standings } from "./operator/standings.ts";
import { Storms } from "./operator/storms.ts";
import { connectTriggers } from "./operator/triggers.ts";
import { connectWaiters } from "./operator/waiter_pokes.ts";
import { createWebhookHandler } from "./operator/webhook_handler.ts";
import { workloadKey } from "./operator/workload_key.ts";
import { Sparing } from "./runtime/sparing.ts";
import { Waiters } from "./runtime/waiters.ts";
import { WorkQueue } from "./runtime/work_queue.ts";

/** A burst changes a workload a hundred times a second: it is looked at once for all that came meanwhile. */
const SETTLE_MS = 100;
/** It is tried every other second: of the same failure one line is enough for a while. */
const LEASE_WARNING_MS = 60_000;
/** Longest wait of admission for a cache that is behind. */
const LAG_MS = 250;

/** Where other replicas reach the webhook of this process; undefined: nowhere that can be known beforehand. */
function ownAddress({ config: { webhook }, podIp }: AppDeps): PeerAddress | undefined {
  const isKnown = webhook.enabled && webhook.port !== 0 && podIp !== undefined && podIp !== "";
  return isKnown ? { hostname: podIp, port: webhook.port } : undefined;
}

/** The composition root: everything that `spotalis run` is made of. Nothing starts here. */
export function createApp(deps: AppDeps) {
  const { config, clock, random, log, identity } = deps;
  const metrics: Metrics = new Metrics({ ...deps, collect: () => collect() });
  const observer = createObserver(deps, {
    onRequest: (request) => metrics.cluster.requested(request),
    onThrottled: (ms) => metrics.cluster.throttled(ms),
  });
  const { clients, classifier, reporter, cache, view } = observer;
  const recorder = new EventRecorder({
    client: clients.short,
    clock,
    onFailure: (error, { reason }) => log.warn("Event not written", { reason, error }),
  }, { controller: "spotalis.io/controller", instance: identity });
  const announcer = new Announcer((event) => recorder.record(event));

  const queue = new WorkQueue(clock);
  const enqueueAll = () => {
    for (const workload of cache.workloads()) queue.add(workloadKey(workload));
  };
  const { leaderElection, namespace, readOnlyMode } = config.operator;
  const { forwarding } = config.webhook;
  const address = forwarding.enabled ? ownAddress(deps) : undefined;
  const commonCause = new CommonCause();
  const cap = new EvictionCap(config.controllers.disruption.maxEvictionsPerMinute);
  const leaseFailures = new Sparing(clock, { everyMs: LEASE_WARNING_MS });
  const elector = !leaderElection.enabled ? undefined : new LeaderElector({
    client: clients.lease,
    clock,
    random,
    onChange: ({ isLeader, holder, why }) => {
      log.info(isLeader ? "leadership acquired" : "leadership lost", { identity, holder, why });
      metrics.leading(isLeader);
      fallback.forgetAll();
      if (isLeader) cap.takeOver(clock.now());
      // On a loss as well: then what this process shows of each workload ends.
      enqueueAll();
    },
    onFailure: (error) => {
      const leftOut = leaseFailures.pass(String(error));
      if (leftOut !== undefined) log.warn("the Lease cannot be read or written", { error, leftOut });
    },
  }, {
    namespace: leaderElection.namespace || namespace,
    name: leaderElection.id,
    identity,
    leaseDurationMs: leaderElection.leaseDuration.ms,
    renewDeadlineMs: leaderElection.renewDeadline.ms,
    retryPeriodMs: leaderElection.retryPeriod.ms,
    ...address === undefined ? {} : { annotations: { [ADDRESS_ANNOTATION]: published(address, identity) } },
  });
  const peers = elector === undefined || !forwarding.enabled ? undefined : new Peers({
    clock,
    log,
    election: elector,
    connect: connectPeer,
    metrics: metrics.forwarding,
  }, { identity, address, deadlineMs: forwarding.deadline.ms });
  if (elector === undefined) {
    metrics.leading(true);
    cap.takeOver(clock.now());
  }
  const evictor = new Evictor({ client: clients.evict, limiter: observer.limiter, clock });
  const storms = new Storms({
    cache,
    isOurs: (inNamespace) => !view.isOutOfScope(inNamespace),
    clock,
    log,
    announce: (storm) => announcer.nodeStorm(ownObject(), storm),
  });
  storms.connect();
  const { holdInStorms } = config.controllers.disruption;
  const held = { storms: holdInStorms ? storms : { hold: () => undefined } };
  const standings = new Standings({ elector, cache, evictor, cap, commonCause, clock, ...held }, {
    handoverMs: leaderElection.retryPeriod.ms,
  });
  const settings = settingsOf(config);
  const fallback = new SpotFallback({
    view,
    clock,
    isLeading: () => standings.mayReconcile(),
    onClosed: (uid) => {
      const workload = cache.workloadByUid(uid);
      if (workload !== undefined) queue.add(workloadKey(workload));
    },
  }, settings.fallback);
  const reservations = new Reservations();
  const reconciler = new Reconciler({
    cache,
    view,
    queue,
    reservations,
    evictor,
    fallback,
    cap,
    commonCause,
    announcer,
    metrics,
    clock,
    random,
    log,
    standing: (key) => standings.standing(key),
    mayReconcile: () => standings.mayReconcile(),
  }, {
    settings,
    isReadOnly: readOnlyMode,
    retryMs: config.controllers.workloadTiming.disruptionRetryInterval.ms,
    windowPollMs: config.controllers.workloadTiming.disruptionWindowPollInterval.ms,
  });
  connectTriggers({ cache, view, enqueue: (key) => queue.addAfter(key, SETTLE_MS) });

  const waiters = new Waiters(clock, { longestMs: LAG_MS });
  connectWaiters({ cache, waiters, reservations });
  const ownerReader = new OwnerReader({ client: clients.short, clock, projections: cache.projections });
  const admission = new Admission({
    cache,
    view,
    classifier,
    fallback,
    reservations,
    waiters,
    clock,
    log,
    announcer,
    readOwner: (reference, inNamespace) => ownerReader.read(reference, inNamespace),
  }, { podDeletionCost: config.controllers.podDeletionCost, isReadOnly: readOnlyMode });
  const webhook = createWebhookHandler({
    admission,
    clock,
    log,
    onReview: (review) => metrics.reviewed(review),
    peers,
  });

  /** What Events are about that are of no one workload. */
  function ownObject(): Regarding {
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: leaderElection.id };
    if (elector !== undefined) {
      return { ...lease, namespace: leaderElection.namespace || namespace, uid: elector.uid ?? "" };
    }
    const uid = cache.namespaces.get(namespace)?.uid ?? "";
    return { apiVersion: "v1", kind: "Namespace", name: namespace, namespace, uid };
  }

  function collect(): void {
    const nowMs = clock.now();
    metrics.cluster.storm(storms.stormy());
    metrics.cluster.evictionBudget(elector?.isLeader === false ? 0 : cap.left(nowMs));
    for (const each of cache.ages(nowMs)) {
      metrics.cluster.cache(each);
      metrics.cluster.broken(each.resource, reporter.brokenMs(each.resource) / 1_000);
    }
    const counts = { "spot": 0, "on-demand": 0, "unknown": 0 };
    for (const { capacity } of cache.nodes.values()) counts[capacity]++;
    metrics.cluster.nodes(counts);
  }

  return {
    observer,
    metrics,
    recorder,
    queue,
    elector,
    standings,
    storms,
    reconciler,
    webhook,
    peers,
    enqueueAll,
    /** What expires by itself is forgotten. */
    sweep: () => reservations.sweep(clock.now()),
  };
}

export type App = ReturnType<typeof createApp>;
