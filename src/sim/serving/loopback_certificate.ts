export interface KeyPair {
  /** PEM, X.509. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** Tags of ASN.1, of which a certificate is made (X.690; RFC 5280 section 4.1). */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
};

/** Object identifiers, already encoded. */
const OID = {
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
};

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const DAY_MS = 86_400_000;

/**
 * A new key, and a certificate that it has signed itself, for 127.0.0.1 and localhost. It is the server's
 * and its own authority at once, and is good for as long as a program that is tried out runs.
 */
export async function loopbackCertificate(wallMs: number): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const algorithm = sequence(der(TAG.oid, OID.ecdsaWithSha256));
  const name = sequence(
    der(TAG.set, sequence(der(TAG.oid, OID.commonName), der(TAG.text, ascii("embedded cluster")))),
  );
  const body = sequence(
    der(0xa0, der(TAG.integer, [2])),
    der(TAG.integer, [1, ...crypto.getRandomValues(new Uint8Array(8))]),
    algorithm,
    name,
    sequence(der(TAG.utcTime, utcTime(wallMs - DAY_MS)), der(TAG.utcTime, utcTime(wallMs + 30 * DAY_MS))),
    name,
    publicKey,
    der(
      0xa3,
      sequence(
        extension(OID.basicConstraints, sequence(der(0x01, [0xff]))),
        extension(OID.subjectAltName, altNames()),
      ),
    ),
  );
  const signed = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    keys.privateKey,
    Uint8Array.from(body),
  );
  const certificate = sequence(body, algorithm, der(TAG.bits, [0, ...signature(new Uint8Array(signed))]));
  return { cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", privateKey) };
}

function der(tag: number, ...parts: readonly ArrayLike<number>[]): number[] {
  const content = parts.flatMap((part) => Array.from(part));
  const length = content.length < 0x80
    ? [content.length]
    : content.length < 0x100
    ? [0x81, content.length]
    : [0x82, content.length >> 8, content.length & 0xff];
  return [tag, ...length, ...content];
}

function sequence(...parts: readonly ArrayLike<number>[]): number[] {
  return der(TAG.sequence, ...parts);
}

function extension(oid: readonly number[], value: readonly number[]): number[] {
  return sequence(der(TAG.oid, oid), der(TAG.octets, value));
}

/** 2: a DNS name; 7: an address. */
function altNames(): number[] {
  return sequence(der(0x82, ascii("localhost")), der(0x87, [127, 0, 0, 1]));
}

function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

function utcTime(wallMs: number): number[] {
  return ascii(new Date(wallMs).toISOString().replace(/^..|[-:T]|\..*$/g, "") + "Z");
}

/** The two numbers of a signature side by side -> a sequence of two integers. */
function signature(raw: Uint8Array): number[] {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const trimmed = Array.from(bytes.subarray(start));
    return der(TAG.integer, trimmed[0]! >= 0x80 ? [0, ...trimmed] : trimmed);
  };
  return sequence(integer(raw.subarray(0, raw.length / 2)), integer(raw.subarray(raw.length / 2)));
}

function pem(label: string, bytes: ArrayLike<number>): string {
  const base64 = btoa(String.fromCharCode(...Array.from(bytes)));
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)!.join("\n")}\n-----END ${label}-----\n`;
}
