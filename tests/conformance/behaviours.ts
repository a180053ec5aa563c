import type { Behaviour } from "./api.ts";
import { BINDING } from "./behaviours/binding.ts";
import { COMPACTION } from "./behaviours/compaction.ts";
import { CONCURRENCY } from "./behaviours/concurrency.ts";
import { CREATE } from "./behaviours/create.ts";
import { DEFAULTS } from "./behaviours/defaults.ts";
import { DELETE } from "./behaviours/delete.ts";
import { DISCOVERY } from "./behaviours/discovery.ts";
import { DRY_RUN } from "./behaviours/dry_run.ts";
import { EVENTS } from "./behaviours/events.ts";
import { EVICTION } from "./behaviours/eviction.ts";
import { GARBAGE } from "./behaviours/garbage.ts";
import { LEASE } from "./behaviours/leases.ts";
import { LIST } from "./behaviours/list.ts";
import { METADATA } from "./behaviours/metadata.ts";
import { PATCH_JSON } from "./behaviours/patch_json.ts";
import { PATCH_MERGE } from "./behaviours/patch_merge.ts";
import { PATCH_STRATEGIC } from "./behaviours/patch_strategic.ts";
import { PATHS } from "./behaviours/paths.ts";
import { POD_DELETION } from "./behaviours/pod_deletion.ts";
import { SCALE } from "./behaviours/scale.ts";
import { SELECTORS } from "./behaviours/selectors.ts";
import { STATUS } from "./behaviours/status.ts";
import { TABLES } from "./behaviours/tables.ts";
import { VALIDATION } from "./behaviours/validation.ts";
import { WATCH } from "./behaviours/watch.ts";
import { WATCH_INITIAL } from "./behaviours/watch_initial.ts";
import { WEBHOOK_ANSWERS } from "./behaviours/webhook_answers.ts";
import { WEBHOOK_MATCHING } from "./behaviours/webhook_matching.ts";
import { WEBHOOK_REVIEWS } from "./behaviours/webhook_reviews.ts";

export const BEHAVIOURS: readonly Behaviour[] = [
  ...CREATE,
  ...PATHS,
  ...METADATA,
  ...DEFAULTS,
  ...VALIDATION,
  ...CONCURRENCY,
  ...LIST,
  ...SELECTORS,
  ...WATCH,
  ...WATCH_INITIAL,
  ...COMPACTION,
  ...PATCH_JSON,
  ...PATCH_MERGE,
  ...PATCH_STRATEGIC,
  ...DRY_RUN,
  ...DELETE,
  ...POD_DELETION,
  ...GARBAGE,
  ...EVICTION,
  ...BINDING,
  ...SCALE,
  ...STATUS,
  ...LEASE,
  ...EVENTS,
  ...DISCOVERY,
  ...TABLES,
  ...WEBHOOK_REVIEWS,
  ...WEBHOOK_ANSWERS,
  ...WEBHOOK_MATCHING,
];
