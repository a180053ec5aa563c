import { isObject, type JsonObject, objectAt, textAt } from "../domain/json.ts";
import type { PatchOperation } from "../domain/pod_patch.ts";
import { quote } from "../domain/quote.ts";
import { type Clock, deadline } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { Sparing } from "../runtime/sparing.ts";
import type { Admission, AdmissionAnswer } from "./admission.ts";
import type { Peers } from "./forwarding/peers.ts";
import { FORWARDED_PATH } from "./forwarding/signature_header.ts";
import { KeptAnswers } from "./kept_answers.ts";
import { readBody, Room, type RoomShare } from "./read_body.ts";

export interface WebhookDeps {
  readonly admission: Admission;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReview: (review: ReviewOutcome) => void;
  /** Undefined: there are no other replicas, and no path for them. */
  readonly peers?:
    | Pick<Peers, "ask" | "mayBePeer" | "isPeer" | "leads" | "received" | "longestWaitMs">
    | undefined;
}

export interface ReviewOutcome extends Omit<AdmissionAnswer, "result"> {
  readonly operation: string;
  readonly kind: string;
  readonly seconds: number;
  /** `forwarded`: the leader has answered, and counts it under what it was. */
  readonly result: AdmissionAnswer["result"] | "forwarded";
}

type Handler = (request: Request) => Promise<Response>;

/** Objects are at most 3 MiB in etcd; a review may hold two of them, and a little around them. */
const MOST_BYTES = 7 * 1024 * 1024;
/** A parsed value takes far more room than its text: `[{},{},…]` of 7 MiB would fill the heap. */
const MOST_VALUES = 200_000;
/** The API server's are UUIDs; they are kept with the answers. */
const LONGEST_UID = 128;
/** Longer than the API server itself waits. */
const BODY_MS = 5_000;
/** Of all requests under way: a few hundred usual ones, and less than would fill the heap. */
const MOST_BYTES_AT_ONCE = 24 * 1024 * 1024;
/** Answers kept for a review that is sent again: more than can be under way at once. */
const MOST_ANSWERS = 2_048;
const MOST_ANSWER_BYTES = 8 * 1024 * 1024;
/** Whoever can reach the port can be refused as often as they like: the log tells of it now and then. */
const REFUSAL_LOG_MS = 10_000;

const VERSIONS: readonly string[] = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];
/** What a metric may have as a label: the text comes from outside. */
const OPERATIONS: readonly string[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whatever is wrong: somebody who is no replica need not know. */
class PeerRefusal extends Refusal {
  constructor() {
    super(403, "only other replicas may ask here");
  }
}

class NotLeading extends Refusal {
  constructor() {
    super(421, "this replica does not lead");
  }
}

interface Review {
  readonly apiVersion: string;
  readonly uid: string;
  readonly request: JsonObject;
}

/** A body as it came, and from whom. */
interface Asked {
  readonly body: Uint8Array;
  readonly isForwarded: boolean;
  /** When another replica gives up waiting, at the latest. */
  readonly untilMs: number | undefined;
}

/** Answers AdmissionReviews (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/). */
export function createWebhookHandler(deps: WebhookDeps): Handler {
  /** The same uid is the same question: it gets the same answer, and takes one place. */
  const answers = new KeptAnswers<Answered>({
    most: MOST_ANSWERS,
    mostBytes: MOST_ANSWER_BYTES,
    bytesOf: ({ patch }) => patch?.length ?? 0,
  });
  const room = new Room(MOST_BYTES_AT_ONCE);
  const refusals = new Sparing(deps.clock, { everyMs: REFUSAL_LOG_MS });

  return async (request) => {
    const limit = deadline(deps.clock, { ms: BODY_MS, reason: "the body did not arrive in time" });
    const share = room.share();
    try {
      const asked = await readRequest(request, { deps, signal: limit.signal, share });
      const review = parseReview(new TextDecoder().decode(asked.body));
      const answer = await answers.once(review.uid, () => answerReview(deps, review, asked));
      if (asked.isForwarded) deps.peers?.received("answered");
      return reviewResponse(review, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof PeerRefusal) deps.peers?.received("refused");
      // Not worth a line: the replica that asked decides itself, and says so.
      if (error instanceof NotLeading) deps.peers?.received("not_leading");
      const leftOut = error instanceof NotLeading ? undefined : refusals.pass(error.message);
      if (leftOut !== undefined) {
        deps.log.warn("admission request refused", { status: error.status, why: error.message, leftOut });
      }
      return refusalResponse(error);
    } finally {
      share.giveBack();
      limit.release();
    }
  };
}

/** The patch in base64; undefined: the pod is allowed as it is. */
interface Answered {
  readonly patch: string | undefined;
}

async function answerReview(deps: WebhookDeps, { uid, request }: Review, asked: Asked): Promise<Answered> {
  const startedMs = deps.clock.now();
  const asks = textAt(request, "operation") ?? "";
  const operation = OPERATIONS.includes(asks) ? asks : "other";
  const isPod = textAt(objectAt(request, "resource"), "resource") === "pods" &&
    textAt(request, "subResource") === undefined;
  let answer: Pick<ReviewOutcome, "result" | "patch" | "capacity"> = { result: "unmanaged", patch: [] };
  let patch: string | undefined;
  try {
    // One hop: what came from a replica goes to no other.
    const forwarded = operation === "CREATE" && isPod && !asked.isForwarded
      ? await deps.peers?.ask({ uid, body: asked.body })
      : undefined;
    if (forwarded !== undefined) {
      answer = { result: "forwarded", patch: [] };
      patch = forwarded.patch;
    } else if (operation === "CREATE" && isPod) {
      answer = await deps.admission.review({
        uid,
        namespace: textAt(request, "namespace") ?? "",
        isDryRun: request["dryRun"] === true,
        pod: objectAt(request, "object"),
        untilMs: asked.untilMs,
      });
      if (answer.patch.length > 0) patch = encodePatch(answer.patch);
    }
  } catch (error) {
    deps.log.error("pod allowed as it is: admission failed", { uid: quote(uid), error });
    answer = { result: "error", patch: [] };
  }
  const seconds = (deps.clock.now() - startedMs) / 1_000;
  deps.onReview({ operation, kind: isPod ? "Pod" : "other", seconds, ...answer });
  return { patch };
}

async function readRequest(
  request: Request,
  { deps: { peers, clock }, ...limits }: {
    readonly deps: WebhookDeps;
    readonly signal: AbortSignal;
    readonly share: RoomShare;
  },
): Promise<Asked> {
  const arrivedMs = clock.now();
  const { pathname } = new URL(request.url);
  const isForwarded = peers !== undefined && pathname === FORWARDED_PATH;
  if (isForwarded && !peers.mayBePeer(request.headers)) throw new PeerRefusal();
  if (!isForwarded && pathname !== "/mutate" && pathname !== "/") {
    throw new Refusal(404, 'only "/mutate" and "/" are served');
  }
  const body = await readJson(request, limits);
  if (isForwarded && !peers.isPeer(request.headers, body)) throw new PeerRefusal();
  if (isForwarded && !peers.leads()) throw new NotLeading();
  return { body, isForwarded, untilMs: isForwarded ? arrivedMs + peers.longestWaitMs : undefined };
}

async function readJson(
  request: Request,
  limits: { readonly signal: AbortSignal; readonly share: RoomShare },
): Promise<Uint8Array> {
  if (request.method !== "POST") throw new Refusal(405, "only POST is allowed");
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "application/json") throw new Refusal(415, "the content type has to be application/json");
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new Refusal(415, "content encodings are not accepted");
  }
  const body = await readBody(request, { mostBytes: MOST_BYTES, ...limits }).catch(() => "cut off" as const);
  if (body === "cut off") throw new Refusal(400, "the connection broke before the body was whole");
  if (body === "too large") throw new Refusal(413, `the body has more than ${MOST_BYTES} bytes`);
  if (body === "too slow") throw new Refusal(408, `the body did not arrive within ${BODY_MS} ms`);
  if (body === "no room") throw new Refusal(429, "too much is being asked at once");
  if (body.length === 0) throw new Refusal(400, "the body is empty");
  if (countValues(body) > MOST_VALUES) throw new Refusal(413, `the body has more than ${MOST_VALUES} values`);
  return body;
}

