import assert from "node:assert/strict";
import type { Decision } from "../../src/domain/decide.ts";
import type { Metrics } from "../../src/operator/metrics.ts";
import { newMetrics, seriesOf, seriesWith } from "./support.ts";

const KEY = "Deployment/shop/web";
const OTHER = "StatefulSet/shop/web";
const WEB = 'namespace="shop",workload="web",workload_type="Deployment"';

/** Design section 9: name -> type. */
const FAMILIES: Readonly<Record<string, string>> = {
  workload_replicas: "gauge",
  workload_target_replicas: "gauge",
  workload_held: "gauge",
  workload_invalid: "gauge",
  reconciliations_total: "counter",
  reconciliation_errors_total: "counter",
  evictions_total: "counter",
  rebalancing_blocked_by_pdb_total: "counter",
  spot_fallback_active: "gauge",
  webhook_requests_total: "counter",
  webhook_mutations_total: "counter",
  webhook_duration_seconds: "histogram",
  reconcile_duration_seconds: "histogram",
  controller_last_seen_timestamp: "gauge",
  leader_election_status: "gauge",
  api_requests_total: "counter",
  api_throttled_seconds_total: "counter",
  api_backoff_seconds: "gauge",
  cache_objects: "gauge",
  cache_age_seconds: "gauge",
  certificate_expiry_timestamp_seconds: "gauge",
  certificate_reloads_total: "counter",
  nodes: "gauge",
  node_storm: "gauge",
  eviction_budget: "gauge",
  build_info: "gauge",
};

const BALANCED: Decision = {
  action: "ignore",
  reason: "balanced",
  detail: "",
  census: { spot: 2, onDemand: 3, readyOnDemand: 3, uncounted: new Map() },
  spotTarget: 2,
  drift: 0,
};

for (const [name, type] of Object.entries(FAMILIES)) {
  Deno.test(`Metrics declares spotalis_${name} from the start`, async () => {
    const lines = (await newMetrics().text()).split("\n");
    assert.ok(lines.includes(`# TYPE spotalis_${name} ${type}`));
    assert.ok(lines.some((line) => line.startsWith(`# HELP spotalis_${name} `) && line.length > 25));
  });
}

Deno.test("Metrics starts what is known beforehand at 0", async () => {
  const series = await seriesOf(newMetrics());
  for (const result of ["placed", "unmanaged", "invalid", "pinned", "read_only", "no_owner", "error"]) {
    const name = `spotalis_webhook_requests_total{operation="CREATE",resource_kind="Pod",result="${result}"}`;
    assert.equal(series.get(name), 0, name);
  }
  const zeros = [
    'spotalis_webhook_mutations_total{resource_kind="Pod",mutation_type="spot"}',
    'spotalis_webhook_mutations_total{resource_kind="Pod",mutation_type="on-demand"}',
    'spotalis_certificate_reloads_total{result="success"}',
    'spotalis_certificate_reloads_total{result="failure"}',
    'spotalis_nodes{capacity="spot"}',
    'spotalis_nodes{capacity="on-demand"}',
    'spotalis_nodes{capacity="unknown"}',
    'spotalis_leader_election_status{controller_name="workload"}',
    "spotalis_api_throttled_seconds_total",
    "spotalis_webhook_duration_seconds_count",
    "spotalis_reconcile_duration_seconds_count",
  ];
  for (const name of zeros) assert.equal(series.get(name), 0, name);
  assert.equal(series.get('spotalis_build_info{version="1.2.3",runtime="deno 2"}'), 1);
});

Deno.test("Metrics shows the process by the usual names", async () => {
  const series = await seriesOf(newMetrics());
  assert.equal(series.get("process_resident_memory_bytes"), 1);
  assert.equal(series.get("nodejs_heap_size_used_bytes"), 2);
  assert.equal(series.get("process_cpu_seconds_total"), 4);
});

Deno.test("Metrics counts a review by operation, kind and result, and a mutation only where a pod was placed", async () => {
  const metrics = newMetrics();
  const review = { operation: "CREATE", kind: "Pod", seconds: 0.003 };
  metrics.reviewed({ ...review, result: "placed", capacity: "spot" });
  metrics.reviewed({ ...review, result: "read_only", capacity: "spot" });
  metrics.reviewed({ ...review, result: "error" });
  const counted = [...await seriesOf(metrics)].filter(([name, n]) =>
    /requests_total|mutations/.test(name) && n > 0
  );
  assert.deepEqual(counted.map(([name, n]) => `${name.replace("spotalis_webhook_", "")} ${n}`).sort(), [
    'mutations_total{resource_kind="Pod",mutation_type="spot"} 1',
    'requests_total{operation="CREATE",resource_kind="Pod",result="error"} 1',
    'requests_total{operation="CREATE",resource_kind="Pod",result="placed"} 1',
    'requests_total{operation="CREATE",resource_kind="Pod",result="read_only"} 1',
  ]);
  const series = await seriesOf(metrics);
  assert.equal(series.get('spotalis_webhook_duration_seconds_bucket{le="0.0025"}'), 0);
  assert.equal(series.get('spotalis_webhook_duration_seconds_bucket{le="0.005"}'), 3);
});

