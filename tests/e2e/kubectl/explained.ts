import type { Difference } from "./compare.ts";

/** Where the embedded cluster deliberately says something else than a real one. */
interface Explanation {
  /** Of the command. */
  readonly command: RegExp;
  /** Of the lines that differ, with their `-` or `+`. */
  readonly lines: RegExp;
  readonly why: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    command: /describe service/,
    lines: /^[-+] Endpoints:/,
    why: "there are no EndpointSlices: nothing in the embedded cluster is reached over the network",
  },
  {
    command: /patch configmap settings --type=merge -p \{ /,
    lines: /error decoding patch: /,
    why: "what is wrong with a text that is no JSON is told in JavaScript's words, not in Go's",
  },
  {
    command: /^kubectl apply -f -/,
    lines:
      /replicas:three\]\]": (?:unrecognized type: int32|json: cannot unmarshal string into Go struct field)/,
    why: "a strategic patch goes through the same decoder as any other body, and is told of in its words",
  },
];

/** The differences that no explanation covers. */
export function withoutExplained(found: readonly Difference[]): Difference[] {
  return found.map(({ command, lines }) => ({
    command,
    lines: lines.filter((line) =>
      !EXPLANATIONS.some((each) => each.command.test(command) && each.lines.test(line))
    ),
  })).filter(({ lines }) => lines.length > 0);
}
