import { formatDuration } from "../domain/duration.ts";

/** A check's answer: nothing where all is well, else why not, in a sentence. */
export type Check = () => string | undefined;

export interface HealthChecks {
  /** Failing means that the process should be restarted. */
  readonly live: Readonly<Record<string, Check>>;
  /** Failing means that it cannot serve now. */
  readonly ready: Readonly<Record<string, Check>>;
  /** Milliseconds since the start. */
  readonly uptimeMs: () => number;
}

/** Answers `/healthz` and `/readyz`. */
export function createHealthHandler({ live, ready, uptimeMs }: HealthChecks): (request: Request) => Response {
  const answer = (checks: Readonly<Record<string, Check>>, [good, bad]: readonly [string, string]) => {
    const answers = Object.entries(checks).map(([name, check]) => [name, check() ?? "ok"] as const);
    const isGood = answers.every(([, answer]) => answer === "ok");
    const body = {
      status: isGood ? good : bad,
      uptime: formatDuration(Math.floor(uptimeMs() / 1_000) * 1_000),
      checks: Object.fromEntries(answers),
    };
    const headers = { "content-type": "application/json" };
    return new Response(JSON.stringify(body) + "\n", { status: isGood ? 200 : 503, headers });
  };
  return ({ url, method }) => {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("only GET is allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    switch (new URL(url).pathname) {
      case "/healthz":
        return answer(live, ["healthy", "unhealthy"]);
      case "/readyz":
        return answer(ready, ["ready", "not ready"]);
      default:
        return new Response('only "/healthz" and "/readyz" are served\n', { status: 404 });
    }
  };
}
