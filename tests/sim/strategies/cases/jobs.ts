import { type Case, cases, type Loose, named, set, spec, statuses, template, updates } from "./case.ts";

const job = (fields: Loose = {}) => spec({ template: template({ restartPolicy: "Never" }), ...fields });

export const JOBS: readonly Case[] = [
  ...cases("jobs.batch", {
    "the least": job(),
    "a template without labels": set(job(), { "spec.template.metadata": undefined }),
    "nothing": named(),
    "pods that go on for ever": spec({ template: template() }),
    "pods that are started again": spec({ template: template({ restartPolicy: "OnFailure" }) }),
    "negative numbers": job({
      parallelism: -1,
      completions: -1,
      backoffLimit: -1,
      activeDeadlineSeconds: -1,
      ttlSecondsAfterFinished: -1,
    }),
    "a parallelism": job({ parallelism: 3 }),
    "completions, and a life of 0": job({ completions: 3, ttlSecondsAfterFinished: 0 }),
    "a selector": job({ selector: { matchLabels: { a: "b" } } }),
    "a selector of its own": job({ manualSelector: true, selector: { matchLabels: { a: "b" } } }),
    "a mode that is none": job({ completionMode: "X" }),
    "indexed": job({ completionMode: "Indexed", completions: 2 }),
    "indexed without completions": job({ completionMode: "Indexed", parallelism: 2 }),
    "labels": set(job(), { "metadata.labels": { z: "y" } }),
    "a name that is too long for a label": set(job(), { "metadata.name": "p".repeat(64) }),
    "a status": { ...job(), status: { active: 5 } },
  }),
  ...statuses("jobs.batch", { of: job(), "less than nothing": { active: -1 } }),
  ...updates("jobs.batch", {
    of: job(),
    "the parallelism": { "spec.parallelism": 3 },
    "the completions": { "spec.completions": 3 },
    "the template": { "spec.template.spec.containers.0.image": "x" },
    "the selector": { "spec.selector.matchLabels": { a: "b" } },
    "suspended": { "spec.suspend": true },
    "the limit of failures": { "spec.backoffLimit": 3 },
    "the mode": { "spec.completionMode": "Indexed" },
    "nothing, and no version": { "metadata.resourceVersion": undefined },
  }),
];
