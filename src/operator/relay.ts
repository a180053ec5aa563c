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

/** Told of each piece before it is carried on; false: nothing more is taken from that side. */
export type OnBytes = (from: ByteStream) => boolean;

/** Carries bytes both ways until both sides have said all. Rejects as soon as one of them breaks. */
export async function relay(
  [a, b]: readonly [ByteStream, ByteStream],
  onBytes: OnBytes = () => true,
): Promise<void> {
  await Promise.all([carry({ from: a, to: b }, onBytes), carry({ from: b, to: a }, onBytes)]);
}

async function carry({ from, to }: { from: ByteStream; to: ByteStream }, onBytes: OnBytes): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
    if (!onBytes(from)) return;
    for (let sent = 0; sent < n;) sent += await to.write(buffer.subarray(sent, n));
  }
  await to.closeWrite();
}
