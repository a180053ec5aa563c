import type { Registry } from "prom-client";
import { CAPACITIES, type Capacity, type NodeCapacity } from "../domain/capacity.ts";
import { declarer } from "./metric_families.ts";

/** What is shown of the cluster and of the way to it: requests, caches, nodes. */
export class ClusterMetrics {
  readonly #families: ReturnType<typeof declareFamilies>;

  constructor(registry: Registry) {
    this.#families = declareFamilies(registry);
    for (const capacity of ["spot", "on-demand", "unknown"]) this.#families.nodes.set({ capacity }, 0);
    this.storm([]);
  }

  requested({ verb, resource, code }: { verb: string; resource: string; code: number }): void {
    this.#families.requests.inc({ verb, resource, code: String(code) });
  }

  throttled(ms: number): void {
    this.#families.throttled.inc(ms / 1_000);
  }

  cache(of: { resource: string; objects: number; ageMs: number; lists: number }): void {
    this.#families.objects.set({ resource: of.resource }, of.objects);
    this.#families.age.set({ resource: of.resource }, of.ageMs / 1_000);
    this.#families.lists.set({ resource: of.resource }, of.lists);
  }

  broken(resource: string, seconds: number): void {
    this.#families.backoff.set({ resource }, seconds);
  }

  storm(kinds: readonly Capacity[]): void {
    for (const capacity of CAPACITIES) this.#families.storm.set({ capacity }, kinds.includes(capacity) ? 1 : 0);
  }

  evictionBudget(left: number): void {
    this.#families.budget.set(left);
  }

  nodes(counts: Readonly<Record<NodeCapacity, number>>): void {
    for (const [capacity, nodes] of Object.entries(counts)) this.#families.nodes.set({ capacity }, nodes);
  }
}

function declareFamilies(registry: Registry) {
  const { gauge, counter } = declarer(registry);
  return {
    requests: counter("api_requests_total", "Requests to the API server; code 0: no answer.", [
      "verb",
      "resource",
      "code",
    ]),
    throttled: counter("api_throttled_seconds_total", "Time that requests waited for our own limit.", []),
    backoff: gauge("api_backoff_seconds", "For how long a watch has been broken.", ["resource"]),
    objects: gauge("cache_objects", "Objects in a cache.", ["resource"]),
    age: gauge("cache_age_seconds", "How long ago a cache was last known to be current.", ["resource"]),
    lists: gauge("cache_lists", "How often all objects of a resource were read.", ["resource"]),
    nodes: gauge("nodes", "Nodes by capacity.", ["capacity"]),
    storm: gauge("node_storm", "1 while too many nodes of the capacity are departing or gone.", ["capacity"]),
    budget: gauge("eviction_budget", "Evictions that the leader has left of those of this minute.", []),
  };
}
