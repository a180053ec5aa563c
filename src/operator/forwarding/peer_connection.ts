import type { ByteStream } from "../relay.ts";
import type { PeerTarget } from "./peer_client.ts";

/**
 * Connects to an address of which the certificate says nothing: it names the Service. `fetch` and `node:https`
 * cannot do that in both versions of Deno (docs/decisions/0008-forwarding.md). Throws unless the certificate is
 * from the CA and for the name.
 */
export async function connectPeer({ address, serverName, ca }: PeerTarget): Promise<ByteStream> {
  const tcp = await Deno.connect({ hostname: address.hostname, port: address.port });
  // Small requests are not held back until the one before is acknowledged.
  tcp.setNoDelay(true);
  const tls = await Deno.startTls(tcp, { hostname: serverName, caCerts: [ca], alpnProtocols: ["http/1.1"] });
  try {
    await tls.handshake();
    return tls;
  } catch (error) {
    tls.close();
    throw error;
  }
}
