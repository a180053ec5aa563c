export interface ProcessFigures {
  readonly residentMB: number;
  /** Of that, what is no page of the program's file. */
  readonly anonymousMB: number;
  /** The most that it has had so far. */
  readonly peakMB: number;
  /** Open files, sockets and the like. */
  readonly handles: number;
  readonly threads: number;
}

/** What the kernel says of a process. */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  const megabytes = (name: string) => field(name) * 1_024 / 1e6;
  const handles = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  return {
    residentMB: megabytes("VmRSS"),
    anonymousMB: megabytes("RssAnon"),
    peakMB: megabytes("VmHWM"),
    handles,
    threads: field("Threads"),
  };
}
