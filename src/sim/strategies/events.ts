import type { Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { coreEventProblems, newEventProblems, newEventUpdateProblems } from "./event_validation.ts";
import { withDefaults } from "./with_defaults.ts";

/**
 * An Event as it is stored: in the form of the core group. That of `events.k8s.io` has the same fields
 * under other names. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
export interface Event extends ApiObject {
  readonly involvedObject: ObjectReference;
  readonly reason?: string;
  readonly message?: string;
  readonly source: { readonly component?: string; readonly host?: string };
  readonly firstTimestamp: string | null;
  readonly lastTimestamp: string | null;
  readonly count?: number;
  readonly type?: string;
  readonly eventTime: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly action?: string;
  readonly related?: ObjectReference;
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

export interface ObjectReference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

interface NewEvent extends ApiObject {
  readonly reportingController?: string;
  readonly reportingInstance?: string;
}

/** The form of `events.k8s.io` -> the stored one. */
const STORED_NAMES: Readonly<Record<string, string>> = {
  regarding: "involvedObject",
  note: "message",
  reportingController: "reportingComponent",
  deprecatedSource: "source",
  deprecatedFirstTimestamp: "firstTimestamp",
  deprecatedLastTimestamp: "lastTimestamp",
  deprecatedCount: "count",
};
const NEW_NAMES = Object.fromEntries(Object.entries(STORED_NAMES).map(([name, stored]) => [stored, name]));

/** What every Event shows, empty or not. */
const SHOWN: Partial<Event> = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: "",
  reportingInstance: "",
};

/** A stored Event, as `v1` shows it. */
export function eventAsCore(event: ApiObject): ApiObject {
  return event.apiVersion === "v1" ? event : { ...event, apiVersion: "v1" };
}

/** A stored Event, as `events.k8s.io/v1` shows it. */
export function eventAsNew(event: ApiObject): ApiObject {
  const { reportingController, reportingInstance, ...rest } = renamed(event, NEW_NAMES) as NewEvent;
  return {
    ...rest,
    ...reportingController && { reportingController },
    ...reportingInstance && { reportingInstance },
    apiVersion: "events.k8s.io/v1",
  };
}

/** What a client of `v1` wrote, as it is stored. */
export function eventFromCore(event: ApiObject): ApiObject {
  return withDefaults(eventAsCore(event) as Event, SHOWN);
}

/** What a client of `events.k8s.io/v1` wrote, as it is stored; what is in that form already stays. */
export function eventFromNew(event: ApiObject): ApiObject {
  return eventFromCore(renamed(event, STORED_NAMES));
}

export const CORE_EVENT: Strategy = {
  defaults: eventFromCore,
  validate: (object) => [...coreEventProblems(object as Event, { reporter: "reportingComponent" })],
  mayCreateOnUpdate: true,
};

export const NEW_EVENT: Strategy = {
  defaults: eventFromNew,
  validate: (object, before) => [
    ...coreEventProblems(object as Event, { reporter: "reportingController" }),
    ...before === undefined
      ? newEventProblems(object as Event)
      : newEventUpdateProblems(object as Event, before as Event),
  ],
  mayCreateOnUpdate: true,
};

function renamed(event: ApiObject, names: Readonly<Record<string, string>>): ApiObject {
  const entries = Object.entries(event).map(([key, value]) => [names[key] ?? key, value]);
  return Object.fromEntries(entries) as ApiObject;
}
