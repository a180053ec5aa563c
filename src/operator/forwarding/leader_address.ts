/** An address and a port, as a URL has them: `10.0.0.7:9443`, `[fd00::7]:9443`. */
export interface PeerAddress {
  readonly hostname: string;
  readonly port: number;
}

/** On the Lease: where its holder's webhook is reached. */
export const ADDRESS_ANNOTATION = "spotalis.io/webhook-address";

const FORM = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/;

export function addressText({ hostname, port }: PeerAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The annotation's value. It names the holder, since one that does not know of it leaves it as it is. */
export function published(address: PeerAddress, identity: string): string {
  return `${addressText(address)} ${identity}`;
}

/** Where the holder of a Lease is reached; undefined where the annotation is not its own, or is no address. */
export function leaderAddress(
  { holder, annotation }: { holder: string; annotation: string | undefined },
): PeerAddress | undefined {
  const [address, ...identity] = (annotation ?? "").split(" ");
  const [, v4, v6, port] = FORM.exec(address!) ?? [];
  const isOwn = holder !== "" && identity.join(" ") === holder;
  if (!isOwn || port === undefined || Number(port) > 65_535) return undefined;
  return { hostname: v4 ?? v6!, port: Number(port) };
}
