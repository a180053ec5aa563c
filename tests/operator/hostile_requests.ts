import type { Random } from "../support/random.ts";
import { URL_OF_WEBHOOK } from "./admission_scene.ts";

const PATHS = [
  "/",
  "/other",
  "/mutate/",
  "/Mutate",
  "//mutate",
  "/mutate%00",
  "/forwarded",
  "/%2e%2e/mutate",
  "/metrics",
];
const METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"];
const TYPES = [
  "",
  "text/plain",
  "application/jsonx",
  "application/json; charset=utf-8",
  "application/yaml",
  "*/*",
];
const ENCODINGS = ["gzip", "br", "identity", "deflate, gzip", "x"];

export interface HostileRequest {
  readonly request: Request;
  /** Whether nothing was changed but how the body travels. */
  readonly isPlain: boolean;
}

/** A request with this body: most often a good one, whose body comes in pieces, slowly, or not to its end. */
export function hostileRequest(body: string, random: Random): HostileRequest {
  const change = random.next();
  const url = new URL(change < 0.03 ? random.pick(PATHS) : "/mutate?timeout=2s", URL_OF_WEBHOOK);
  const method = change >= 0.03 && change < 0.06 ? random.pick(METHODS) : "POST";
  const headers = new Headers({ "content-type": "application/json" });
  if (change >= 0.06 && change < 0.08) headers.set("content-type", random.pick(TYPES));
  if (change >= 0.08 && change < 0.1) headers.set("content-encoding", random.pick(ENCODINGS));
  const hasBody = method !== "GET" && method !== "HEAD";
  const request = new Request(url, { method, headers, ...hasBody ? { body: travelling(body, random) } : {} });
  return { request, isPlain: change >= 0.1 };
}

/** The bytes of a text: at once, in pieces, or as a stream that stops or breaks on the way. */
function travelling(text: string, random: Random): BodyInit {
  const way = random.next();
  if (way < 0.7) return text;
  const bytes = new TextEncoder().encode(text);
  if (way < 0.73 && bytes.length > 0) {
    // No UTF-8 any more.
    bytes[random.integer(0, bytes.length - 1)] = random.pick([0x80, 0xff, 0xc0, 0xed]);
    return bytes;
  }
  const pieces = random.integer(1, 20);
  const length = Math.max(1, Math.ceil(bytes.length / pieces));
  const last = way < 0.97 ? "end" : way < 0.985 ? "stop" : "break";
  let at = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const isWanted = at < bytes.length && (last === "end" || at < bytes.length / 2);
      if (isWanted) controller.enqueue(bytes.slice(at, at += length));
      else if (last === "end") controller.close();
      else if (last === "break") controller.error(new TypeError("connection reset"));
      return last === "stop" && !isWanted ? new Promise<void>(() => {}) : Promise.resolve();
    },
  });
}
