import type { Draft } from "../api/api_server.ts";
import { badRequest } from "../api/failure.ts";
import type { JsonObject } from "../json.ts";
import type { ApiObject, ObjectMeta } from "../objects.ts";
import type { Target } from "./request.ts";

/** An object of a client: what only the server knows of it may be missing. */
export type Sent<T extends ApiObject = ApiObject> = Draft<T> & T;

/** The object where the path says that it is; throws `ApiFailure` where it says otherwise itself. */
export function placed<T extends ApiObject>({ namespace, name }: Target, object: JsonObject): Sent<T> {
  const metadata = (object["metadata"] ?? {}) as unknown as Partial<ObjectMeta>;
  if (name !== undefined) checkName(metadata, name);
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const own = namespace === undefined ? metadata : { ...metadata, namespace };
  return { ...object, metadata: own } as unknown as Sent<T>;
}

function checkName({ name }: Partial<ObjectMeta>, wanted: string): void {
  if (!name) {
    throw badRequest(
      `the name of the object (${wanted} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== wanted) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${wanted})`);
  }
}
