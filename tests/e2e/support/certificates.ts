import { runCommand } from "./command.ts";

export interface ServingCertificate {
  readonly dir: string;
  /** PEM, base64: what a webhook configuration takes. */
  readonly caBundle: string;
}

/** A CA, and a serving certificate of it for loopback, in `dir`. */
export async function makeServingCertificate(dir: string): Promise<ServingCertificate> {
  await Deno.mkdir(dir, { recursive: true });
  const extensions = `${dir}/extensions`;
  await Deno.writeTextFile(
    extensions,
    "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n",
  );
  const request = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await runCommand("openssl", [
    ...request,
    ...["-x509", "-days", "30", "-subj", "/CN=e2e-ca", "-keyout", `${dir}/ca.key`, "-out", `${dir}/ca.crt`],
  ]);
  await runCommand("openssl", [
    ...request,
    ...["-subj", "/CN=spotalis", "-keyout", `${dir}/tls.key`, "-out", `${dir}/tls.csr`],
  ]);
  await runCommand("openssl", [
    ...["x509", "-req", "-in", `${dir}/tls.csr`, "-CA", `${dir}/ca.crt`, "-CAkey", `${dir}/ca.key`],
    ...["-CAcreateserial", "-days", "30", "-extfile", extensions, "-out", `${dir}/tls.crt`],
  ]);
  return { dir, caBundle: btoa(await Deno.readTextFile(`${dir}/ca.crt`)) };
}
