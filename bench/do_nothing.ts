/**
 * A webhook that allows every pod as it is, and nothing else: what the machine and Deno cost by
 * themselves. Run as a program of its own: `do_nothing.ts PORT CERT KEY`.
 */
const [port, cert, key] = Deno.args as [string, string, string];
Deno.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  cert: await Deno.readTextFile(cert),
  key: await Deno.readTextFile(key),
  onListen: () => {},
}, async (request) => {
  const { apiVersion, kind, request: { uid } } = await request.json();
  return Response.json({ apiVersion, kind, response: { uid, allowed: true } });
});
