import { type Case, cases, type Loose, named, updates } from "./case.ts";

const CORE = "events";
const NEW = "events.events.k8s.io";
const TIME = "2024-01-01T00:00:00.000000Z";
const SECOND = "2024-01-01T00:00:00Z";

const here = { involvedObject: { namespace: "default" } };
const reported = { eventTime: TIME, reportingInstance: "y", action: "z", reason: "r" };
const old = { ...reported, reportingComponent: "x" };
const SERIES = { count: 2, lastObservedTime: TIME };

const NEW_EVENT = {
  ...reported,
  reportingController: "x",
  type: "Normal",
  note: "hello",
  regarding: { kind: "Pod", name: "q", namespace: "default" },
};

const FULL = {
  ...old,
  involvedObject: { kind: "Pod", name: "n", namespace: "default", apiVersion: "v1", uid: "u", fieldPath: "f" },
  message: "M",
  source: { component: "c", host: "h" },
  firstTimestamp: SECOND,
  lastTimestamp: "2024-01-01T01:00:00.5+01:00",
  count: 2,
  type: "Normal",
  series: { count: 3, lastObservedTime: TIME },
  related: { kind: "X" },
};

const without = (field: string) =>
  named(Object.fromEntries(Object.entries(NEW_EVENT).filter(([key]) => key !== field)));
const changed = (fields: Loose) => named({ ...NEW_EVENT, ...fields });

/** Where Events of what is in no namespace are allowed to be. */
const PLACES: readonly Case[] = ["default", "kube-system", "kube-public"].flatMap((namespace) =>
  [["old", {}], ["new", old]].flatMap(([form, fields]) =>
    [["nothing", {}], ["something elsewhere", { namespace: "x" }]].map(([about, involvedObject]): Case => ({
      name: `events: an ${form} one about ${about} in ${namespace}`,
      resource: CORE,
      namespace,
      object: named({ ...fields as object, involvedObject }),
    }))
  )
);

export const EVENTS: readonly Case[] = [
  ...cases(CORE, {
    "the least": named(here),
    "everything": named(FULL),
    "a new one that tells nothing of who reports": named({ ...here, eventTime: TIME }),
    "a type of one's own": named({ ...here, type: "X" }),
    "a name that is none elsewhere": { metadata: { name: "A b" }, ...here },
  }),
  ...PLACES,
  ...cases(NEW, {
    "the least": named(NEW_EVENT),
    "a series": changed({ series: SERIES, related: { kind: "z" } }),
    "nothing": named(),
    "a series of one": changed({ series: { count: 1 } }),
    "without eventTime": without("eventTime"),
    "without reportingController": without("reportingController"),
    "without reportingInstance": without("reportingInstance"),
    "without action": without("action"),
    "without reason": without("reason"),
    "without type": without("type"),
    "without note": without("note"),
    "without regarding": without("regarding"),
    "about something in another namespace": changed({ regarding: { namespace: "x" } }),
    "an unknown type": changed({ type: "X" }),
    "a note that is too long": changed({ note: "x".repeat(1_025) }),
    "a reporter that is none": changed({ reportingController: "a b" }),
    "texts that are too long": changed({
      reportingInstance: "a".repeat(129),
      action: "a".repeat(129),
      reason: "a".repeat(129),
    }),
    "fields of old ones": changed({
      deprecatedCount: 1,
      deprecatedFirstTimestamp: SECOND,
      deprecatedLastTimestamp: SECOND,
      deprecatedSource: { component: "x" },
    }),
  }),
  ...updates(CORE, { of: named(FULL), "the count and message": { count: 5, message: "z" } }),
  ...updates(NEW, {
    of: changed({ metadata: { name: "q" }, related: { kind: "x" } }),
    "the series": { series: { count: 9, lastObservedTime: TIME } },
    "an annotation": { "metadata.annotations": { a: "b" } },
    "the note": { note: "z" },
    "the reporter": { reportingController: "z" },
    "the time": { eventTime: "2025-01-01T00:00:00.000000Z" },
    "what it is about": { regarding: { namespace: "default" } },
    "what else": { related: { kind: "y" } },
    "old fields": {
      deprecatedSource: { component: "z" },
      deprecatedCount: 9,
      deprecatedFirstTimestamp: SECOND,
    },
  }),
];
