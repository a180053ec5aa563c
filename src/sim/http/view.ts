import type { Clock } from "../../runtime/clock.ts";
import { renderTable, type TableOptions } from "../kubectl/tables.ts";
import type { ApiObject } from "../objects.ts";
import { apiVersionOf, NEW_EVENTS, type ResourceType } from "../resources.ts";
import { eventAsNew } from "../strategies/events.ts";
import type { Page } from "./lists.ts";
import { type Form, formOf } from "./negotiation.ts";
import type { ApiRequest } from "./request.ts";

/** An object of the storage in the version of its resource. */
export function asServed(type: ResourceType, object: ApiObject): ApiObject {
  return type === NEW_EVENTS ? eventAsNew(object) : object;
}

/** How one client sees the objects of a resource. Throws `ApiFailure` where it can see none. */
export class View {
  readonly #type: ResourceType;
  readonly #clock: Clock;
  readonly #form: Form;
  readonly #includeObject: TableOptions["includeObject"];
  /** Whether a watch has told of its columns. */
  #isTold = false;

  constructor(type: ResourceType, { header, query }: ApiRequest, clock: Clock) {
    this.#type = type;
    this.#clock = clock;
    this.#form = formOf(header("accept") ?? "");
    this.#includeObject = (query.get("includeObject") ?? "Metadata") as TableOptions["includeObject"];
  }

  one(object: ApiObject): unknown {
    if (this.#form === "metadata") return partial(object);
    if (this.#form === "object") return asServed(this.#type, object);
    return this.#table([object], { resourceVersion: object.metadata.resourceVersion });
  }

  list({ items, metadata }: Page): unknown {
    if (this.#form === "table") return this.#table(items, metadata);
    if (this.#form === "metadata") {
      const list = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata };
      return { ...list, items: items.map(partial) };
    }
    const list = { kind: `${this.#type.kind}List`, apiVersion: apiVersionOf(this.#type), metadata };
    // The kind of the list says what its items are.
    return { ...list, items: items.map((item) => withoutKind(asServed(this.#type, item))) };
  }

  /** In an event of a watch: only the first of a table has the columns. */
  watched(object: ApiObject): unknown {
    if (this.#form !== "table") return this.one(object);
    const hasColumns = !this.#isTold;
    this.#isTold = true;
    return this.#table([object], { resourceVersion: object.metadata.resourceVersion }, hasColumns);
  }

  #table(objects: readonly ApiObject[], metadata: Page["metadata"], hasColumns = true): unknown {
    const options = {
      now: this.#clock.wall(),
      includeObject: this.#includeObject,
      metadata: { ...metadata },
      hasColumns,
    };
    return renderTable(this.#type, objects.map((object) => asServed(this.#type, object)), options);
  }
}

function partial({ metadata }: ApiObject): object {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

function withoutKind({ kind: _, apiVersion: __, ...rest }: ApiObject): object {
  return rest;
}
