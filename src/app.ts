import { classifierOf } from "./config/classifier.ts";
import type { Config } from "./config/schema.ts";
import { Reservations } from "./domain/reservations.ts";
import type { DisruptionSettings, Standing } from "./domain/snapshot.ts";
import { disruptionWindow } from "./domain/window.ts";
import { KubeClient } from "./kube/client.ts";
import { EventRecorder } from "./kube/event_recorder.ts";
import { LeaderElector } from "./kube/lease.ts";
import { RateLimiter } from "./kube/rate_limiter.ts";
import type { TokenSource } from "./kube/token.ts";
import type { Transport } from "./kube/transport.ts";
import { Admission } from "./operator/admission.ts";
import { Announcer } from "./operator/announcer.ts";
import { ClusterCache } from "./operator/cluster_cache.ts";
import { Evictor } from "./operator/evictor.ts";
import { ADDRESS_ANNOTATION, type PeerAddress, published } from "./operator/forwarding/leader_address.ts";
import { connectPeer } from "./operator/forwarding/peer_connection.ts";
import { Peers } from "./operator/forwarding/peers.ts";
import { Metrics, type ProcessFigures } from "./operator/metrics.ts";
import { OwnerReader } from "./operator/owner_reader.ts";
import { Reconciler } from "./operator/reconciler.ts";
import { Standings } from "./operator/standings.ts";
import { connectTriggers } from "./operator/triggers.ts";
import { connectWaiters } from "./operator/waiter_pokes.ts";
import { createWebhookHandler } from "./operator/webhook_handler.ts";
import { workloadKey } from "./operator/workload_key.ts";
import { WorkloadView } from "./operator/workload_view.ts";
import { CacheReporter } from "./operator/cache_reporter.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Log } from "./runtime/log.ts";
import type { Random } from "./runtime/random.ts";
import { Waiters } from "./runtime/waiters.ts";
import { WorkQueue } from "./runtime/work_queue.ts";

/** How the API server is reached: in a cluster, from a laptop, or in this very process. */
export interface Connection {
  readonly server: string;
  readonly token: TokenSource | undefined;
  /** Where the user is at home: what a command means that is told no namespace. */
  readonly namespace: string | undefined;
  /** A new transport, with connections of its own. */
  readonly connect: () => Transport;
}

export interface AppDeps {
  readonly config: Config;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly identity: string;
  /** Of this process's pod, for other replicas; undefined: it is in none. */
  readonly podIp?: string | undefined;
  readonly version: string;
  readonly runtime: string;
  readonly process: () => ProcessFigures;
}

type RequestObserver = (request: { verb: string; resource: string; code: number }) => void;

/** A burst changes a workload a hundred times a second: it is looked at once for all that came meanwhile. */
const SETTLE_MS = 100;
/** Longest wait of admission for a cache that is behind. */
const LAG_MS = 250;

/** The settings that `decide` takes from the configuration. */
export function settingsOf({ controllers, operator }: Config): DisruptionSettings {
  const { schedule, duration } = operator.disruptionWindow;
  return {
    cooldownMs: controllers.workloadTiming.cooldownPeriod.ms,
    maxUnavailable: controllers.disruption.maxUnavailable,
    window: schedule === "" || duration === undefined ? undefined : disruptionWindow(schedule, duration.ms),
  };
}

/** Where other replicas reach the webhook of this process; undefined: nowhere that can be known beforehand. */
function ownAddress({ config: { webhook }, podIp }: AppDeps): PeerAddress | undefined {
  const isKnown = webhook.enabled && webhook.port !== 0 && podIp !== undefined && podIp !== "";
  return isKnown ? { hostname: podIp, port: webhook.port } : undefined;
}

