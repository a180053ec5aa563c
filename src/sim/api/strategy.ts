import type { ApiObject, ObjectMeta } from "../objects.ts";
import type { ResourceType } from "../resources.ts";
import type { Cause } from "./failure.ts";

/** What is particular to one kind when it is written. All of it is optional, and pure. */
export interface Strategy {
  /** Fills in what a client left out. Asked again after admission webhooks have changed the object. */
  readonly defaults?: (object: ApiObject) => ApiObject;
  /** Of an object that is being made; by default its status is taken away where it has a subresource for that. */
  readonly created?: (object: ApiObject) => ApiObject;
  /** What is wrong with an object; `before`: what it is to take the place of. */
  readonly validate?: (object: ApiObject, before: ApiObject | undefined) => readonly Cause[];
  /** What is wrong with the status of an object. */
  readonly validateStatus?: (object: ApiObject) => readonly Cause[];
  /** What a write of the status cannot change, as it can the rest of the metadata. */
  readonly fixedByStatus?: readonly (keyof ObjectMeta)[];
  /** Whether the generation counts changes of the annotations too. */
  readonly countsAnnotations?: boolean;
  /** Whether an update may leave out the version that it is based on, and then takes the place of any. */
  readonly mayUpdateUnconditionally?: boolean;
  /** Whether PUT makes an object that is not there. */
  readonly mayCreateOnUpdate?: boolean;
}

export type Strategies = ReadonlyMap<ResourceType, Strategy>;
