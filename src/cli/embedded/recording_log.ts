import { createLog, type Log, LOG_LEVELS, type LogFields, type LogLevel } from "../../runtime/log.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Hands each entry on as it is, for a program that reads it. */
export function recordingLog(onEntry: (entry: LogEntry) => void): Log {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) =>
    onEntry({ level, message, fields });
  const [debug, info, warn, error] = LOG_LEVELS.map(at) as [
    Log["debug"],
    Log["info"],
    Log["warn"],
    Log["error"],
  ];
  return { debug, info, warn, error };
}

/** An entry as a line for people. */
export function renderEntry({ level, message, fields }: LogEntry, wallMs: number): string {
  let line = "";
  const write = (text: string) => void (line = text);
  createLog({ write, wall: () => wallMs }, { level: "debug", format: "console" })[level](message, fields);
  return line;
}
