import { ApiFailure } from "../api/failure.ts";

/**
 * Tries something `count` times, in batches of 1, 2, 4 … at once: what is refused is refused once or
 * twice, and not a thousand times. No batch is started after one in which something was refused; answers
 * the first refusal.
 */
export async function slowStart(
  count: number,
  attempt: (index: number) => Promise<ApiFailure | undefined>,
): Promise<ApiFailure | undefined> {
  for (let done = 0, size = 1; done < count; done += size, size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - done) }, (_, i) => attempt(done + i));
    const failure = (await Promise.all(batch)).find((outcome) => outcome !== undefined);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** What the API server refuses becomes a value; any other error is none of the cluster's. */
export async function refusal(attempt: Promise<unknown>): Promise<ApiFailure | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof ApiFailure) return error;
    throw error;
  }
}
