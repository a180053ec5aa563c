import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

export interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
  /** Of the CA that issued it; there need not be one. */
  readonly caPath?: string;
}

/** A serving certificate with its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
  readonly expiresMs: number;
  /** The CA's certificate, PEM, as it was found beside the pair: not checked. */
  readonly ca?: string;
}

export interface ReadKeyPairDeps {
  readonly readText: (path: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
}

/**
 * The pair in these files, which belongs together and is valid now; throws and says why it is not. The
 * paths are followed anew each time: Kubernetes renews a mounted Secret by swapping a link on the way.
 */
export async function readKeyPair(
  { certPath, keyPath, caPath }: CertificateFiles,
  { readText, wallMs }: ReadKeyPairDeps,
): Promise<KeyPair> {
  // One after the other, so that of two missing files the same one is named each time.
  const cert = await readText(certPath);
  const key = await readText(keyPath);
  const leaf = parse(() => new X509Certificate(cert), `${certPath} holds no certificate in PEM`);
  const privateKey = parse(() => createPrivateKey(key), `${keyPath} holds no private key in PEM`);
  if (!leaf.checkPrivateKey(privateKey)) throw new Error(`${keyPath} is not the key of ${certPath}`);
  const [startsMs, expiresMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (wallMs >= expiresMs) throw new Error(`${certPath} has expired: it ended at ${leaf.validTo}`);
  if (wallMs < startsMs) throw new Error(`${certPath} is not valid yet: it starts at ${leaf.validFrom}`);
  const ca = caPath === undefined ? undefined : await readText(caPath).catch(() => undefined);
  return { cert, key, expiresMs, ...ca === undefined ? {} : { ca } };
}

/**
 * How one that serves with the same pair is known over the network: by the CA, and by the first name that is
 * no pattern. A text says why it cannot be.
 */
export function peerTrust(
  { cert, ca }: KeyPair,
): { readonly ca: string; readonly serverName: string } | string {
  if (ca === undefined) return "there is no ca.crt beside the certificate";
  try {
    parse(() => new X509Certificate(ca), "ca.crt holds no certificate in PEM");
  } catch (error) {
    return (error as Error).message;
  }
  const names = new X509Certificate(cert).subjectAltName?.matchAll(/(?:^|, )DNS:([\w.-]+)(?=,|$)/g) ?? [];
  const [serverName] = [...names].map(([, name]) => name!);
  return serverName === undefined ? "the certificate is for no DNS name" : { ca, serverName };
}

/** The parsers' own messages are about their insides. */
function parse<T extends X509Certificate | KeyObject>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(problem, { cause });
  }
}
