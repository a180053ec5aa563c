const DEADLINE_MS = 2_000;

/** The operator answers a review that it knows by its uid as before: so each has its own. */
function request(): Uint8Array {
  const body = JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      operation: "CREATE",
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "x",
      object: { metadata: { name: "p", namespace: "x" }, spec: { containers: [] } },
    },
  });
  return new TextEncoder().encode(
    "POST /mutate HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n" +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
}

export interface ReviewTarget {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
}

/**
 * One TLS connection on which reviews are asked for, HTTP/1.1 by hand: `fetch` and its like send a request
 * again where a connection broke, which is what a test wants to see.
 */
export class ReviewClient {
  readonly #connection: Deno.TlsConn;

  private constructor(connection: Deno.TlsConn) {
    this.#connection = connection;
  }

  static async connect({ port, ca }: ReviewTarget): Promise<ReviewClient> {
    return new ReviewClient(await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [ca] }));
  }

  /** Throws unless the review is answered and the pod allowed. */
  async ask(): Promise<void> {
    await this.#write(request());
    const buffer = new Uint8Array(16_384);
    let text = "";
    while (!isWhole(text)) {
      const n = await this.#read(buffer);
      if (n === null) throw new Error(`the connection ended after "${text}"`);
      text += new TextDecoder().decode(buffer.subarray(0, n));
    }
    if (!text.startsWith("HTTP/1.1 200 ") || !text.includes('"allowed":true')) throw new Error(text);
  }

  close(): void {
    this.#connection.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    });
    try {
      return await Promise.race([this.#connection.read(buffer), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function isWhole(text: string): boolean {
  const length = /^content-length: (\d+)/mi.exec(text)?.[1];
  const start = text.indexOf("\r\n\r\n");
  return length !== undefined && start >= 0 && text.length - start - 4 >= Number(length);
}
