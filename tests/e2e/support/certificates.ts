import { runCommand } from "./command.ts";

export interface ServingCertificate {
  readonly dir: string;
  /** PEM, base64: what a webhook configuration takes. */
  readonly caBundle: string;
}

const REQUEST = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A CA, and a serving certificate of it for loopback, in `dir`. */
export async function makeServingCertificate(dir: string): Promise<ServingCertificate> {
  await Deno.mkdir(dir, { recursive: true });
  await runCommand("openssl", [
    ...REQUEST,
    ...["-x509", "-days", "30", "-subj", "/CN=e2e-ca", "-keyout", `${dir}/ca.key`, "-out", `${dir}/ca.crt`],
  ]);
  await issueServingCertificate(dir, { into: dir });
  return { dir, caBundle: btoa(await Deno.readTextFile(`${dir}/ca.crt`)) };
}

/** Another certificate, with a key of its own, of the CA in `caDir`. Days below 0: it has ended. */
export async function issueServingCertificate(
  caDir: string,
  { into, days = 30 }: { into: string; days?: number },
): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  const extensions = `${into}/extensions`;
  await Deno.writeTextFile(
    extensions,
    "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost\nextendedKeyUsage=serverAuth\n",
  );
  await runCommand("openssl", [
    ...REQUEST,
    ...["-subj", "/CN=spotalis", "-keyout", `${into}/tls.key`, "-out", `${into}/tls.csr`],
  ]);
  await runCommand("openssl", [
    ...["x509", "-req", "-in", `${into}/tls.csr`, "-CA", `${caDir}/ca.crt`, "-CAkey", `${caDir}/ca.key`],
    ...["-CAcreateserial", "-days", String(days), "-extfile", extensions, "-out", `${into}/tls.crt`],
  ]);
}