/** At least as many as JSON of these bytes has: each begins with a bracket, or follows a comma. */
function countValues(bytes: Uint8Array): number {
  const [comma, bracket, brace] = [0x2c, 0x5b, 0x7b];
  let count = 1;
  for (const byte of bytes) if (byte === comma || byte === bracket || byte === brace) count++;
  return count;
}

function parseReview(text: string): Review {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal(400, "the body is no JSON");
  }
  if (!isObject(review) || review["kind"] !== "AdmissionReview") {
    throw new Refusal(400, "the body is no AdmissionReview");
  }
  const apiVersion = textAt(review, "apiVersion") ?? "";
  if (!VERSIONS.includes(apiVersion)) {
    throw new Refusal(400, `apiVersion has to be one of ${VERSIONS.join(", ")}`);
  }
  const request = objectAt(review, "request");
  const uid = textAt(request, "uid");
  if (uid === undefined || uid === "") throw new Refusal(400, "request.uid is missing");
  if (uid.length > LONGEST_UID) throw new Refusal(400, `request.uid has more than ${LONGEST_UID} characters`);
  const isCreate = request["operation"] === "CREATE";
  if (isCreate && !isObject(request["object"])) throw new ReviewRefusal({ apiVersion, uid, request });
  return { apiVersion, uid, request };
}

/** A review that can be answered as one, though not as it asks. */
class ReviewRefusal extends Refusal {
  readonly review: Review;

  constructor(review: Review) {
    super(400, "request.object is missing");
    this.review = review;
  }
}

function jsonResponse(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function refusalResponse(refusal: Refusal): Response {
  if (refusal instanceof ReviewRefusal) {
    const { apiVersion, uid } = refusal.review;
    const status = { code: refusal.status, message: refusal.message };
    const response = { uid, allowed: true, status };
    return jsonResponse(refusal.status, { apiVersion, kind: "AdmissionReview", response });
  }
  const response = jsonResponse(refusal.status, { error: refusal.message });
  if (refusal.status === 405) response.headers.set("allow", "POST");
  // The rest of the body is not waited for.
  if (refusal.status === 408 || refusal.status === 413) response.headers.set("connection", "close");
  return response;
}

function reviewResponse({ apiVersion, uid }: Review, { patch }: Answered): Response {
  const patched = patch === undefined ? {} : { patchType: "JSONPatch", patch };
  return jsonResponse(200, {
    apiVersion,
    kind: "AdmissionReview",
    response: { uid, allowed: true, ...patched },
  });
}

/** base64 of JSON, in which every character beyond ASCII is escaped: btoa takes no other. */
function encodePatch(patch: readonly PatchOperation[]): string {
  const ascii = JSON.stringify(patch).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return btoa(ascii);
}