/** What `run`, `plan` and `explain` share: the clients, the caches, and the view that rules have of them. */
export function createObserver(
  deps: AppDeps,
  { onRequest, onThrottled }: { onRequest?: RequestObserver; onThrottled?: (ms: number) => void } = {},
) {
  const { config, connection, clock, random, log, version } = deps;
  const limiter = new RateLimiter(clock, config.controllers.rateLimit, onThrottled);
  // Watches, short calls and the Lease share no connections: none of them can hold up another.
  const client = (own: { limiter: RateLimiter | undefined }) =>
    new KubeClient({
      clock,
      transport: connection.connect(),
      server: connection.server,
      token: connection.token,
      userAgent: `spotalis/${version}`,
      onRequest,
      ...own,
    });
  const clients = {
    watch: client({ limiter }),
    short: client({ limiter }),
    // The evictor waits for the limiter itself, before it asks whether it may still evict.
    evict: client({ limiter: undefined }),
    lease: client({ limiter: undefined }),
  };
  const classifier = classifierOf(config);
  const reporter = new CacheReporter({ clock, log });
  const cache = new ClusterCache(
    {
      client: clients.watch,
      clock,
      random,
      classifier,
      onState: (resource, state) => reporter.tell(resource, state),
    },
    { watchNamespaces: config.controllers.watchNamespaces },
  );
  const { namespaceSelector } = config.controllers;
  const isSelectorEmpty = Object.keys(namespaceSelector).length === 0;
  const view = new WorkloadView(cache, {
    selector: isSelectorEmpty ? undefined : namespaceSelector,
    ownNamespace: config.operator.namespace,
    watched: config.controllers.watchNamespaces,
  });
  const close = () => Object.values(clients).forEach((each) => each.close());
  return { clients, limiter, classifier, reporter, cache, view, close };
}

export type Observer = ReturnType<typeof createObserver>;

/** The composition root: everything that `spotalis run` is made of. Nothing starts here. */
export function createApp(deps: AppDeps) {
  const { config, clock, random, log, identity } = deps;
  const metrics: Metrics = new Metrics({ ...deps, collect: () => collect() });
  const observer = createObserver(deps, {
    onRequest: (request) => metrics.requested(request),
    onThrottled: (ms) => metrics.throttled(ms),
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
  const elector = !leaderElection.enabled ? undefined : new LeaderElector({
    client: clients.lease,
    clock,
    random,
    onChange: ({ isLeader, holder, why }) => {
      log.info(isLeader ? "leadership acquired" : "leadership lost", { identity, holder, why });
      metrics.leading(isLeader);
      // On a loss as well: then what this process shows of each workload ends.
      enqueueAll();
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
  if (elector === undefined) metrics.leading(true);
  const evictor = new Evictor({ client: clients.evict, limiter: observer.limiter, clock });
  const standings = new Standings({ elector, cache, evictor, clock }, {
    handoverMs: leaderElection.retryPeriod.ms,
  });
  const reconciler = new Reconciler({
    cache,
    view,
    queue,
    evictor,
    announcer,
    metrics,
    clock,
    random,
    log,
    standing: (): Standing => standings.standing(),
    mayReconcile: () => standings.mayReconcile(),
  }, {
    settings: settingsOf(config),
    isReadOnly: readOnlyMode,
    retryMs: config.controllers.workloadTiming.disruptionRetryInterval.ms,
    windowPollMs: config.controllers.workloadTiming.disruptionWindowPollInterval.ms,
  });
  connectTriggers({ cache, view, enqueue: (key) => queue.addAfter(key, SETTLE_MS) });

  const reservations = new Reservations();
  const waiters = new Waiters(clock, { longestMs: LAG_MS });
  connectWaiters({ cache, waiters, reservations });
  const ownerReader = new OwnerReader({ client: clients.short, clock, projections: cache.projections });
  const admission = new Admission({
    cache,
    view,
    classifier,
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

  function collect(): void {
    const nowMs = clock.now();
    for (const each of cache.ages(nowMs)) {
      metrics.cache(each);
      metrics.broken(each.resource, reporter.brokenMs(each.resource) / 1_000);
    }
    const counts = { "spot": 0, "on-demand": 0, "unknown": 0 };
    for (const { capacity } of cache.nodes.values()) counts[capacity]++;
    metrics.nodes(counts);
  }

  return {
    observer,
    metrics,
    recorder,
    queue,
    elector,
    standings,
    reconciler,
    webhook,
    peers,
    enqueueAll,
    /** What expires by itself is forgotten. */
    sweep: () => reservations.sweep(clock.now()),
  };
}

export type App = ReturnType<typeof createApp>;
