import type { Clock } from "../runtime/clock.ts";

export interface MetricsHandlerDeps {
  readonly text: () => Promise<string>;
  readonly contentType: string;
  readonly path: string;
  readonly clock: Clock;
}

/** A text that took a millisecond is shown for ten: whoever asks on and on gets a tenth of the time. */
const REST_FACTOR = 10;

/** Answers `GET` of the path of the metrics. Those that ask at once share one text. */
export function createMetricsHandler(
  { text, contentType, path, clock }: MetricsHandlerDeps,
): (request: Request) => Promise<Response> {
  let shown: { readonly text: Promise<string>; untilMs: number } | undefined;

  async function render(): Promise<string> {
    const startedMs = clock.now();
    const rendered = await text();
    shown!.untilMs = clock.now() + (clock.now() - startedMs) * REST_FACTOR;
    return rendered;
  }

  function current(): Promise<string> {
    if (shown !== undefined && clock.now() < shown.untilMs) return shown.text;
    shown = { text: Promise.resolve().then(render), untilMs: Infinity };
    // What failed is not shown again.
    shown.text.catch(() => shown = undefined);
    return shown.text;
  }

  return async ({ url, method }) => {
    if (new URL(url).pathname !== path) return new Response(`only "${path}" is served\n`, { status: 404 });
    if (method !== "GET" && method !== "HEAD") {
      return new Response("only GET is allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    return new Response(await current(), { headers: { "content-type": contentType } });
  };
}
