import { type ClientDeps, KubeClient } from "../../src/kube/client.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeTransport } from "./fake_transport.ts";

export interface FakeClient {
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly client: KubeClient;
}

/** A client of a `FakeTransport`: no token and no rate limit unless given. */
export function fakeClient(
  { clock = new FakeClock(), ...overrides }:
    & Partial<Omit<ClientDeps, "clock" | "transport">>
    & { readonly clock?: FakeClock } = {},
): FakeClient {
  const transport = new FakeTransport();
  const client = new KubeClient({
    clock,
    transport,
    server: "https://api.test",
    token: undefined,
    limiter: undefined,
    userAgent: "test/1",
    ...overrides,
  });
  return { clock, transport, client };
}
