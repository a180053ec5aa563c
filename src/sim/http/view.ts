import type { Clock } from "../../runtime/clock.ts";
import { renderTable, type TableOptions } from "../kubectl/tables.ts";
import type { ApiObject } from "../objects.ts";
import { apiVersionOf, NEW_EVENTS, type ResourceType } from "../resources.ts";
import { eventAsNew } from "../strategies/events.ts";
import type { Page } from "./lists.ts";

/** How one client sees objects: as they are, or as rows of a table, as `kubectl get` asks for them. */
export class View {
  readonly #type: ResourceType;
  readonly #clock: Clock;
  readonly #isTable: boolean;
  readonly #includeObject: TableOptions["includeObject"];
  /** Whether a watch has told of its columns. */
  #isTold = false;

  constructor(
    type: ResourceType,
    { accept, query, clock }: { accept: string; query: URLSearchParams; clock: Clock },
  ) {
    this.#type = type;
    this.#clock = clock;
    this.#isTable = accept.includes("as=Table");
    this.#includeObject = (query.get("includeObject") ?? "Metadata") as TableOptions["includeObject"];
  }

  one(object: ApiObject): unknown {
    return this.#isTable ? this.#table([object], { resourceVersion: object.metadata.resourceVersion }) : this.#as(object);
  }

  list({ items, metadata }: Page): unknown {
    if (this.#isTable) return this.#table(items, metadata);
    const list = { kind: `${this.#type.kind}List`, apiVersion: apiVersionOf(this.#type), metadata };
    // The kind of the list says what its items are.
    return { ...list, items: items.map((item) => withoutKind(this.#as(item))) };
  }

  /** In an event of a watch: only the first of a table has the columns. */
  watched(object: ApiObject): unknown {
    if (!this.#isTable) return this.#as(object);
    const hasColumns = !this.#isTold;
    this.#isTold = true;
    return this.#table([object], { resourceVersion: object.metadata.resourceVersion }, hasColumns);
  }

  #as(object: ApiObject): ApiObject {
    return this.#type === NEW_EVENTS ? eventAsNew(object) : object;
  }

  #table(objects: readonly ApiObject[], metadata: Page["metadata"], hasColumns = true): unknown {
    const options = { now: this.#clock.wall(), includeObject: this.#includeObject, metadata: { ...metadata }, hasColumns };
    return renderTable(this.#type, objects.map((object) => this.#as(object)), options);
  }
}

function withoutKind({ kind: _, apiVersion: __, ...rest }: ApiObject): object {
  return rest;
}
