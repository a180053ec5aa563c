export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "json" | "console";
export type LogFields = Readonly<Record<string, unknown>>;

export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** One line an event: a message, and fields beside it. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogDeps {
  /** Takes a whole line, its end included. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
}

/** An error can be its own cause. */
const MOST_CAUSES = 8;

/** An error with all of its causes, on one line. */
export function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const hasCause = error.cause !== undefined && depth < MOST_CAUSES;
  const cause = hasCause ? `: ${describeError(error.cause, depth + 1)}` : "";
  return `${error.name === "Error" ? "" : `${error.name}: `}${error.message}${cause}`;
}

export function createLog(deps: LogDeps, { level, format }: { level: LogLevel; format: LogFormat }): Log {
  const render = format === "json" ? renderJson : renderConsole;
  const at = (own: LogLevel) => (message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return;
    deps.write(render({ time: new Date(deps.wall()).toISOString(), level: own, message, fields }) + "\n");
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

interface Entry {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  return isJson(value) ? value : String(value);
}

/** A log line is never worth an exception: what JSON cannot hold is shown as text. */
function isJson(value: unknown): boolean {
  if (typeof value !== "object") return typeof value !== "bigint";
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function renderJson({ time, level, message, fields }: Entry): string {
  const own = Object.entries(fields).map(([key, value]) => [key, plain(value)]);
  // A field can neither come before the entry's own three, nor take their place.
  const entry = { time, level, message };
  return visible(JSON.stringify(Object.assign({ ...entry }, Object.fromEntries(own), entry), shortened));
}

function renderConsole({ time, level, message, fields }: Entry): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${consoleValue(plain(value))}`);
  return [time, level.toUpperCase().padEnd(5), printable(message), ...pairs].join(" ");
}

function consoleValue(value: unknown): string {
  if (typeof value === "string" && /^[\w./:%-]{1,200}$/.test(value)) return value;
  return visible(String(JSON.stringify(value, shortened)));
}

/** What a terminal or a reader of logs may take for a command, an end of the line, or nothing at all. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** JSON with these escaped as well. */
function visible(json: string): string {
  return json.replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** One line. */
function printable(text: string): string {
  const shown = shortened("", text) as string;
  // deno-lint-ignore no-control-regex
  return shown.replaceAll(/\s+/g, " ").replaceAll(/[\u0000-\u001f]/g, "\ufffd").replaceAll(UNSEEN, "\ufffd");
}

/** What collects logs splits lines that are much longer. */
const LONGEST_TEXT = 4_096;

function shortened(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= LONGEST_TEXT) return value;
  return `${value.slice(0, LONGEST_TEXT).toWellFormed()}… (${value.length} characters)`;
}
