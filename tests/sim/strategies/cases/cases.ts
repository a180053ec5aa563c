import type { Case } from "./case.ts";
import { CLUSTER_KINDS } from "./cluster_kinds.ts";
import { EVENTS } from "./events.ts";
import { JOBS } from "./jobs.ts";
import { METADATA } from "./metadata.ts";
import { PODS } from "./pods.ts";
import { UNREADABLE } from "./unreadable.ts";
import { WEBHOOKS } from "./webhooks.ts";
import { WORKLOADS } from "./workloads.ts";

export const CASES: readonly Case[] = [
  ...METADATA,
  ...PODS,
  ...WORKLOADS,
  ...JOBS,
  ...CLUSTER_KINDS,
  ...WEBHOOKS,
  ...EVENTS,
  ...UNREADABLE,
];
