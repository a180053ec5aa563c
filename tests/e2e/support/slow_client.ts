import type { ReviewTarget } from "./review_client.ts";

/** How far a client comes before it falls silent. */
export const SILENCES = ["no handshake", "half a handshake", "half a head", "half a body"] as const;
export type Silence = (typeof SILENCES)[number];

/** The beginning of a TLS record that never comes. */
const HALF_HELLO = Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00]);
const HALF_HEAD = "POST /mutate HTTP/1.1\r\nhost: x\r\n";
const HALF_BODY = `${HALF_HEAD}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;

/** A client that takes up a connection and says no more. */
export class SlowClient {
  readonly ended: Promise<void>;
  readonly #connection: Deno.Conn;
  isEnded = false;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.ended = this.#read();
  }

  static async connect({ port, ca }: ReviewTarget, silence: Silence): Promise<SlowClient> {
    const address = { hostname: "127.0.0.1", port };
    if (silence === "no handshake" || silence === "half a handshake") {
      const connection = await Deno.connect(address);
      if (silence === "half a handshake") await connection.write(HALF_HELLO);
      return new SlowClient(connection);
    }
    const connection = await Deno.connectTls({ ...address, caCerts: [ca] });
    await connection.write(new TextEncoder().encode(silence === "half a head" ? HALF_HEAD : HALF_BODY));
    return new SlowClient(connection);
  }

  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1_024);
    while (await this.#connection.read(buffer).catch(() => null) !== null);
    this.isEnded = true;
    this.close();
  }
}

/** So many connections at once, of each kind the same number. Those that were refused are left out. */
export async function slowClients(target: ReviewTarget, count: number): Promise<SlowClient[]> {
  const connecting = Array.from(
    { length: count },
    (_, i) => SlowClient.connect(target, SILENCES[i % SILENCES.length]!),
  );
  const settled = await Promise.allSettled(connecting);
  return settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
}
