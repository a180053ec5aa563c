/** Bytes both ways, each with an end of its own: a TCP connection. */
export interface ByteStream {
  /** The number of bytes read into `buffer`; null: the other side says no more. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** The number of bytes taken: maybe not all. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says no more; reading goes on. */
  closeWrite(): Promise<void>;
  close(): void;
}

/** A TLS record has up to 16 KiB. */
const BUFFER_BYTES = 16_384;

/** Carries bytes both ways until both sides have said all. Rejects as soon as one of them breaks. */
export async function relay(a: ByteStream, b: ByteStream): Promise<void> {
  await Promise.all([carry(a, b), carry(b, a)]);
}

async function carry(from: ByteStream, to: ByteStream): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
    for (let sent = 0; sent < n;) sent += await to.write(buffer.subarray(sent, n));
  }
  await to.closeWrite();
}
