import { type AppDeps, createObserver, type Observer } from "../observer.ts";
import { deadline, sleep } from "../runtime/clock.ts";

const SYNC_MS = 60_000;

/** Reads the cluster once, lets `look` see it, and lets go of it. `stop` ends it before that. */
export async function observe<T>(
  deps: AppDeps,
  { look, stop: parent }: { look: (observer: Observer) => T; stop: AbortSignal },
): Promise<T> {
  const observer = createObserver(deps);
  const limit = deadline(deps.clock, {
    ms: SYNC_MS,
    parent,
    reason: `the cluster was not read within ${SYNC_MS} ms`,
  });
  const stop = new AbortController();
  const running = observer.cache.run(stop.signal);
  try {
    while (!observer.cache.hasSynced) {
      limit.signal.throwIfAborted();
      await sleep(deps.clock, 10, limit.signal);
    }
    return look(observer);
  } finally {
    stop.abort();
    limit.release();
    await running;
    observer.close();
  }
}
