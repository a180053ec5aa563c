import type { LabelSelector } from "../../domain/label_selector.ts";

/** `a=1,b=2` */
export function formatLabels(labels: Readonly<Record<string, string>> = {}): string {
  return Object.keys(labels).sort().map((key) => `${key}=${labels[key]}`).join(",") || "<none>";
}

/** `app=web,tier in (a,b),!x`; empty where it asks nothing. */
export function formatSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  const exact = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    const list = `(${values.toSorted().join(",")})`;
    const text = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    };
    return { key, text: text[operator] };
  });
  const requirements = [...exact, ...others].sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  return requirements.map(({ text }) => text).join(",");
}
