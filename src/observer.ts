import { classifierOf } from "./config/classifier.ts";
import type { Config } from "./config/schema.ts";
import { NO_MOVES } from "./domain/moves.ts";
import type { DisruptionSettings, Instant, Standing, WorkloadSnapshot } from "./domain/snapshot.ts";
import { disruptionWindow } from "./domain/window.ts";
import { KubeClient } from "./kube/client.ts";
import { RateLimiter } from "./kube/rate_limiter.ts";
import type { TokenSource } from "./kube/token.ts";
import type { Transport } from "./kube/transport.ts";
import { CacheReporter } from "./operator/cache_reporter.ts";
import type { CachedWorkload } from "./operator/cached.ts";
import { ClusterCache } from "./operator/cluster_cache.ts";
import type { ProcessFigures } from "./operator/process_metrics.ts";
import { SpotFallback } from "./operator/spot_fallback.ts";
import { WorkloadView } from "./operator/workload_view.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Log } from "./runtime/log.ts";
import type { Random } from "./runtime/random.ts";

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

/** The settings that `decide` takes from the configuration. */
export function settingsOf({ controllers, operator }: Config): DisruptionSettings {
  const { schedule, duration } = operator.disruptionWindow;
  const { enabled, after, retryAfter, maxRetryAfter } = controllers.spotFallback;
  return {
    cooldownMs: controllers.workloadTiming.cooldownPeriod.ms,
    maxUnavailable: controllers.disruption.maxUnavailable,
    window: schedule === "" || duration === undefined ? undefined : disruptionWindow(schedule, duration.ms),
    fallback: {
      afterMs: enabled ? after.ms : undefined,
      retryAfterMs: retryAfter.ms,
      maxRetryAfterMs: maxRetryAfter.ms,
    },
  };
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

/** A command that only looks has no part in what holds a running operator back. */
export const LOOKING_ON: Standing = {
  ineffective: undefined,
  storm: undefined,
  capped: undefined,
  lease: undefined,
  throttled: undefined,
  stale: undefined,
};

/** Workloads as a command sees them that only looks: without a history. */
export function createOnlooker(
  { view }: Observer,
  { settings, now }: { settings: DisruptionSettings; now: Instant },
): (workload: CachedWorkload) => WorkloadSnapshot {
  const clock = { wall: () => now.wallMs };
  const fallback = new SpotFallback(
    { view, clock, isLeading: () => true, onClosed: () => {} },
    settings.fallback,
  );
  const looked = { moves: NO_MOVES, standing: LOOKING_ON };
  return (workload) =>
    view.snapshot(workload, { ...looked, fallback: (pods) => fallback.look(workload, pods) });
}
