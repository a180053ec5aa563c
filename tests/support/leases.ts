import { LeaderElector, type Lease } from "../../src/kube/lease.ts";
import { fakeClient } from "./fake_client.ts";
import { type FakeClock, settle } from "./fake_clock.ts";
import { type Answer, failure, type FakeTransport, json, type RecordedRequest } from "./fake_transport.ts";

export const LEASES = "/apis/coordination.k8s.io/v1/namespaces/ns/leases";
export const LEASE = `${LEASES}/leader`;

export type LeaseSpec = NonNullable<Lease["spec"]>;

/** The API server's side of one Lease: versions, conflicts, and nothing else. */
export class LeaseServer {
  lease: { metadata: Record<string, unknown> & { resourceVersion: string }; spec: LeaseSpec } | undefined;
  #version = 100;

  /** Somebody writes the Lease, without asking for a version. */
  put(spec: LeaseSpec, metadata: Record<string, unknown> = {}): void {
    const resourceVersion = String(++this.#version);
    this.lease = {
      metadata: { namespace: "ns", name: "leader", uid: "u1", ...metadata, resourceVersion },
      spec,
    };
  }

  serve(transport: FakeTransport): void {
    transport.always("GET", LEASE, this.get).always("PUT", LEASE, this.replace).always(
      "POST",
      LEASES,
      this.create,
    );
  }

  readonly get: Answer = (request) =>
    (this.lease === undefined ? failure(404, { reason: "NotFound" }) : json(this.lease))(request);

  readonly create: Answer = (request) => {
    if (this.lease !== undefined) return failure(409, { reason: "AlreadyExists" })(request);
    this.put(request.body.spec, request.body.metadata);
    return json(this.lease, { status: 201 })(request);
  };

  readonly replace: Answer = (request) => {
    const version = request.body.metadata.resourceVersion;
    // Also where the Lease is gone: facts.md section 4.
    if (version !== this.lease?.metadata.resourceVersion) return failure(409, { reason: "Conflict" })(request);
    this.put(request.body.spec, request.body.metadata);
    return json(this.lease)(request);
  };
}

export const TIMING = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

/** An elector, with all that it touches. Retries of a candidate come each 2 s unless `random` says else. */
export function candidate(
  { identity = "me", server = new LeaseServer(), clock, random = () => 0, annotations }: {
    identity?: string;
    annotations?: Record<string, string>;
    server?: LeaseServer;
    clock?: FakeClock;
    random?: () => number;
  } = {},
) {
  const fake = fakeClient(clock === undefined ? {} : { clock });
  const states: string[] = [];
  const holders: string[] = [];
  const failures: string[] = [];
  const elector = new LeaderElector({
    client: fake.client,
    clock: fake.clock,
    random,
    onChange: ({ isLeader, holder, why }) => {
      states.push(`${isLeader ? "leads" : "stands by"}: ${why}`);
      holders.push(holder);
    },
    onFailure: (error) => failures.push(String(error)),
  }, { ...TIMING, namespace: "ns", name: "leader", identity, ...annotations && { annotations } });
  server.serve(fake.transport);
  const controller = new AbortController();
  let ended: Promise<void> | undefined;
  return {
    ...fake,
    server,
    elector,
    states,
    holders,
    failures,
    isValid: () => elector.isValid(fake.clock.now()),
    verbs: () => fake.transport.requests.map(({ method }) => method),
    last: (): RecordedRequest => fake.transport.requests.at(-1)!,
    async start(): Promise<void> {
      ended = elector.run(controller.signal);
      await settle();
    },
    async stop(): Promise<void> {
      controller.abort(new DOMException("stopped", "AbortError"));
      await ended;
    },
  };
}

/** No request of this one is answered any more, nor does it reach the server. */
export function cutOff(transport: FakeTransport): void {
  transport.never("GET", LEASE);
  transport.never("PUT", LEASE);
  transport.never("POST", LEASES);
}