/** A workload with a series in each of its families. */
function busy(metrics: Metrics, key: string): void {
  metrics.managed(key);
  metrics.decided(key, BALANCED, { isInvalid: false, isFallbackOpen: false });
  metrics.held(key, { before: undefined, after: "window" });
  metrics.reconciled(key, { action: "hold", result: "window" });
  metrics.failed(key, "TypeError");
  metrics.evicted(key, "evicted");
  metrics.blockedByBudget(key, "limit");
}

Deno.test("Metrics ends a workload's series with it, and no others", async () => {
  const metrics = newMetrics();
  const before = await seriesOf(metrics);
  busy(metrics, OTHER);
  const withOther = await seriesOf(metrics);
  busy(metrics, KEY);
  assert.ok((await seriesOf(metrics)).size > withOther.size + 10);
  metrics.forget(KEY);
  assert.deepEqual(await seriesOf(metrics), withOther);
  metrics.forget(OTHER);
  assert.deepEqual(await seriesOf(metrics), before);
});

Deno.test("Metrics takes back the gauges of a workload on standby, and keeps its counters", async () => {
  const metrics = newMetrics();
  busy(metrics, KEY);
  metrics.standBy(KEY);
  const left = [...(await seriesOf(metrics)).keys()].filter((name) => name.includes(WEB));
  const families = [...new Set(left.map((name) => name.slice(0, name.indexOf("{"))))].sort();
  assert.deepEqual(families, [
    "spotalis_evictions_total",
    "spotalis_rebalancing_blocked_by_pdb_total",
    "spotalis_reconciliation_errors_total",
    "spotalis_reconciliations_total",
  ]);
  metrics.forget(KEY);
  assert.deepEqual(await seriesWith(metrics, WEB), []);
});

Deno.test("Metrics counts on from 0 for a workload that comes again under the same name", async () => {
  const metrics = newMetrics();
  busy(metrics, KEY);
  metrics.forget(KEY);
  busy(metrics, KEY);
  assert.deepEqual(await seriesWith(metrics, "errors_total{"), [
    `spotalis_reconciliation_errors_total{${WEB},error_type="TypeError"} 1`,
  ]);
});

Deno.test("Metrics shows no target without a valid policy", async () => {
  const metrics = newMetrics();
  metrics.decided(KEY, BALANCED, { isInvalid: false, isFallbackOpen: false });
  assert.deepEqual(await seriesWith(metrics, "target_replicas{"), [
    `spotalis_workload_target_replicas{${WEB},replica_type="on-demand"} 3`,
    `spotalis_workload_target_replicas{${WEB},replica_type="spot"} 2`,
  ]);
  metrics.decided(KEY, { ...BALANCED, reason: "policy", spotTarget: undefined }, {
    isInvalid: true,
    isFallbackOpen: false,
  });
  assert.deepEqual(await seriesWith(metrics, "target_replicas{"), []);
  assert.deepEqual(await seriesWith(metrics, "invalid{"), [`spotalis_workload_invalid{${WEB}} 1`]);
});

Deno.test("Metrics brings what it only reads up to date for each text", async () => {
  let objects = 0;
  const metrics = newMetrics((each) =>
    each.cluster.cache({ resource: "pods", objects: ++objects, ageMs: 1_500, lists: 1 })
  );
  await metrics.text();
  assert.deepEqual(await seriesWith(metrics, "cache_"), [
    'spotalis_cache_age_seconds{resource="pods"} 1.5',
    'spotalis_cache_lists{resource="pods"} 1',
    'spotalis_cache_objects{resource="pods"} 2',
  ]);
});

Deno.test("fault 60: Metrics escapes what a label may hold", async () => {
  const metrics = newMetrics();
  metrics.blockedByBudget(KEY, 'a"b\\c\nd');
  const text = await metrics.text();
  assert.ok(text.includes('pdb="a\\"b\\\\c\\nd"} 1'), text);
});

Deno.test("Metrics says in which format it is", () => {
  assert.match(newMetrics().contentType, /^text\/plain; version=0\.0\.4/);
});

Deno.test("Metrics keeps the series of a workload few, whatever its budgets are called", async () => {
  const metrics = newMetrics();
  for (let i = 0; i < 1_000; i++) metrics.blockedByBudget(KEY, `budget-${i}`);
  const series = await seriesWith(metrics, "blocked_by_pdb_total{");
  assert.equal(series.length, 61);
  assert.ok(series.some((each) => each.endsWith('pdb="other"} 940')), series.at(-1));
  metrics.forget(KEY);
  assert.deepEqual(await seriesWith(metrics, WEB), []);
});
