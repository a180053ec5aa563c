import { type Clock, sleep } from "../../src/runtime/clock.ts";
import { statusBody } from "./fake_transport.ts";
import type { Fault, FaultRequest, FaultTable } from "./fault_table.ts";

export interface FaultyAnswerDeps {
  readonly table: FaultTable;
  readonly clock: Clock;
  /** Carries the request to the API server. */
  readonly send: () => Promise<Response>;
  /** Aborted when the client gives up. */
  readonly signal: AbortSignal;
  /** Breaks the connection, where there is one; a body is in error otherwise. */
  readonly onBreak?: () => void;
}

/** The answer to a request, with what the table has happen to both. Rejects where there is none. */
export async function faultyAnswer(request: FaultRequest, deps: FaultyAnswerDeps): Promise<Response> {
  const { table, clock, signal, onBreak } = deps;
  const { fault, seen } = table.take(request);
  if (fault?.kind === "delay") await sleep(clock, fault.ms, signal);
  await table.silence(request, signal);
  signal.throwIfAborted();
  const response = await answer(fault, deps);
  await table.silence(request, signal);
  signal.throwIfAborted();
  seen.code = response.status;
  const { status, headers } = response;
  return response.body === null ? response : new Response(
    faultyBody(response.body, { request, fault, table, signal, onBreak }),
    { status, headers },
  );
}

async function answer(fault: Fault | undefined, { clock, send, signal }: FaultyAnswerDeps): Promise<Response> {
  switch (fault?.kind) {
    case "refused":
      throw new TypeError(fault.message);
    case "status":
      return statusAnswer(fault);
    case "body":
      return new Response(fault.text, { headers: { "content-type": "application/json" } });
    case "lost":
      await (await send()).body?.cancel();
      throw new TypeError("connection closed before message completed");
    case "twice":
      await (await send()).body?.cancel();
      await sleep(clock, fault.afterMs, signal);
      return await send();
    case "late": {
      const response = await send();
      await sleep(clock, fault.ms, signal);
      return response;
    }
    default:
      return await send();
  }
}

function statusAnswer({ code, retryAfterSeconds, headers, ...fields }: Fault & { kind: "status" }): Response {
  const asked: Record<string, string> = retryAfterSeconds === undefined
    ? {}
    : { "retry-after": `${retryAfterSeconds}` };
  const body = statusBody(code, { ...fields, retryAfterSeconds });
  return Response.json(body, { status: code, headers: { ...asked, ...headers } });
}

interface BodyOptions extends Pick<FaultyAnswerDeps, "table" | "signal" | "onBreak"> {
  readonly request: FaultRequest;
  readonly fault: Fault | undefined;
}

/** A body that the table can hold, cut short, spread over many pieces, or break. */
function faultyBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { request, fault, table, signal, onBreak }: BodyOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const close = table.opened({ request, break: broken.reject });
  const pieceBytes = fault?.kind === "split" ? fault.bytes : Infinity;
  const cutAt = fault?.kind === "cut" ? fault.bytes : Infinity;
  let leftBytes = cutAt === "within a character" ? Infinity : cutAt;
  const end = () => {
    close();
    reader.cancel().catch(() => undefined);
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        if (leftBytes === 0 && fault?.kind === "cut") {
          end();
          if (!fault.isClean) throw new TypeError("error reading a body from connection");
          return controller.close();
        }
        const { done, value } = await Promise.race([reader.read(), broken.promise]);
        await Promise.race([table.silence(request, signal), broken.promise]);
        if (done) {
          close();
          return controller.close();
        }
        if (cutAt === "within a character") leftBytes = firstByteOfSeveral(value);
        const bytes = value.subarray(0, leftBytes);
        leftBytes -= bytes.length;
        for (const piece of pieces(bytes, pieceBytes)) controller.enqueue(piece);
      } catch (error) {
        end();
        if (onBreak === undefined) return controller.error(error);
        onBreak();
        controller.close();
      }
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** How many bytes there are up to the middle of the first character beyond ASCII. */
function firstByteOfSeveral(bytes: Uint8Array): number {
  const at = bytes.findIndex((byte) => byte >= 0xc0);
  return at < 0 ? Infinity : at + 1;
}

function* pieces(bytes: Uint8Array<ArrayBuffer>, size: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
