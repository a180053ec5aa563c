import type { ApiObject } from "../objects.ts";
import { ageOf } from "./human_duration.ts";
import { type Column, NAME, type TableType, text, wide } from "./table_type.ts";

interface Reference {
  readonly kind?: string;
  readonly name?: string;
  readonly fieldPath?: string;
}

interface Source {
  readonly component?: string;
  readonly host?: string;
}

/** An event of either group: each has names of its own for the same. */
interface Event extends ApiObject {
  readonly type?: string;
  readonly reason?: string;
  readonly eventTime?: string | null;
  readonly reportingInstance?: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string } | null;
  readonly involvedObject?: Reference;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly source?: Source;
  readonly reportingComponent?: string;
  readonly regarding?: Reference;
  readonly note?: string;
  readonly deprecatedCount?: number;
  readonly deprecatedFirstTimestamp?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly deprecatedSource?: Source;
  readonly reportingController?: string;
}

export const EVENT_TABLE: TableType<Event> = {
  columns: [
    ...["Last Seen", "Type", "Reason", "Object"].map(text),
    wide("Subobject"),
    wide("Source"),
    text("Message"),
    wide("First Seen"),
    wide("Count"),
    { ...NAME, priority: 1 } satisfies Column,
  ],
  cells: (event, now) => {
    const object = event.involvedObject ?? event.regarding ?? {};
    const first = event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime;
    const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ??
      first;
    const kind = (object.kind ?? "").toLowerCase();
    return [
      ageOf(last, now),
      event.type ?? "",
      event.reason ?? "",
      object.name ? `${kind}/${object.name}` : kind,
      object.fieldPath ?? "",
      sourceOf(event),
      (event.message ?? event.note ?? "").trim(),
      ageOf(first, now),
      event.series?.count ?? ((event.count ?? event.deprecatedCount) || 1),
      event.metadata.name,
    ];
  },
};

function sourceOf(event: Event): string {
  const source = event.source ?? event.deprecatedSource ?? {};
  const component = source.component || event.reportingComponent || event.reportingController || "";
  const host = source.host || event.reportingInstance;
  return host ? `${component}, ${host}` : component;
}
