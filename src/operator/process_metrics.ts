import { Gauge, type Registry } from "prom-client";

/** What the process says of itself; bytes and seconds. */
export interface ProcessFigures {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly cpuSeconds: number;
  readonly startSeconds: number;
}

const FAMILIES: Readonly<Record<string, (figures: ProcessFigures) => number>> = {
  process_resident_memory_bytes: (figures) => figures.residentBytes,
  nodejs_heap_size_used_bytes: (figures) => figures.heapUsedBytes,
  nodejs_heap_size_total_bytes: (figures) => figures.heapTotalBytes,
  process_cpu_seconds_total: (figures) => figures.cpuSeconds,
  process_start_time_seconds: (figures) => figures.startSeconds,
};

/** The usual names, from figures that need no permission: /proc is closed to a sandboxed binary. */
export function declareProcessMetrics(registry: Registry, read: () => ProcessFigures): void {
  for (const [name, of] of Object.entries(FAMILIES)) {
    new Gauge({
      name,
      help: "Of this process.",
      registers: [registry],
      collect: function () {
        this.set(of(read()));
      },
    });
  }
}
