import { isReleased } from "../api/deletion.ts";
import type { Storage, StorageChange } from "../api/storage.ts";
import { isTerminating, type Namespace, type ObjectRef } from "../objects.ts";
import { NAMESPACES, RESOURCES, type ResourceType, SERVICE_ACCOUNTS } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";

const FINALIZER = "kubernetes";
const ACCOUNT = "default";
/** Events are stored once, whatever group shows them. */
const CONTENT: readonly ResourceType[] = RESOURCES.filter(({ namespaced, group }) =>
  namespaced && group !== "events.k8s.io"
);

/** Gives each namespace its service account, and empties those that are deleted before they go. */
export class Namespaces {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  readonly #terminating = new Set<string>();

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    for (const namespace of storage.all<Namespace>(NAMESPACES)) this.#seeNamespace(namespace);
    storage.onChange((change) => this.#see(change));
    await this.#loop.run(signal);
  }

  #see({ type, object, event }: StorageChange): void {
    const { namespace = "", name } = object.metadata;
    if (type === NAMESPACES) {
      if (event === "DELETED") this.#terminating.delete(name);
      else this.#seeNamespace(object);
    } else if (event === "DELETED") {
      const isAccount = type === SERVICE_ACCOUNTS && name === ACCOUNT;
      if (isAccount || this.#terminating.has(namespace)) this.#loop.touch({ name: namespace });
    }
  }

  #seeNamespace(namespace: Namespace): void {
    if (isTerminating(namespace)) this.#terminating.add(namespace.metadata.name);
    this.#loop.touch(namespace.metadata);
  }

  async #sync({ name }: ObjectRef): Promise<void> {
    const { storage } = this.#deps.api;
    const namespace = storage.get<Namespace>(NAMESPACES, { name });
    if (namespace === undefined) return;
    if (!isTerminating(namespace)) await this.#createAccount(name);
    else if (this.#empty(name)) finalizeNamespace(storage, namespace);
  }

  async #createAccount(namespace: string): Promise<void> {
    const { api } = this.#deps;
    const ref = { namespace, name: ACCOUNT };
    if (api.storage.get(SERVICE_ACCOUNTS, ref) === undefined) {
      await api.create(SERVICE_ACCOUNTS, { metadata: ref });
    }
  }

  /** Deletes what is in a namespace; whether nothing is left. Pods get the time that they ask for. */
  #empty(namespace: string): boolean {
    const { api } = this.#deps;
    let isEmpty = true;
    for (const type of CONTENT) {
      for (const object of [...api.storage.all(type, namespace)]) {
        // Something may have gone with what was deleted before.
        if (api.storage.get(type, object.metadata) === undefined) continue;
        if (isTerminating(object)) isEmpty = false;
        else if (!api.delete(type, object.metadata, { propagationPolicy: "Background" }).isGone) {
          isEmpty = false;
        }
      }
    }
    return isEmpty;
  }
}

/** The namespace's content has gone, and so does it, unless something else holds it. */
export function finalizeNamespace(storage: Storage, namespace: Namespace): void {
  const finalizers = namespace.spec?.finalizers?.filter((each) => each !== FINALIZER) ?? [];
  const spec = finalizers.length === 0 ? {} : { finalizers };
  const written = storage.put(NAMESPACES, { ...namespace, spec });
  if (isReleased(written)) storage.remove(NAMESPACES, written);
}
