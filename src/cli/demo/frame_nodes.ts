import type { Capacity } from "../../domain/capacity.ts";
import { formatElapsed } from "./elapsed.ts";
import { glyphs } from "./glyphs.ts";
import type { DemoModel, DemoNode, DemoPod } from "./model.ts";
import { justified, type Line, padded, span, widthOf } from "./span.ts";

interface PanelOptions {
  readonly width: number;
  readonly isLarge: boolean;
  /** In the order in which their pods are shown. */
  readonly workloads: readonly string[];
}

/** As many as the story ever has of a kind: so that nothing below moves when one comes. */
const LEAST_NODES = 5;
const GAP = 2;

/** Two panels beside each other: nodes on spot, and nodes on on-demand. */
export function nodeLines(
  { nodes, workloads }: DemoModel,
  { columns, isLarge }: { columns: number; isLarge: boolean },
): Line[] {
  const options: PanelOptions = {
    width: Math.floor((columns - GAP - 2) / 2),
    isLarge,
    workloads: workloads.map(({ name }) => name),
  };
  const [left, right] = (["spot", "on-demand"] as const).map((capacity) =>
    panel(capacity, nodes.filter((node) => node.capacity === capacity), options)
  ) as [Line[], Line[]];
  const most = Math.max(left.length, right.length, 1 + LEAST_NODES * (isLarge ? 3 : 1));
  return Array.from({ length: most }, (_, i) => [
    span(" "),
    ...padded(left[i] ?? [], options.width),
    span(" ".repeat(GAP)),
    ...padded(right[i] ?? [], options.width),
  ]);
}

function panel(capacity: Capacity, nodes: readonly DemoNode[], options: PanelOptions): Line[] {
  const pods = nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const heading: Line = [
    span(capacity === "spot" ? "SPOT" : "ON-DEMAND", capacity),
    span(`  ${counted(nodes.length, "node")}, ${counted(pods, "pod")}`, "faint"),
  ];
  const nameWidth = Math.max(0, ...nodes.map(({ name }) => name.length)) + 3;
  const draw = options.isLarge ? largeNode : (node: DemoNode) => [smallNode(node, { ...options, nameWidth })];
  return [heading, ...nodes.flatMap((node) => draw(node, options))];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function smallNode(
  node: DemoNode,
  { width, nameWidth, workloads }: PanelOptions & { nameWidth: number },
): Line {
  const isGoing = node.leavesInMs !== undefined;
  const name = [span(node.name, isGoing ? "warning" : "plain"), span(isGoing ? " !" : "", "warning")];
  const line = [...padded(name, nameWidth), ...podGroups(node.pods, { workloads, gap: "" })];
  return justified({ left: line, right: countdown(node, (left) => ` -${left}`) }, width);
}

function largeNode(node: DemoNode, { width, workloads }: PanelOptions): Line[] {
  const style = node.leavesInMs === undefined ? "faint" : "warning";
  const title = [
    span("┌ ", style),
    span(node.name, node.leavesInMs === undefined ? "strong" : "warning"),
    span(" "),
  ];
  const end = [...countdown(node, (left) => ` gone in ${left} `), span("┐", style)];
  const line = "─".repeat(Math.max(0, width - widthOf(title) - widthOf(end)));
  const pods = podGroups(node.pods, { workloads, gap: " " });
  return [
    [...title, span(line, style), ...end],
    [...padded([span("│ ", style), ...pods], width - 1), span("│", style)],
    [span(`└${"─".repeat(Math.max(0, width - 2))}┘`, style)],
  ];
}

function countdown({ leavesInMs }: DemoNode, words: (left: string) => string): Line {
  return leavesInMs === undefined ? [] : [span(words(formatElapsed(leavesInMs)), "warning")];
}

/** `web ●●  db ●` */
function podGroups(
  pods: readonly DemoPod[],
  { workloads, gap }: { workloads: readonly string[]; gap: string },
): Line {
  const groups = workloads.map((name) => ({ name, own: pods.filter(({ workload }) => workload === name) }));
  return groups.filter(({ own }) => own.length > 0).flatMap(({ name, own }, i) => [
    span(`${i === 0 ? "" : `  ${gap}`}${name} `, "faint"),
    ...glyphs(own, gap),
  ]);
}
