import { type Clock, sleep } from "../runtime/clock.ts";
import { describeError } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import { isApiError } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./objects.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface LeaseTiming {
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** Retries are spread by up to this factor, so a renewal has to fit several of them. */
export const RETRY_JITTER = 1.2;

export interface LeaseDeps {
  /** A client of its own: nothing else may delay a renewal. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: (
    state: { readonly isLeader: boolean; readonly holder: string; readonly why: string },
  ) => void;
  /** The Lease could not be read or written; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

export interface LeaseOptions extends LeaseTiming {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  /** What the holder says of itself: on the Lease from its first write until it is given back. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Leader election over a Lease, by client-go's rules (`tools/leaderelection`): only times that this
 * process measured by its own monotonic clock count, never those in the record. It is no fence: the
 * leader has to ask `isValid` right before everything that only a leader may do.
 */
export class LeaderElector {
  readonly #deps: LeaseDeps;
  readonly #options: LeaseOptions;
  /** The record as it was last seen, and when it last changed. */
  #observed: { readonly lease: Lease; readonly record: string; readonly atMs: number } | undefined;
  #isLeader = false;
  #acquiredMs = 0;
  #renewedMs = -Infinity;

  constructor(deps: LeaseDeps, options: LeaseOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** Undefined until the Lease has been read or made; empty: nobody holds it. */
  get holder(): string | undefined {
    return this.#observed === undefined ? undefined : this.#observed.lease.spec?.holderIdentity ?? "";
  }

  /** Of the Lease as it was last seen: by its holder, or by one before that knew no better. */
  annotation(key: string): string | undefined {
    return this.#observed?.lease.metadata?.annotations?.[key];
  }

  /** Of the Lease; undefined until it has been read or made. */
  get uid(): string | undefined {
    return this.#observed?.lease.metadata?.uid;
  }

  /** When this process became the leader, by the monotonic clock. */
  get acquiredMs(): number {
    return this.#acquiredMs;
  }

  /** Whether no other process can have become the leader: checked right before each effect. */
  isValid(nowMs: number): boolean {
    return this.#isLeader && nowMs < this.#renewedMs + this.#options.renewDeadlineMs;
  }

  /** Whether a leader is renewing in time; what healthz asks. A standby is healthy. */
  isHealthy(nowMs: number): boolean {
    return !this.#isLeader || nowMs < this.#renewedMs + this.#options.leaseDurationMs;
  }

  /** Stands for election until `signal` is aborted; `release` then gives the Lease back. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    const { retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      await this.#try(signal);
      const jitter = this.#isLeader ? 1 : 1 + random() * (RETRY_JITTER - 1);
      await sleep(clock, retryPeriodMs * jitter, signal);
    }
  }

  /** Gives the Lease back, so that the next leader need not wait. Call it when guarded work has ended. */
  async release(signal: AbortSignal): Promise<void> {
    if (!this.#isLeader) return;
    this.#step(false, "released");
    try {
      await this.#writeReleased(signal);
    } catch (error) {
      if (!isApiError(error, 409)) throw error;
      // A renewal that was under way has landed meanwhile.
      await this.#read(signal);
      if (this.holder === this.#options.identity) await this.#writeReleased(signal);
    }
  }

  async #writeReleased(signal: AbortSignal): Promise<void> {
    const now = microTime(this.#deps.clock.wall());
    const spec = { ...this.#observed?.lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: now };
    const annotations = { ...this.#observed?.lease.metadata?.annotations };
    for (const key of Object.keys(this.#options.annotations ?? {})) delete annotations[key];
    await this.#write({ spec, annotations }, signal);
  }

  async #try(signal: AbortSignal): Promise<void> {
    const startedMs = this.#deps.clock.now();
    let failure = "the renewal deadline passed";
    try {
      if (await this.#acquireOrRenew(startedMs, signal)) {
        this.#renewedMs = startedMs;
        this.#step(true, "acquired");
        return;
      }
      failure = this.holder ? `${this.holder} holds the Lease` : "the Lease is gone";
      if (this.#isLeader && this.holder !== this.#options.identity) return this.#step(false, failure);
    } catch (error) {
      if (signal.aborted) return;
      failure = describeError(error);
      this.#deps.onFailure?.(error);
    }
    const isOverdue = this.#deps.clock.now() >= this.#renewedMs + this.#options.renewDeadlineMs;
    if (this.#isLeader && isOverdue) this.#step(false, failure);
  }

  async #acquireOrRenew(nowMs: number, signal: AbortSignal): Promise<boolean> {
    // The fast way: what was last written is still there, unless another has written since (409).
    if (!this.#isLeader || this.#observed === undefined) await this.#read(signal);
    const observed = this.#observed;
    const current = observed?.lease.spec;
    const isMine = current?.holderIdentity === this.#options.identity;
    if (observed !== undefined && !isMine && current?.holderIdentity) {
      const heldMs = (current.leaseDurationSeconds ?? 0) * 1_000;
      if (nowMs < observed.atMs + heldMs) return false;
    }
    const now = microTime(this.#deps.clock.wall());
    const spec = {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#options.leaseDurationMs / 1_000),
      acquireTime: isMine ? current?.acquireTime ?? now : now,
      renewTime: now,
      leaseTransitions: (current?.leaseTransitions ?? 0) + (isMine || current === undefined ? 0 : 1),
    };
    try {
      const annotations = { ...observed?.lease.metadata?.annotations, ...this.#options.annotations };
      await this.#write({ spec, annotations }, signal);
      return true;
    } catch (error) {
      if (!isApiError(error, 409)) throw error;
      // Another wrote first, or deleted it, or our own write was carried twice: this try is lost, and
      // what stands there now is where the next one starts.
      await this.#read(signal);
      return false;
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      const lease = await this.#deps.client.request<Lease>("GET", this.#path(), this.#request(signal));
      this.#observe(lease);
    } catch (error) {
      if (!isApiError(error, 404)) throw error;
      this.#observed = undefined;
    }
  }

  /** On top of what was last seen. */
  async #write(
    { spec, annotations }: { spec: Lease["spec"]; annotations: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, name } = this.#options;
    const observed = this.#observed?.lease.metadata;
    const isNew = observed === undefined;
    const metadata = isNew ? { namespace, name } : observed;
    const isAnnotated = Object.keys(annotations).length > 0 || observed?.annotations !== undefined;
    const body = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: isAnnotated ? { ...metadata, annotations } : metadata,
      spec,
    };
    const request = { ...this.#request(signal), body };
    const { client } = this.#deps;
    // PUT would make an absent Lease too, but then two candidates could each think that they made it.
    this.#observe(
      isNew
        ? await client.request<Lease>("POST", this.#path().replace(/\/[^/]*$/, ""), request)
        : await client.request<Lease>("PUT", this.#path(), request),
    );
  }

  #observe(lease: Lease): void {
    const record = JSON.stringify(lease.spec);
    const atMs = this.#observed?.record === record ? this.#observed.atMs : this.#deps.clock.now();
    this.#observed = { lease, record, atMs };
  }

  #step(isLeader: boolean, why: string): void {
    if (isLeader === this.#isLeader) return;
    this.#isLeader = isLeader;
    if (isLeader) this.#acquiredMs = this.#deps.clock.now();
    this.#deps.onChange({ isLeader, holder: this.holder ?? "", why });
  }

  #path(): string {
    const { namespace, name } = this.#options;
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  }

  #request(signal: AbortSignal): { readonly signal: AbortSignal; readonly deadlineMs: number } {
    return { signal, deadlineMs: this.#options.renewDeadlineMs / 2 };
  }
}

/** The API takes exactly six digits of a second's fraction. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace("Z", "000Z");
}
