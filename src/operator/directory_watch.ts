/**
 * Calls `onChange` for each change in a directory until `signal` is aborted, or for as long as the system
 * tells of them. Throws where the directory cannot be watched.
 */
export async function watchDirectory(path: string, onChange: () => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const watcher = Deno.watchFs(path, { recursive: false });
  const close = () => watcher.close();
  signal.addEventListener("abort", close);
  try {
    // "access" is told of our own reading as well: it would go round in circles.
    for await (const { kind } of watcher) if (kind !== "access") onChange();
  } finally {
    signal.removeEventListener("abort", close);
  }
}
